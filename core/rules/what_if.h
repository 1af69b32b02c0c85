// SPDX-License-Identifier: GPL-3.0-or-later
// What if: a profile that differs from the model's in whatever a person changes to see what follows.
#pragma once

#include <vector>

#include "core/base/options.h"
#include "core/rules/profile.h"
#include "core/rules/trace.h"

namespace fcoscope {

/// Whose boxes are assigned.
enum class LabelSource {
    Auto,  ///< the image's labels; where it has none, what the model detects in it
    Labels,
    Detections,
};

struct WhatIf {
    Profile
        profile;  ///< input size, strides, ranges, centre region, tie rule; score rule, NMS scope; decode: thresholds
    CenternessSource centerness = CenternessSource::Branch;
    LabelSource labels = LabelSource::Auto;
    bool trainingSample = false;  ///< one random sample of training, with its flip, scale, crop and padding
    int64_t sampleSeed = 1;       ///< which
    bool operator==(const WhatIf &) const = default;
};

/// centerness-source, label-source, training-sample, sample-seed; the profile has its own table.
void visit(OptionTable &table, WhatIf &whatIf);

/// `profile` without one of its levels, counted from 0: the boxes of its range go to the next finer level (of the
/// finest to the next coarser). Throws UserError where it is the last one, std::out_of_range where there is none.
Profile withoutLevel(const Profile &profile, size_t level);

/// Limits between the levels under which each of them learns about the same number of `boxes` (network coordinates):
/// quantiles of the boxes' reach from their centre, max(width, height) / 2, in whole pixels and rising. Empty where
/// fewer boxes than levels have an area.
std::vector<double> proposedLimits(const std::vector<Box> &boxes, const Profile &profile);

}  // namespace fcoscope
