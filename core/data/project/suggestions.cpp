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
    const auto same = [&](const Box &a, const Box &b) { return intersectionOverUnion(a, b) >= options.sameObject; };
    std::vector<Suggestion> answers;
    answers.reserve(detections.size());
    for (const Suggested &detection : detections) {
        const auto labelled = [&](const BoxEntry &b) {
            return b.classKey == detection.classKey && same(b.box, detection.box);
        };
        const auto refused = [&](const Refusal *r) {
            return r->className == detection.className && same(r->box, detection.box);
        };
        if (std::any_of(image.boxes.begin(), image.boxes.end(), labelled))
            answers.push_back(Suggestion::Labelled);
        else if (std::any_of(ours.begin(), ours.end(), refused))
            answers.push_back(Suggestion::Refused);
        else
            answers.push_back(detection.classKey == 0 ? Suggestion::Unknown : Suggestion::Open);
    }
    return answers;
}

}  // namespace fcoscope
