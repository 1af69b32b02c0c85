// SPDX-License-Identifier: GPL-3.0-or-later
// Writes weights as PyTorch does, so that Python reads them with torch.load(file, weights_only=True), which calls
// nothing: an ordered dictionary of tensors, the stream of torch.save(model.state_dict()).
//
// LibTorch's own writers do not do: torch::save writes a TorchScript program, pickle_save a function call that
// weights_only refuses.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/fcos/torch.h"

namespace fcoscope {

/// Tensors in the order given, types kept, each with a storage of its own. The file is synced, and renamed into place.
void writeTorchFile(const std::filesystem::path &path, const std::vector<std::pair<std::string, at::Tensor>> &tensors);

}  // namespace fcoscope
