// SPDX-License-Identifier: GPL-3.0-or-later
// From a plan to tensors: the only step of reading foreign weights that knows Torch.
#pragma once

#include "core/fcos/checkpoint/state_plan.h"
#include "core/fcos/torch.h"

namespace fcoscope {

at::ScalarType scalarType(ElementType type);
ElementType elementType(at::ScalarType type);  ///< Throws std::invalid_argument for types that no file has.

/// The plan's tensors in its order. Each storage is read once, straight to where it stays; tensors share it as they
/// shared it in the file. With `headerOnly` they have shapes and types, but no data (device "meta").
std::vector<std::pair<std::string, at::Tensor>> materialise(const StatePlan &plan, const ByteSource &source,
                                                           bool headerOnly);

}  // namespace fcoscope
