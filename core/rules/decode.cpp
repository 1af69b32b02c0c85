// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/decode.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/rules/locations.h"

namespace fcoscope {
namespace {

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

struct Candidate {
    float score, p, o;
    int location, classIndex;
};

/// The smallest class logit with which a pair can pass the threshold: o is at most 1. A little lower than exact, so
/// that rounding never loses a pair; scoreOf() decides.
float logitBound(const Profile &profile, double threshold)
{
    const double p = profile.scoreRule == ScoreRule::SquareRoot ? threshold * threshold : threshold;
    if (p <= 0)
        return -std::numeric_limits<float>::infinity();
    if (p >= 1)
        return std::numeric_limits<float>::infinity();
    return static_cast<float>(std::log(p / (1 - p)) - 1e-3);
}

float scoreOf(const Profile &profile, float p, float o)
{
    return profile.scoreRule == ScoreRule::SquareRoot ? std::sqrt(p * o) : p * o;
}

/// The best pairs (location, class) of one level, best first.
std::vector<Candidate> candidatesOf(const LevelOutputs &level, const Profile &profile, const DecodeOptions &options)
{
    std::vector<Candidate> candidates;
    const float bound = logitBound(profile, options.scoreThreshold),
                threshold = static_cast<float>(options.scoreThreshold);
    const float *centernessLogits =
        level.centernessLogits.values.empty() ? nullptr : level.centernessLogits.values.data();
    const int cells = static_cast<int>(level.classLogits.cells());
    for (int c = 0; c < level.classLogits.channels; ++c) {
        const float *logits = level.classLogits.channel(c);
        for (int i = 0; i < cells; ++i) {
            if (!(logits[i] > bound))
                continue;
            const float p = sigmoid(logits[i]), o = centernessLogits ? sigmoid(centernessLogits[i]) : 1.0f;
            const float score = scoreOf(profile, p, o);
            if (score > threshold)
                candidates.push_back({score, p, o, i, c});
        }
    }
    const auto better = [](const Candidate &a, const Candidate &b) {
        if (a.score != b.score)
            return a.score > b.score;
        return a.location != b.location ? a.location < b.location : a.classIndex < b.classIndex;
    };
    const size_t keep = std::min(candidates.size(), static_cast<size_t>(options.candidatesPerLevel));
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(keep), candidates.end(),
                      better);
    candidates.resize(keep);
    return candidates;
}

}  // namespace

std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    const std::vector<Level> levels = levelsFor(profile, raw.transform.paddedSize);
    const Size content = raw.transform.contentSize;
    std::vector<Detection> found;  // boxes in network coordinates until after NMS
    for (size_t l = 0; l < raw.levels.size() && l < levels.size(); ++l) {
        const LevelOutputs &outputs = raw.levels[l];
        const size_t cells = outputs.distances.cells();
        for (const Candidate &candidate : candidatesOf(outputs, profile, options)) {
            const size_t i = static_cast<size_t>(candidate.location);
            const float *d = outputs.distances.values.data();
            if (std::isnan(d[i] + d[cells + i] + d[2 * cells + i] + d[3 * cells + i]))
                continue;  // a broken model; such a box is nowhere
            const float x = static_cast<float>(levels[l].x(candidate.location % outputs.distances.width));
            const float y = static_cast<float>(levels[l].y(candidate.location / outputs.distances.width));
            Detection detection;
            detection.distances = {d[i], d[cells + i], d[2 * cells + i], d[3 * cells + i]};
            const Box box{x - d[i], y - d[cells + i], x + d[2 * cells + i], y + d[3 * cells + i]};
            detection.box = clipped(box, content.width, content.height);
            detection.classIndex = candidate.classIndex;
            detection.score = candidate.score;
            detection.classProbability = candidate.p;
            detection.centerness = candidate.o;
            detection.level = static_cast<int>(l);
            detection.location = candidate.location;
            found.push_back(detection);
        }
    }

    const std::vector<NmsStep> steps = nonMaximumSuppression(found, options.nmsThreshold);
    std::vector<Detection> kept;
    for (size_t i = 0; i < found.size(); ++i)
        if (steps[i].suppressedBy < 0)
            kept.push_back(found[i]);
    std::stable_sort(kept.begin(), kept.end(),
                     [](const Detection &a, const Detection &b) { return a.score > b.score; });
    if (kept.size() > static_cast<size_t>(options.detectionsPerImage))
        kept.resize(static_cast<size_t>(options.detectionsPerImage));
    for (Detection &detection : kept)
        detection.box = clipped(raw.transform.toImage(detection.box), raw.transform.imageSize.width,
                                raw.transform.imageSize.height);
    return kept;
}

}  // namespace fcoscope
