// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/trace.h"

#include <iterator>
#include <limits>
#include <stdexcept>

#include "core/rules/decode_walk.h"
#include "core/rules/location_maps.h"

namespace fcoscope {
namespace {

size_t index(int i)
{
    return static_cast<size_t>(i);
}

/// Listens to a walk and keeps everything. Until the walk is over, numbers of candidates are places in its `pairs`.
class Keeper {
public:
    static constexpr bool toTheEnd = true;

    void noBox(const ScoredPair &pair) { withoutBox_.push_back({pair, {}, Fate::NoBox}); }
    void belowThreshold(size_t place)
    {
        judged_.push_back({{}, {}, Fate::BelowThreshold});
        places_.push_back(place);
    }
    void judged(size_t place, const NmsStep &step, bool surplus)
    {
        const Fate fate = step.suppressedBy >= 0 ? Fate::Suppressed : surplus ? Fate::Surplus : Fate::Detected;
        judged_.push_back({{}, {}, fate, step.suppressedBy, step.overlap});
        places_.push_back(place);
    }
    void detected(size_t place, int detection) { detectionOf_.emplace_back(place, detection); }

    template <typename Walk>
    std::vector<TracedCandidate> taken(const Walk &walk, const RawOutputs &raw, const Profile &profile)
    {
        for (TracedCandidate &candidate : withoutBox_)
            candidate.boxInImage = predictedBox(raw, profile, candidate.pair.level, candidate.pair.location);
        std::vector<int> turnOf(walk.pairs.size(), -1);  // place → index into judged_
        for (size_t i = 0; i < judged_.size(); ++i) {
            judged_[i].pair = walk.pairs[places_[i]];
            judged_[i].boxInImage = boxAfterNms(walk.boxes[places_[i]], raw, profile);
            turnOf[places_[i]] = static_cast<int>(i);
        }
        for (const auto &[place, detection] : detectionOf_) {
            TracedCandidate &candidate = judged_[index(turnOf[place])];
            candidate.detection = detection;
            if (detection < 0)
                candidate.fate = Fate::NoBox;
        }
        return merged(turnOf);
    }

private:
    /// Those with and those without a box, together in falling order of score.
    std::vector<TracedCandidate> merged(const std::vector<int> &turnOf)
    {
        const auto before = [](const TracedCandidate &a, const TracedCandidate &b) {
            return comesBefore(a.pair, b.pair);
        };
        std::sort(withoutBox_.begin(), withoutBox_.end(), before);
        std::vector<TracedCandidate> all;
        std::vector<int> movedTo;  // index into judged_ → index into all
        all.reserve(judged_.size() + withoutBox_.size());
        auto next = withoutBox_.begin();
        for (const TracedCandidate &candidate : judged_) {
            while (next != withoutBox_.end() && before(*next, candidate))
                all.push_back(*next++);
            movedTo.push_back(static_cast<int>(all.size()));
            all.push_back(candidate);
            if (candidate.suppressedBy >= 0)  // the better one came first
                all.back().suppressedBy = movedTo[index(turnOf[index(candidate.suppressedBy)])];
        }
        all.insert(all.end(), next, withoutBox_.end());
        return all;
    }

    std::vector<TracedCandidate> judged_, withoutBox_;
    std::vector<size_t> places_;  ///< of judged_
    std::vector<std::pair<size_t, int>> detectionOf_;
};

/// The channel of the most probable class, of equally probable ones the first, as bestPairs() chooses it.
int mostProbable(const Grid &logits, size_t cell)
{
    int best = -1;
    for (int c = 0; c < logits.channels; ++c) {
        const float p = sigmoid(logits.channel(c)[cell]);
        if (!std::isnan(p) && (best < 0 || p > sigmoid(logits.channel(best)[cell])))
            best = c;
    }
    return best;
}

/// ln(c / (1 − c)); its ends are infinite, and the sigmoid brings them back.
float logitOf(float centerness)
{
    const double c = centerness;
    return static_cast<float>(std::log(c / (1 - c)));
}

Grid centernessOfBoxes(const Grid &distances)
{
    Grid logits{1, distances.height, distances.width, std::vector<float>(distances.cells())};
    for (size_t i = 0; i < logits.values.size(); ++i) {
        const auto side = [&](int s) { return distances.channel(s)[i]; };
        const Distances d{side(0), side(1), side(2), side(3)};
        const bool number = !std::isnan(side(0) + side(1) + side(2) + side(3));
        logits.values[i] = number ? logitOf(centerness(d)) : std::numeric_limits<float>::quiet_NaN();
    }
    return logits;
}

void useLabels(RawOutputs &raw, const AssignedImage &assigned)
{
    for (LevelOutputs &level : raw.levels) {
        const Grid &logits = level.classLogits;
        level.centernessLogits = {1, logits.height, logits.width, std::vector<float>(logits.cells(), logitOf(0))};
    }
    for (const Positive &positive : assigned.assignment.positives)
        raw.levels[index(positive.level)].centernessLogits.values[index(positive.location)] =
            logitOf(positive.centerness);
}

}  // namespace

DecodeTrace traceDecode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    Keeper keeper;
    DecodeWalk walk(raw, profile, options, keeper);
    DecodeTrace trace;
    trace.detections = walk.run();
    trace.candidates = keeper.taken(walk, raw, profile);
    return trace;
}

PairFate fateOf(const DecodeTrace &trace, const RawOutputs &raw, const Profile &profile, const DecodeOptions &options,
                int level, int location, int classIndex)
{
    PairFate found;
    if (level < 0 || index(level) >= std::min(raw.levels.size(), profile.strides.size()))
        return found;
    const LevelOutputs &said = raw.levels[index(level)];
    const size_t cell = index(location);
    if (location < 0 || cell >= said.classLogits.cells() || classIndex < 0 || classIndex >= said.classLogits.channels)
        return found;
    found.p = sigmoid(said.classLogits.channel(classIndex)[cell]);
    found.o = said.centernessLogits.values.empty() ? 1 : sigmoid(said.centernessLogits.values[cell]);
    found.score = scoreOf(found.p, found.o, profile.scoreRule);
    for (size_t i = 0; i < trace.candidates.size(); ++i) {
        const ScoredPair &pair = trace.candidates[i].pair;
        if (pair.location == location && pair.level == level && pair.classIndex == classIndex) {
            found.fate = trace.candidates[i].fate;
            found.candidate = static_cast<int>(i);
            return found;
        }
    }
    // No candidate: below a threshold, or others were better.
    if (found.p > static_cast<float>(profile.classThreshold) &&
        found.score > static_cast<float>(options.scoreThreshold)) {
        found.fate = Fate::NotAmongBest;
        found.otherClass = profile.bestClassOnly && mostProbable(said.classLogits, cell) != classIndex;
    }
    return found;
}

RawOutputsPtr withCenterness(const RawOutputsPtr &raw, CenternessSource source, const Profile &profile,
                             const AssignedImage *assigned)
{
    if (source == CenternessSource::Branch)
        return raw;
    if (source == CenternessSource::Labels && (!assigned || !sameLocations(*assigned, *raw, profile)))
        throw std::invalid_argument("withCenterness: the labels are not assigned to the network's locations");
    auto changed = std::make_shared<RawOutputs>(*raw);
    if (source == CenternessSource::Labels)
        useLabels(*changed, *assigned);
    else
        for (LevelOutputs &level : changed->levels)
            level.centernessLogits = source == CenternessSource::Box ? centernessOfBoxes(level.distances) : Grid{};
    return changed;
}

}  // namespace fcoscope
