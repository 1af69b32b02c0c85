// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/suggestions.h"

#include <algorithm>

namespace fcoscope {

std::vector<Suggestion> suggestionsOf(const ImageEntry &image, std::span<const Refusal> refusals,
                                      std::span<const Suggested> detections, const SuggestionOptions &options)
{
    std::vector<const Refusal *> ours;  // few of the set's are of this image
    for (const Refusal &refusal : refusals)
        if (refusal.imageKey == image.key)
            ours.push_back(&refusal);
    const auto same = [&](Key classKey, const Box &box, const Suggested &detection) {
        return classKey == detection.classKey && intersectionOverUnion(box, detection.box) >= options.sameObject;
    };
    std::vector<Suggestion> answers;
    answers.reserve(detections.size());
    for (const Suggested &detection : detections) {
        if (detection.classKey == 0)
            answers.push_back(Suggestion::Unknown);
        else if (std::any_of(image.boxes.begin(), image.boxes.end(),
                             [&](const BoxEntry &b) { return same(b.classKey, b.box, detection); }))
            answers.push_back(Suggestion::Labelled);
        else if (std::any_of(ours.begin(), ours.end(),
                             [&](const Refusal *r) { return same(r->classKey, r->box, detection); }))
            answers.push_back(Suggestion::Refused);
        else
            answers.push_back(Suggestion::Open);
    }
    return answers;
}

}  // namespace fcoscope
