// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/nms.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fcoscope {

NmsRules nmsRules(const Profile &profile, const DecodeOptions &options)
{
    return {options.nmsThreshold, profile.nmsTest, profile.nmsScope, profile.pixels, profile.classShiftUpTo};
}

NmsRun::NmsRun(const std::vector<Box> &boxes, const std::vector<int> &classes, const NmsRules &rules)
    : rules_(rules), threshold_(static_cast<float>(rules.threshold)),
      more_(rules.pixels == PixelConvention::Inclusive ? 1 : 0)
{
    boxes_.reserve(boxes.size());
    for (const Box &box : boxes)
        boxes_.push_back({float(box.x1), float(box.y1), float(box.x2), float(box.y2), 0});
    group_.assign(boxes.size(), 0);
    if (rules.scope == NmsScope::Class) {
        for (size_t i = 0; i < classes.size(); ++i)
            group_[i] = static_cast<size_t>(std::max(classes[i], 0));
        if (boxes.size() <= static_cast<size_t>(std::max(rules.classShiftUpTo, 0)))
            shiftClasses(classes);
    }
    for (Box32 &b : boxes_)
        b.area = (b.x2 - b.x1 + more_) * (b.y2 - b.y1 + more_);
    kept_.resize(group_.empty() ? 0 : *std::max_element(group_.begin(), group_.end()) + 1);
}

/// Every class moves by (largest coordinate + 1) × class on both axes. What is meant as a way to keep classes apart
/// rounds the coordinates of the later ones; and boxes left of or above the image reach into the class before.
void NmsRun::shiftClasses(const std::vector<int> &classes)
{
    float largest = -INFINITY, least = INFINITY;
    for (const Box32 &b : boxes_) {
        largest = std::max({largest, b.x1, b.y1, b.x2, b.y2});
        least = std::min({least, b.x1, b.y1, b.x2, b.y2});
    }
    if (!std::isfinite(largest))
        return;
    for (size_t i = 0; i < boxes_.size(); ++i) {
        const float shift = static_cast<float>(classes[i]) * (largest + 1);
        Box32 &b = boxes_[i];
        b = {b.x1 + shift, b.y1 + shift, b.x2 + shift, b.y2 + shift, 0};
    }
    if (least < 0)
        group_.assign(group_.size(), 0);
}

float NmsRun::overlap(const Box32 &a, const Box32 &b) const
{
    const float w = std::max(0.0f, std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + more_);
    const float h = std::max(0.0f, std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + more_);
    const float both = w * h, all = a.area + b.area - both;
    return all > 0 ? both / all : 0;
}

NmsStep NmsRun::show(size_t index)
{
    std::vector<uint32_t> &kept = kept_[group_[index]];
    for (const uint32_t better : kept) {
        const float iou = overlap(boxes_[better], boxes_[index]);
        // 60/100 is not more than 0.6, in float32 as in words
        if (rules_.test == NmsTest::Above ? iou > threshold_ : iou >= threshold_)
            return {static_cast<int>(better), iou};
    }
    kept.push_back(static_cast<uint32_t>(index));
    return {};
}

std::vector<NmsStep> nonMaximumSuppression(const std::vector<Detection> &detections, const NmsRules &rules)
{
    std::vector<Box> boxes;
    std::vector<int> classes;
    for (const Detection &detection : detections) {
        boxes.push_back(detection.box);
        classes.push_back(detection.classIndex);
    }
    std::vector<size_t> order(detections.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return detections[a].score > detections[b].score; });
    NmsRun run(boxes, classes, rules);
    std::vector<NmsStep> steps(detections.size());
    for (const size_t index : order)
        steps[index] = run.show(index);
    return steps;
}

}  // namespace fcoscope
