// SPDX-License-Identifier: GPL-3.0-or-later
// The one walk from raw outputs to detections (decode.h says what happens in which order). decode() goes it and
// forgets, traceDecode() goes it and keeps; nobody else includes this. What is kept costs nothing where it is not:
// whether there is anybody to listen is known when the walk is compiled.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/rules/candidates.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"
#include "core/rules/pixels.h"

namespace fcoscope {

/// Falling score; equal scores: the finer level, the earlier location, the lower class first.
inline bool comesBefore(const ScoredPair &a, const ScoredPair &b)
{
    if (a.score != b.score)
        return a.score > b.score;
    if (a.level != b.level)
        return a.level < b.level;
    return a.location != b.location ? a.location < b.location : a.classIndex < b.classIndex;
}

/// l, t, r, b at a location, px.
struct Reach {
    float l, t, r, b;

    bool isNumber() const { return !std::isnan(l + t + r + b); }
};
inline Reach reachAt(const RawOutputs &raw, int level, int location)
{
    const Grid &distances = raw.levels[static_cast<size_t>(level)].distances;
    const size_t i = static_cast<size_t>(location), cells = distances.cells();
    const float *d = distances.values.data();
    return {d[i], d[cells + i], d[2 * cells + i], d[3 * cells + i]};
}

/// The box that a location says, as NMS compares it: steps 4 and 5 of decode.h.
inline Box boxForNms(const RawOutputs &raw, const Profile &profile, const Level &at, int level, int location)
{
    const int columns = raw.levels[static_cast<size_t>(level)].distances.width;
    const Reach d = reachAt(raw, level, location);
    const float x = static_cast<float>(at.x(location % columns)), y = static_cast<float>(at.y(location / columns));
    Box box{x - d.l, y - d.t, x + d.r, y + d.b};
    if (profile.wholePixelBoxes)
        box = {std::trunc(box.x1), std::trunc(box.y1), std::trunc(box.x2), std::trunc(box.y2)};
    if (profile.clipRule == ClipRule::BeforeNms) {
        const double less = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
        box = clipped(box, raw.transform.contentSize.width - less, raw.transform.contentSize.height - less);
    }
    return profile.nmsFrame == BoxFrame::Image ? detectedBox(box, raw.transform, profile) : box;
}

/// The same box as a detection has it: step 7.
inline Box boxAfterNms(Box box, const RawOutputs &raw, const Profile &profile)
{
    if (profile.nmsFrame == BoxFrame::Network)
        box = detectedBox(box, raw.transform, profile);
    // Already cut in the network's input, continuous boxes change here by the rounding of the way back only.
    if (profile.pixels == PixelConvention::Continuous || profile.clipRule == ClipRule::AfterNms)
        box = clipped(box, raw.transform.imageSize.width, raw.transform.imageSize.height);
    return box;
}

/// Listens to a walk and keeps nothing.
struct Forgetful {
    static constexpr bool toTheEnd = false;  ///< whether NMS goes on when there are as many detections as asked for
    void noBox(const ScoredPair &) {}
    void belowThreshold(size_t) {}
    void judged(size_t, const NmsStep &, bool /*surplus*/) {}
    void detected(size_t, int /*detection, or -1: no area*/) {}
};

/// `Listener` is told what becomes of each candidate; its numbers are places in `pairs`.
template <typename Listener> class DecodeWalk {
public:
    DecodeWalk(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options, Listener &listener)
        : raw_(raw), profile_(profile), options_(options), listener_(listener),
          levels_(levelsFor(profile, raw.transform.paddedSize))
    {
    }

    std::vector<Detection> run()
    {
        makeBoxes();
        std::vector<Detection> detections;
        for (const size_t i : chosen()) {
            const Box box = boxAfterNms(boxes[i], raw_, profile_);
            const bool dropped = profile_.dropEmptyBoxes && !(box.x2 > box.x1 && box.y2 > box.y1);
            listener_.detected(i, dropped ? -1 : static_cast<int>(detections.size()));
            if (!dropped)
                detections.push_back(detection(pairs[i], box));
        }
        return detections;
    }

    // Candidates with their boxes, in the frame of NMS.
    std::vector<ScoredPair> pairs;
    std::vector<Box> boxes;
    std::vector<int> classes;

private:
    void makeBoxes()
    {
        const bool drop = profile_.nmsFrame == BoxFrame::Image && profile_.dropEmptyBoxes;
        for (const ScoredPair &pair : bestPairs(raw_.levels, levels_.size(), profile_, options_)) {
            const Level &level = levels_[static_cast<size_t>(pair.level)];
            const Box box = boxForNms(raw_, profile_, level, pair.level, pair.location);
            // What is no number comes from a broken model; such a box is nowhere.
            if (!reachAt(raw_, pair.level, pair.location).isNumber() ||
                (drop && !(box.x2 > box.x1 && box.y2 > box.y1))) {
                listener_.noBox(pair);
                continue;
            }
            pairs.push_back(pair);
            boxes.push_back(box);
            classes.push_back(pair.classIndex);
        }
    }

    /// The boxes that NMS lets stay, best first, no more than asked for.
    std::vector<size_t> chosen()
    {
        std::vector<size_t> queue(pairs.size());
        for (size_t i = 0; i < queue.size(); ++i)
            queue[i] = i;
        const auto later = [this](size_t a, size_t b) { return comesBefore(pairs[b], pairs[a]); };
        // A heap, because a hundred boxes have often stayed long before the last candidate's turn.
        std::make_heap(queue.begin(), queue.end(), later);
        NmsRun nms(boxes, classes, nmsRules(profile_, options_));
        std::vector<size_t> kept;
        bool full = false;
        for (; !queue.empty(); queue.pop_back()) {
            std::pop_heap(queue.begin(), queue.end(), later);
            const size_t next = queue.back();
            if (!(pairs[next].score > static_cast<float>(options_.scoreThreshold))) {
                if (!Listener::toTheEnd)
                    break;
                listener_.belowThreshold(next);
                continue;
            }
            full = full || isFull(kept, next);
            if (full && !Listener::toTheEnd)
                break;
            const NmsStep step = nms.show(next);
            if (!full && step.suppressedBy < 0)
                kept.push_back(next);
            listener_.judged(next, step, full);
        }
        return kept;
    }

    bool isFull(const std::vector<size_t> &kept, size_t next) const
    {
        return kept.size() >= static_cast<size_t>(std::max(options_.detectionsPerImage, 0)) &&
               (!profile_.keepTies || kept.empty() || pairs[next].score < pairs[kept.back()].score);
    }

    Detection detection(const ScoredPair &pair, const Box &box) const
    {
        const Reach d = reachAt(raw_, pair.level, pair.location);
        Detection detection;
        detection.box = box;
        detection.classIndex = pair.classIndex;
        detection.score = pair.score;
        detection.classProbability = pair.p;
        detection.centerness = pair.o;
        detection.level = pair.level;
        detection.location = pair.location;
        detection.distances = {d.l, d.t, d.r, d.b};
        return detection;
    }

    const RawOutputs &raw_;
    const Profile &profile_;
    const DecodeOptions &options_;
    Listener &listener_;
    std::vector<Level> levels_;
};

}  // namespace fcoscope
