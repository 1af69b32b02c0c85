// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/image_f1.h"

#include <algorithm>

#include "core/base/geometry.h"

namespace fcoscope {
namespace {

constexpr double matchingIou = 0.5;

/// What a detection hits.
enum class Hit { Nothing, Label, Crowd };

/// Takes the best label that is still free; a crowd takes any number.
Hit match(const Detection &detection, const std::vector<Label> &labels, std::vector<bool> &taken)
{
    int best = -1;
    double most = matchingIou;
    bool crowd = false;
    for (size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].classIndex != detection.classIndex)
            continue;
        const double overlap = intersectionOverUnion(detection.box, labels[i].box);
        if (labels[i].crowd)
            crowd = crowd || overlap >= matchingIou;
        else if (!taken[i] && overlap >= most) {
            best = static_cast<int>(i);
            most = overlap;
        }
    }
    if (best >= 0)
        taken[static_cast<size_t>(best)] = true;
    return best >= 0 ? Hit::Label : crowd ? Hit::Crowd : Hit::Nothing;
}

}  // namespace

double imageF1(const ImageResult &image, double scoreThreshold)
{
    std::vector<Detection> shown;
    for (const Detection &detection : image.detections)
        if (detection.score >= scoreThreshold)
            shown.push_back(detection);
    std::stable_sort(shown.begin(), shown.end(),
                     [](const Detection &a, const Detection &b) { return a.score > b.score; });
    std::vector<bool> taken(image.labels.size(), false);
    size_t matched = 0, counted = 0;
    for (const Detection &detection : shown) {
        const Hit hit = match(detection, image.labels, taken);
        matched += hit == Hit::Label;
        counted += hit != Hit::Crowd;
    }
    const auto labels = static_cast<size_t>(
        std::count_if(image.labels.begin(), image.labels.end(), [](const Label &label) { return !label.crowd; }));
    return counted + labels == 0 ? 1 : 2.0 * static_cast<double>(matched) / static_cast<double>(counted + labels);
}

}  // namespace fcoscope
