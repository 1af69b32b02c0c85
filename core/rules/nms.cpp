// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/rules/decode.h"

namespace fcoscope {
namespace {

struct Box32 {
    float x1, y1, x2, y2, area;
    int classIndex;
};

float overlap(const Box32 &a, const Box32 &b)
{
    const float w = std::max(0.0f, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
    const float h = std::max(0.0f, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
    const float both = w * h, all = a.area + b.area - both;
    return all > 0 ? both / all : 0;
}

}  // namespace

std::vector<NmsStep> nonMaximumSuppression(const std::vector<Detection> &detections, double threshold)
{
    const size_t count = detections.size();
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t(0));
    // By class, then by falling score: each class is a run of its own.
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const Detection &first = detections[a], &second = detections[b];
        return first.classIndex != second.classIndex ? first.classIndex < second.classIndex
                                                     : first.score > second.score;
    });
    std::vector<Box32> boxes(count);
    for (size_t i = 0; i < count; ++i) {
        const Box &box = detections[order[i]].box;
        Box32 &b = boxes[i];
        b = {float(box.x1), float(box.y1), float(box.x2), float(box.y2), 0, detections[order[i]].classIndex};
        b.area = (b.x2 - b.x1) * (b.y2 - b.y1);
    }

    std::vector<NmsStep> steps(count);
    std::vector<char> gone(count, 0);
    for (size_t i = 0; i < count; ++i) {
        if (gone[i])
            continue;
        for (size_t j = i + 1; j < count && boxes[j].classIndex == boxes[i].classIndex; ++j) {
            if (gone[j])
                continue;
            const float iou = overlap(boxes[i], boxes[j]);
            if (iou > static_cast<float>(threshold)) {  // 60/100 is not more than 0.6, in float32 as in words
                gone[j] = 1;
                steps[order[j]] = {static_cast<int>(order[i]), iou};
            }
        }
    }
    return steps;
}

}  // namespace fcoscope
