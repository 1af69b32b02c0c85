// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fcoscope {

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

namespace {

constexpr float nothing = std::numeric_limits<float>::infinity();

/// The best pairs shown so far. Holds up to twice as many as wanted, so that choosing among them costs little a pair.
class Best {
public:
    Best(size_t wanted, RankRule rule) : wanted_(wanted), rule_(rule) {}

    float rank(const ScoredPair &pair) const { return rule_ == RankRule::Score ? pair.score : pair.p; }
    /// A pair of a lower rank is not among the best.
    float floor() const { return floor_; }

    void show(const ScoredPair &pair)
    {
        if (rank(pair) < floor_)
            return;
        pairs_.push_back(pair);
        if (pairs_.size() >= 2 * wanted_ && pairs_.size() > 64)
            choose();
    }
    void takeInto(std::vector<ScoredPair> &all)
    {
        choose();
        all.insert(all.end(), pairs_.begin(), pairs_.end());
        pairs_.clear();
        floor_ = 0;
    }

private:
    bool better(const ScoredPair &a, const ScoredPair &b) const
    {
        if (rank(a) != rank(b))
            return rank(a) > rank(b);
        if (a.level != b.level)
            return a.level < b.level;
        return a.location != b.location ? a.location < b.location : a.classIndex < b.classIndex;
    }
    void choose()
    {
        if (pairs_.size() <= wanted_)
            return;
        const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
        std::nth_element(pairs_.begin(), last, pairs_.end(),
                         [this](const ScoredPair &a, const ScoredPair &b) { return better(a, b); });
        floor_ = rank(*last);
        pairs_.resize(wanted_);
    }

    size_t wanted_;
    RankRule rule_;
    float floor_ = 0;
    std::vector<ScoredPair> pairs_;
};

/// One pass over one level.
class Scan {
public:
    Scan(const LevelOutputs &outputs, int level, const Profile &profile, const DecodeOptions &options, Best &best)
        : profile_(profile), best_(best), level_(level), channels_(outputs.classLogits.channels),
          cells_(outputs.classLogits.cells()), logits_(outputs.classLogits.values.data()),
          centerness_(outputs.centernessLogits.values.empty() ? nullptr : outputs.centernessLogits.values.data()),
          scoreThreshold_(static_cast<float>(options.scoreThreshold)),
          classThreshold_(static_cast<float>(profile.classThreshold))
    {
    }

    void run()
    {
        for (first_ = 0; first_ < cells_; first_ += block) {
            count_ = std::min(block, cells_ - first_);
            findLargest();
            if (!findBounds())
                continue;
            if (profile_.bestClassOnly)
                showBestClasses();
            else
                showAllClasses();
        }
    }

private:
    static constexpr size_t block = 256;  ///< locations; 80 classes of them stay in the second-level cache
    static constexpr size_t chunk = 16;   ///< compared at once

    const float *channel(int c) const { return logits_ + static_cast<size_t>(c) * cells_ + first_; }

    void findLargest()
    {
        std::fill_n(largest_, count_, -nothing);
        for (int c = 0; c < channels_; ++c) {
            const float *z = channel(c);
            size_t i = 0;
            for (; i + chunk <= count_; i += chunk)
                for (size_t k = 0; k < chunk; ++k)  // of known length, so that it becomes vector instructions
                    largest_[i + k] = largest_[i + k] < z[i + k] ? z[i + k] : largest_[i + k];
            for (; i < count_; ++i)
                largest_[i] = std::max(largest_[i], z[i]);
        }
    }

    /// The class logit above which a pair of centerness `o` can be wanted. A little lower than exact, so that rounding
    /// never loses a pair; show() decides.
    float bound(float o) const
    {
        float p = classThreshold_;
        if (profile_.rankRule == RankRule::Score) {
            const float score = std::max(scoreThreshold_, best_.floor());
            const float product = profile_.scoreRule == ScoreRule::SquareRoot ? score * score : score;
            p = std::max(p, product > 0 ? product / o : 0);
        } else {
            p = std::max(p, best_.floor());
        }
        if (p > 1.00001f)
            return nothing;
        if (p <= 0)
            return -nothing;
        p = std::min(p, 0.999f);  // nearer to 1 float32 cannot tell logits apart
        return std::log(p / (1 - p)) - 2e-3f;
    }

    /// The bound of each location of the block, beyond reach where none of its pairs is above. False: no pair is.
    bool findBounds()
    {
        const float lowest = bound(1);
        bool any = false;
        for (size_t i = 0; i < count_; ++i) {
            bounds_[i] = nothing;
            if (!(largest_[i] > lowest))
                continue;
            qualities_[i] = centerness_ ? sigmoid(centerness_[first_ + i]) : 1.0f;
            const float its = bound(qualities_[i]);
            if (largest_[i] > its) {
                bounds_[i] = its;
                any = true;
            }
        }
        return any;
    }

    void show(size_t i, int classIndex, float p)
    {
        const float o = qualities_[i];
        const float score = profile_.scoreRule == ScoreRule::SquareRoot ? std::sqrt(p * o) : p * o;
        if (!(p > classThreshold_) || !(score >= 0) ||
            (profile_.rankRule == RankRule::Score && !(score > scoreThreshold_)))
            return;
        best_.show({score, p, o, level_, static_cast<int>(first_ + i), classIndex});
    }

    void showAllClasses()
    {
        for (size_t from = 0; from < count_; from += chunk) {
            const size_t to = std::min(from + chunk, count_);
            if (std::all_of(bounds_ + from, bounds_ + to, [](float its) { return its == nothing; }))
                continue;
            for (int c = 0; c < channels_; ++c) {
                const float *z = channel(c) + from;
                if (to - from == chunk && !anyAbove(z, bounds_ + from))
                    continue;
                for (size_t i = from; i < to; ++i)
                    if (z[i - from] > bounds_[i])
                        show(i, c, sigmoid(z[i - from]));
            }
        }
    }

    static bool anyAbove(const float *z, const float *bounds)
    {
        int any = 0;
        for (size_t k = 0; k < chunk; ++k)
            any |= z[k] > bounds[k] ? 1 : 0;
        return any != 0;
    }

    /// The most probable class of a location; the first one where several are equally probable in float32, though their
    /// logits may differ.
    void showBestClasses()
    {
        for (size_t i = 0; i < count_; ++i) {
            if (bounds_[i] == nothing)
                continue;
            const float p = sigmoid(largest_[i]), near = std::min(largest_[i] - 1e-3f, 8.0f);
            int c = 0;
            while (!(channel(c)[i] >= near && sigmoid(channel(c)[i]) >= p))
                ++c;
            show(i, c, p);
        }
    }

    const Profile &profile_;
    Best &best_;
    int level_, channels_;
    size_t cells_;
    const float *logits_, *centerness_;
    float scoreThreshold_, classThreshold_;
    size_t first_ = 0, count_ = 0;  ///< the block: its first location, how many
    float largest_[block], bounds_[block], qualities_[block];
};

}  // namespace

std::vector<ScoredPair> bestPairs(const std::vector<LevelOutputs> &levels, size_t count, const Profile &profile,
                                  const DecodeOptions &options)
{
    Best best(static_cast<size_t>(std::max(options.candidatesPerLevel, 1)), profile.rankRule);
    std::vector<ScoredPair> all;
    for (size_t l = 0; l < std::min(levels.size(), count); ++l) {
        Scan(levels[l], static_cast<int>(l), profile, options, best).run();
        if (profile.candidateScope == CandidateScope::Level)
            best.takeInto(all);
    }
    best.takeInto(all);
    return all;
}

}  // namespace fcoscope
