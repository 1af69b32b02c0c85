// SPDX-License-Identifier: GPL-3.0-or-later
// Our weights as another codebase keeps them: the way back of importModel.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/fcos/checkpoint/codebase_names.h"
#include "core/fcos/predictor.h"
#include "core/fcos/torch.h"

namespace fcoscope {

/// Why `codebase` has no detector that computes what this one does: "upsampling is bilinear, but must be nearest", …
/// Empty: it has one. `weights` are under our names.
std::vector<std::string> obstacles(Codebase codebase, const ModelInfo &info,
                                   const std::vector<std::pair<std::string, at::Tensor>> &weights);

/// Every tensor of its state dict: its names, its shapes, float32, with the counters of batches where it has them. Asks
/// that there are no obstacles.
std::vector<std::pair<std::string, at::Tensor>>
inDialect(Codebase codebase, const ModelInfo &info, const std::vector<std::pair<std::string, at::Tensor>> &weights);

}  // namespace fcoscope
