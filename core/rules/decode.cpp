// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/decode.h"

#include <algorithm>
#include <cmath>

#include "core/rules/candidates.h"
#include "core/rules/locations.h"
#include "core/rules/pixels.h"

namespace fcoscope {
namespace {

/// Candidates with their boxes, in the frame of NMS.
struct Boxed {
    std::vector<ScoredPair> pairs;
    std::vector<Box> boxes;
    std::vector<int> classes;
};

/// l, t, r, b at a location, px.
struct Reach {
    float l, t, r, b;
};
Reach reachAt(const Grid &distances, int location)
{
    const size_t i = static_cast<size_t>(location), cells = distances.cells();
    const float *d = distances.values.data();
    return {d[i], d[cells + i], d[2 * cells + i], d[3 * cells + i]};
}

Boxed boxed(const std::vector<ScoredPair> &pairs, const RawOutputs &raw, const std::vector<Level> &levels,
            const Profile &profile)
{
    const double less = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    const Size content = raw.transform.contentSize;
    Boxed found;
    for (const ScoredPair &pair : pairs) {
        const Grid &distances = raw.levels[static_cast<size_t>(pair.level)].distances;
        const Level &level = levels[static_cast<size_t>(pair.level)];
        const Reach d = reachAt(distances, pair.location);
        if (std::isnan(d.l + d.t + d.r + d.b))
            continue;  // a broken model; such a box is nowhere
        const float x = static_cast<float>(level.x(pair.location % distances.width));
        const float y = static_cast<float>(level.y(pair.location / distances.width));
        Box box{x - d.l, y - d.t, x + d.r, y + d.b};
        if (profile.wholePixelBoxes)
            box = {std::trunc(box.x1), std::trunc(box.y1), std::trunc(box.x2), std::trunc(box.y2)};
        if (profile.clipRule == ClipRule::BeforeNms)
            box = clipped(box, content.width - less, content.height - less);
        if (profile.nmsFrame == BoxFrame::Image) {
            box = detectedBox(box, raw.transform, profile);
            if (profile.dropEmptyBoxes && !(box.x2 > box.x1 && box.y2 > box.y1))
                continue;
        }
        found.pairs.push_back(pair);
        found.boxes.push_back(box);
        found.classes.push_back(pair.classIndex);
    }
    return found;
}

/// Indices of the boxes that NMS lets stay, best first, no more than asked for.
std::vector<size_t> suppressed(const Boxed &found, const Profile &profile, const DecodeOptions &options)
{
    const std::vector<ScoredPair> &pairs = found.pairs;
    std::vector<size_t> queue(pairs.size());
    for (size_t i = 0; i < queue.size(); ++i)
        queue[i] = i;
    const auto worse = [&](size_t a, size_t b) {
        if (pairs[a].score != pairs[b].score)
            return pairs[a].score < pairs[b].score;
        if (pairs[a].level != pairs[b].level)
            return pairs[a].level > pairs[b].level;
        return pairs[a].location != pairs[b].location ? pairs[a].location > pairs[b].location
                                                      : pairs[a].classIndex > pairs[b].classIndex;
    };
    // A heap, because a hundred boxes have often stayed long before the last candidate's turn.
    std::make_heap(queue.begin(), queue.end(), worse);
    NmsRun run(found.boxes, found.classes, nmsRules(profile, options));
    const size_t wanted = static_cast<size_t>(std::max(options.detectionsPerImage, 0));
    std::vector<size_t> kept;
    for (; !queue.empty(); queue.pop_back()) {
        std::pop_heap(queue.begin(), queue.end(), worse);
        const size_t next = queue.back();
        if (!(pairs[next].score > static_cast<float>(options.scoreThreshold)))
            break;
        if (kept.size() >= wanted &&
            (!profile.keepTies || kept.empty() || pairs[next].score < pairs[kept.back()].score))
            break;
        if (run.show(next).suppressedBy < 0)
            kept.push_back(next);
    }
    return kept;
}

}  // namespace

std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    const std::vector<Level> levels = levelsFor(profile, raw.transform.paddedSize);
    const std::vector<ScoredPair> pairs = bestPairs(raw.levels, levels.size(), profile, options);
    const Boxed found = boxed(pairs, raw, levels, profile);
    std::vector<Detection> detections;
    for (const size_t i : suppressed(found, profile, options)) {
        const ScoredPair &pair = found.pairs[i];
        Box box = found.boxes[i];
        if (profile.nmsFrame == BoxFrame::Network)
            box = detectedBox(box, raw.transform, profile);
        // Already cut in the network's input, continuous boxes change here by the rounding of the way back only.
        if (profile.pixels == PixelConvention::Continuous || profile.clipRule == ClipRule::AfterNms)
            box = clipped(box, raw.transform.imageSize.width, raw.transform.imageSize.height);
        if (profile.dropEmptyBoxes && !(box.x2 > box.x1 && box.y2 > box.y1))
            continue;
        const Reach d = reachAt(raw.levels[static_cast<size_t>(pair.level)].distances, pair.location);
        Detection detection;
        detection.box = box;
        detection.classIndex = pair.classIndex;
        detection.score = pair.score;
        detection.classProbability = pair.p;
        detection.centerness = pair.o;
        detection.level = pair.level;
        detection.location = pair.location;
        detection.distances = {d.l, d.t, d.r, d.b};
        detections.push_back(detection);
    }
    return detections;
}

}  // namespace fcoscope
