// SPDX-License-Identifier: GPL-3.0-or-later
// From raw outputs to detections: score, threshold, top-k per level, boxes, class-wise NMS (specification,
// section 5.2).
#pragma once

#include <vector>

#include "core/base/values.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// The detections of one image in image coordinates, best first. Only the decode options, the score rule, the location
/// rule and the strides of `profile` matter. Fast enough to follow a slider: pairs that cannot reach the threshold are
/// rejected by comparing logits, before any sigmoid.
std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options);

/// What NMS did with each box.
struct NmsStep {
    int suppressedBy = -1;  ///< index of the better box that removed it, or -1 if it stays
    float overlap = 0;      ///< their IoU
};

/// Greedy, class-wise non-maximum suppression: in falling order of score, a box goes if it overlaps a box of its class
/// that stays by more than `threshold` (IoU in float32, no +1). Answers for each detection in the order given.
/// Equal scores: the earlier one first.
std::vector<NmsStep> nonMaximumSuppression(const std::vector<Detection> &detections, double threshold);

}  // namespace fcoscope
