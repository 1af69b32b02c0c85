// SPDX-License-Identifier: GPL-3.0-or-later
// Where in a pickle's tree the weights are, and what else of it is worth knowing.
#pragma once

#include "core/fcos/checkpoint/pickled_tensors.h"

namespace fcoscope {

/// Fills the plan's tensors, wrapper, class names, metadata and what was left out. Weights are looked for under the
/// keys that trainers use, an average of the weights before the weights themselves, then at the top.
void takeWeights(const PickleTree &tree, const ByteSource &source, StatePlan &plan, const TensorPlanner::Place &place);

/// Drops "module." and "_orig_mod." as long as every name begins with it.
void dropWrapperPrefixes(std::vector<PlannedTensor> &tensors);

}  // namespace fcoscope
