// SPDX-License-Identifier: GPL-3.0-or-later
// Which detection is which after a slider has moved: the list is made anew, but a detection still comes from the same
// class at the same location of the same level. Canvas and table keep their selection by this, each for itself.
#pragma once

#include <vector>

#include "core/base/values.h"

namespace fcoscope {

struct DetectionOrigin {
    int level = -1;
    int location = -1;
    int classIndex = -1;
    bool operator==(const DetectionOrigin &) const = default;
};

inline DetectionOrigin originOf(const Detection &d) { return {d.level, d.location, d.classIndex}; }

/// Index in `detections` of the one with that origin, or -1.
inline int indexOf(const DetectionOrigin &origin, const std::vector<Detection> &detections)
{
    for (size_t i = 0; i < detections.size(); ++i)
        if (originOf(detections[i]) == origin)
            return static_cast<int>(i);
    return -1;
}

}  // namespace fcoscope
