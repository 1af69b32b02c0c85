// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside the weights in a training program's file: epochs, versions, configurations, class names.
#pragma once

#include "core/fcos/checkpoint/pickled_tensors.h"

namespace fcoscope {

/// Walks what stands under one key at the top: plain texts and numbers go to the plan's metadata, names of what is
/// anything else to leftOut. Amounts are bounded, for one text may be referred to a million times.
void takeFacts(const PickleTree &tree, const ByteSource &source, const TensorPlanner &planner, const std::string &key,
               NodeId value, StatePlan &plan);

/// mmdetection's class names under "meta"; none where there are none.
std::vector<std::string> classNamesIn(const PickleTree &tree, const ByteSource &source, NodeId meta);

/// Names what was left out, unless too much was named already.
void leaveOut(StatePlan &plan, const std::string &what);

/// The value under a key of a dictionary; nullopt if it is not there.
std::optional<NodeId> findKey(const PickleTree &tree, const ByteSource &source, NodeId dict, std::string_view key);

}  // namespace fcoscope
