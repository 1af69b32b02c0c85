// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/assigned_image.h"

#include <algorithm>
#include <cmath>

#include "core/rules/pixels.h"

namespace fcoscope {
namespace {

std::vector<Box> targetBoxes(const std::vector<Label> &labels, const ImageTransform &transform, const Profile &profile)
{
    std::vector<Box> boxes;
    boxes.reserve(labels.size());
    for (const Label &label : labels)
        boxes.push_back(targetBox(label.box, transform, profile));
    return boxes;
}

/// One half of what assignImage and assignSample do alike; `inNetwork` are the labels' boxes.
void assignInto(AssignedImage &assigned, const std::vector<Label> &inNetwork)
{
    assigned.boxes = targetBoxes(inNetwork, assigned.transform, assigned.profile);
    assigned.levels = levelsFor(assigned.profile, assigned.transform.paddedSize);
    assigned.assignment = assign(assigned.boxes, assigned.levels, assigned.profile, /*keepClaims=*/true);
}

size_t index(int i)
{
    return static_cast<size_t>(i);
}

/// The claims [first, last) of each location that has any.
template <typename Found> void forEachClaimed(const std::vector<Claim> &claims, Found found)
{
    for (size_t first = 0, last = 0; first < claims.size(); first = last) {
        while (last < claims.size() && claims[last].level == claims[first].level &&
               claims[last].location == claims[first].location)
            ++last;
        found(first, last);
    }
}

}  // namespace

Assignment assignLabels(const std::vector<Label> &labels, const ImageTransform &transform,
                        const std::vector<Level> &levels, const Profile &profile, bool keepClaims)
{
    return assign(targetBoxes(labels, transform, profile), levels, profile, keepClaims);
}

Box boxInNetwork(const Box &inImage, const ImageTransform &transform)
{
    const Box inside = clipped(inImage, transform.imageSize.width, transform.imageSize.height);
    return clipped(transform.toNetwork(inside), transform.contentSize.width, transform.contentSize.height);
}

AssignedImage assignImage(const ImageId &id, Size image, const std::vector<Label> &labels, const Profile &profile)
{
    AssignedImage assigned;
    assigned.imageId = id;
    assigned.profile = profile;
    assigned.transform = inferenceTransform(image, profile);
    std::vector<Label> inNetwork;
    for (size_t i = 0; i < labels.size(); ++i) {
        Label label = labels[i];
        if (label.crowd || !label.box.hasArea())
            continue;
        label.box = boxInNetwork(label.box, assigned.transform);
        if (!label.box.hasArea())
            continue;
        assigned.labels.push_back(labels[i]);
        assigned.given.push_back(static_cast<int>(i));
        inNetwork.push_back(label);
    }
    assignInto(assigned, inNetwork);
    return assigned;
}

AssignedImage assignSample(const ImageId &id, const std::vector<Label> &labels, ImageTransform transform, Size padded,
                           const Profile &profile)
{
    AssignedImage assigned;
    assigned.imageId = id;
    assigned.profile = profile;
    transform.paddedSize = padded;
    assigned.transform = transform;
    for (size_t i = 0; i < labels.size(); ++i) {
        assigned.labels.push_back(labels[i]);
        assigned.labels.back().box = transform.toImage(labels[i].box);
        assigned.given.push_back(static_cast<int>(i));
    }
    assignInto(assigned, labels);
    return assigned;
}

const Positive *positiveAt(const AssignedImage &assigned, LocationRef at)
{
    const std::vector<Positive> &positives = assigned.assignment.positives;  // ordered by level, then location
    const auto placeOf = [](const Positive &positive) { return LocationRef{positive.level, positive.location}; };
    const auto found = std::lower_bound(positives.begin(), positives.end(), at,
                                        [&](const Positive &p, LocationRef ref) { return placeOf(p) < ref; });
    return found != positives.end() && placeOf(*found) == at ? &*found : nullptr;
}

std::vector<ClaimedLocation> ambiguousLocations(const AssignedImage &assigned)
{
    const Assignment &assignment = assigned.assignment;
    std::vector<ClaimedLocation> ambiguous;
    size_t positive = 0;  // both lists are ordered by level, then location, and every claimed location is positive
    forEachClaimed(assignment.claims, [&](size_t first, size_t last) {
        const Positive &learnt = assignment.positives[positive++];
        if (last - first < 2)
            return;
        ClaimedLocation at{{learnt.level, learnt.location}, first, last - first, learnt.box, false, false};
        for (size_t i = first; i < last; ++i) {
            const int box = assignment.claims[i].box;
            at.acrossClasses |= assigned.labels[index(box)].classIndex != assigned.labels[index(learnt.box)].classIndex;
            at.tie |= box != learnt.box &&
                      rankEqually(assigned.boxes[index(box)], assigned.boxes[index(learnt.box)], assigned.profile);
        }
        ambiguous.push_back(at);
    });
    return ambiguous;
}

AssignmentCounts countsOf(const AssignedImage &assigned)
{
    return countsOf(assigned, ambiguousLocations(assigned));
}

AssignmentCounts countsOf(const AssignedImage &assigned, const std::vector<ClaimedLocation> &ambiguous)
{
    AssignmentCounts counts;
    counts.labels = static_cast<int>(assigned.labels.size());
    counts.positivesOfLabel.assign(assigned.labels.size(), 0);
    counts.lostOfLabel.assign(assigned.labels.size(), 0);
    counts.positivesOfLevel.assign(assigned.levels.size(), 0);
    for (const Positive &positive : assigned.assignment.positives) {
        ++counts.positivesOfLabel[index(positive.box)];
        ++counts.positivesOfLevel[index(positive.level)];
    }
    counts.positives = static_cast<int>(assigned.assignment.positives.size());
    counts.recalled = static_cast<int>(
        std::count_if(counts.positivesOfLabel.begin(), counts.positivesOfLabel.end(), [](int n) { return n > 0; }));
    for (const ClaimedLocation &at : ambiguous) {
        ++counts.ambiguous;
        counts.ambiguousAcrossClasses += at.acrossClasses;
        for (size_t i = at.firstClaim; i < at.firstClaim + at.claims; ++i)
            if (const int box = assigned.assignment.claims[i].box; box != at.winner)
                ++counts.lostOfLabel[index(box)];
    }
    return counts;
}

int locationAt(const Level &level, double networkX, double networkY)
{
    const double column = std::floor((networkX - level.firstX) / level.stepX + 0.5);
    const double row = std::floor((networkY - level.firstY) / level.stepY + 0.5);
    if (!(column >= 0 && column < level.width && row >= 0 && row < level.height))
        return -1;
    return static_cast<int>(row) * level.width + static_cast<int>(column);
}

Box cellOf(const Level &level, int location)
{
    const double x = level.x(location % level.width), y = level.y(location / level.width);
    return {x - level.stepX / 2, y - level.stepY / 2, x + level.stepX / 2, y + level.stepY / 2};
}

}  // namespace fcoscope
