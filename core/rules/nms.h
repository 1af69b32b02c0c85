// SPDX-License-Identifier: GPL-3.0-or-later
// Greedy non-maximum suppression, as each codebase understands it. All arithmetic is float32, as theirs.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/values.h"
#include "core/rules/profile.h"

namespace fcoscope {

struct NmsRules {
    double threshold = 0.6;
    NmsTest test = NmsTest::Above;
    NmsScope scope = NmsScope::Class;
    PixelConvention pixels = PixelConvention::Continuous;
    int classShiftUpTo = 0;  ///< see Profile
};
NmsRules nmsRules(const Profile &profile, const DecodeOptions &options);

/// What NMS did with a box.
struct NmsStep {
    int suppressedBy = -1;  ///< index of the better box that removed it, or -1 if it stays
    float overlap = 0;      ///< their IoU
};

/// NMS one box at a time: whoever shows its boxes in falling order of score and stops when enough have stayed pays for
/// no more than those.
class NmsRun {
public:
    NmsRun(const std::vector<Box> &boxes, const std::vector<int> &classes, const NmsRules &rules);

    /// Whether box `index` stays beside those that were shown before it and stayed; it goes if it overlaps one of them
    /// too much, and the first such one is named.
    NmsStep show(size_t index);

private:
    struct Box32 {
        float x1, y1, x2, y2, area;
    };
    float overlap(const Box32 &a, const Box32 &b) const;
    void shiftClasses(const std::vector<int> &classes);

    NmsRules rules_;
    float threshold_, more_;
    std::vector<Box32> boxes_;
    std::vector<size_t> group_;                ///< of each box: boxes of other groups are never compared
    std::vector<std::vector<uint32_t>> kept_;  ///< of each group
};

/// All detections in falling order of score; equal scores: the earlier one first. Answers for each detection in the
/// order given. Boxes are compared as they stand: decode() makes them in the frame of the profile first.
std::vector<NmsStep> nonMaximumSuppression(const std::vector<Detection> &detections, const NmsRules &rules);

}  // namespace fcoscope
