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

/// Throws UserError if there is less memory free than that.
void requireMemory(uint64_t bytes, const std::filesystem::path &path);
/// A tensor for the contents of the file; a UserError instead of Torch's error where memory is refused.
at::Tensor allocate(at::IntArrayRef shape, at::ScalarType type, const std::filesystem::path &path);

}  // namespace fcoscope
