// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/unlearnable.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/eval/assignment_statistics.h"
#include "core/eval/remedies.h"

namespace fcoscope {
namespace {

/// What the tests said of one box.
struct Findings {
    Verdict furthest = Verdict::NoArea;
    int inside = 0;  ///< locations
    NearestMiss miss;
    int claims = 0;
    std::set<int> winners;  ///< the labels that learn what it claims
    bool tooLarge = false;  ///< has area, but torchvision's rank does not reach that far
};

/// What the labels that no location learns claim, label by label: claims and the labels that learn those locations.
std::map<int, Findings> claimsOfUnlearnt(const AssignedImage &assigned)
{
    std::map<int, Findings> found;
    for (size_t i = 0; i < assigned.labels.size(); ++i)
        found[static_cast<int>(i)];
    for (const Positive &positive : assigned.assignment.positives)
        found.erase(positive.box);
    for (const Claim &claim : assigned.assignment.claims)
        if (const auto its = found.find(claim.box); its != found.end()) {
            ++its->second.claims;
            its->second.furthest = Verdict::LostToSmaller;
            its->second.winners.insert(positiveAt(assigned, {claim.level, claim.location})->box);
        }
    return found;
}

void lookAtLocations(const AssignedImage &assigned, const Box &box, Findings &found)
{
    for (size_t l = 0; l < assigned.levels.size(); ++l) {
        const Level window = windowOf(assigned.levels[l], box);
        for (int location = 0; location < window.locations(); ++location) {
            const Candidate seen = explainLocation({box}, window, location, assigned.profile).front();
            found.furthest = std::max(found.furthest, seen.verdict);
            found.inside += seen.verdict > Verdict::OutsideBox;
            if (seen.verdict != Verdict::OutsideRange)
                continue;
            const double far = largest(seen.distances);
            const double gap = std::max({far - window.rangeHigh, window.rangeLow - far, 0.0});
            if (gap < found.miss.gap)
                found.miss = {l, far, gap};
        }
    }
}

/// The same for a label that claims nothing.
void look(const AssignedImage &assigned, int index, Findings &found)
{
    const Box &box = assigned.boxes[static_cast<size_t>(index)];
    const Level anywhere{1, 1, 1, 1, 1, box.x1, box.y1, 0, 0};  // asks about the box itself
    if (explainLocation({box}, anywhere, 0, assigned.profile).front().verdict == Verdict::NoArea) {
        found.tooLarge = box.hasArea() && box.area() > 1e6;
        return;
    }
    found.furthest = Verdict::OutsideBox;
    lookAtLocations(assigned, box, found);
}

Message reasonOf(const AssignedImage &assigned, int index, const Findings &found)
{
    const Profile &profile = assigned.profile;
    const Box &box = assigned.boxes[static_cast<size_t>(index)];
    const Box &inImage = assigned.labels[static_cast<size_t>(index)].box;
    switch (found.furthest) {
    case Verdict::NoArea:
        if (found.tooLarge)
            return message("core", "Its area of {0} px² in the network's input is beyond what this tie rule can rank.")
                .with(tenths(box.area()));
        return message("core", "Counted by the index of its last pixel, its {0} × {1} px in the image have no area.")
            .with(tenths(inImage.width()), tenths(inImage.height()));
    case Verdict::OutsideBox:
        return message("core", "No location lies inside: it takes {0} × {1} px of the network's input, and the "
                               "locations of the finest level are {2} px apart.")
            .with(tenths(box.width()), tenths(box.height()), tenths(profile.strides.front()));
    case Verdict::OutsideCenterRegion:
        return message("core", "Locations inside it: {0}, none of them in its centre region (radius {1} strides).")
            .with(found.inside, tenths(profile.centerRadius));
    case Verdict::OutsideRange: {
        const Level &level = assigned.levels[found.miss.level];
        const Message which =
            profile.centerRegion == CenterRegion::None
                ? message("core", "Locations inside it: {0}, none in its level's regression range. The nearest, on "
                                  "{1}, has max(l, t, r, b) = {2} px, {3} px outside the range of {4} to {5} px.")
                : message("core", "Locations inside it: {0}, none both in its centre region and in its level's "
                                  "regression range. The nearest, on {1}, has max(l, t, r, b) = {2} px, {3} px outside "
                                  "the range of {4} to {5} px.");
        return which.with(found.inside, levelLabel(level.stride), tenths(found.miss.far), tenths(found.miss.gap),
                          tenths(level.rangeLow), tenths(level.rangeHigh));
    }
    default:
        return message("core", "Every location that it claims ({0}) learns another label that is smaller, or as large "
                               "and listed first (such labels: {1}).")
            .with(found.claims, found.winners.size());
    }
}

}  // namespace

std::vector<Message> UnlearnableBox::remedyWords() const
{
    std::vector<Message> words;
    for (const Remedy &remedy : remedies)
        words.push_back(remedy.words);
    if (words.empty())
        words.push_back(message("core", "None was found: neither up to four times the input size nor another range, "
                                        "region, level or tie rule helped."));
    return words;
}

const char *verdictWord(Verdict verdict)
{
    switch (verdict) {
    case Verdict::NoArea:
        return "no-area";
    case Verdict::OutsideBox:
        return "outside-box";
    case Verdict::OutsideCenterRegion:
        return "outside-center-region";
    case Verdict::OutsideRange:
        return "outside-range";
    case Verdict::LostToSmaller:
        return "lost-to-smaller";
    case Verdict::Positive:
        break;
    }
    return "positive";
}

std::vector<UnlearnableBox> explainUnlearnable(const AssignedImage &assigned, const RunContext &context)
{
    std::vector<UnlearnableBox> boxes;
    for (auto &[index, found] : claimsOfUnlearnt(assigned)) {
        if (context.shouldStop())
            throw Stopped();
        if (found.claims == 0)
            look(assigned, index, found);
        const Label &label = assigned.labels[static_cast<size_t>(index)];
        UnlearnableBox box;
        box.imageId = assigned.imageId;
        box.label = assigned.given[static_cast<size_t>(index)];
        box.classIndex = label.classIndex;
        box.box = label.box;
        box.verdict = found.furthest;
        box.reason = reasonOf(assigned, index, found);
        box.remedies = remediesFor(assigned, index, found.furthest, found.miss);
        boxes.push_back(std::move(box));
    }
    return boxes;
}

}  // namespace fcoscope
