// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/candidates.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fcoscope {

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

namespace {

constexpr float nothing = std::numeric_limits<float>::infinity();

/// The best pairs shown so far.
class Best {
public:
    Best(size_t wanted, RankRule rule) : wanted_(wanted), rule_(rule) { forget(); }

    float rank(const ScoredPair &pair) const { return rule_ == RankRule::Score ? pair.score : pair.p; }
    /// A pair of a lower rank is not among the best.
    float floor() const { return floor_; }

    void show(const ScoredPair &pair)
    {
        pairs_.push_back(pair);
        const size_t bin = binOf(rank(pair));
        if (bin >= lowestBin_) {
            ++countOf_[bin];
            for (++inBins_; inBins_ - countOf_[lowestBin_] >= wanted_; ++lowestBin_)
                inBins_ -= countOf_[lowestBin_];
            floor_ = std::max(floor_, lowerEdge(lowestBin_));
        }
        if (pairs_.size() >= 8 * wanted_ + 4096)
            choose();
    }
    void takeInto(std::vector<ScoredPair> &all)
    {
        choose();
        all.insert(all.end(), pairs_.begin(), pairs_.end());
        forget();
    }

private:
    // Pairs are counted by rank, in bins of 1/256 of each power of two from 2^-16 to 1, so that the floor follows every
    // pair: it is the edge of the lowest bin from which on there are as many as wanted.
    static constexpr uint32_t lowestBits = (127 - 16) << 23, binBits = 15;
    static constexpr size_t bins = (16 << (23 - binBits)) + 1;
    static size_t binOf(float rank)
    {
        const uint32_t bits = std::bit_cast<uint32_t>(rank);
        return bits <= lowestBits ? 0 : std::min<size_t>((bits - lowestBits) >> binBits, bins - 1);
    }
    static float lowerEdge(size_t bin)
    {
        return bin == 0 ? 0 : std::bit_cast<float>(lowestBits + (static_cast<uint32_t>(bin) << binBits));
    }

    void forget()
    {
        pairs_.clear();
        countOf_.assign(bins, 0);
        lowestBin_ = inBins_ = 0;
        floor_ = 0;
    }

    /// Keeps the best; among those of the last one's rank the first ones.
    void choose()
    {
        std::erase_if(pairs_, [this](const ScoredPair &pair) { return rank(pair) < floor_; });
        if (pairs_.size() <= wanted_)
            return;
        const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
        std::nth_element(pairs_.begin(), last, pairs_.end(), [this](const ScoredPair &a, const ScoredPair &b) {
            if (rank(a) != rank(b))
                return rank(a) > rank(b);
            return std::tie(a.level, a.location, a.classIndex) < std::tie(b.level, b.location, b.classIndex);
        });
        floor_ = std::max(floor_, rank(*last));
        pairs_.resize(wanted_);
    }

    size_t wanted_;
    RankRule rule_;
    float floor_ = 0;
    std::vector<ScoredPair> pairs_;
    std::vector<uint32_t> countOf_;  ///< pairs shown, by bin
    size_t lowestBin_ = 0;           ///< those below hold no pair that is wanted
    size_t inBins_ = 0;              ///< pairs in this bin and those above
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

    /// What p·o must be more than, or as much as. 0 where pairs are ranked by p.
    float leastProduct() const
    {
        if (profile_.rankRule != RankRule::Score)
            return 0;
        const float score = std::max(scoreThreshold_, best_.floor());
        return profile_.scoreRule == ScoreRule::SquareRoot ? score * score : score;
    }

    /// The class logit above which a pair of centerness `o` can be wanted. A little lower than exact, so that rounding
    /// never loses a pair; scored() decides.
    float bound(float o) const
    {
        const float product = leastProduct();
        float p = std::max(classThreshold_, product > 0 ? product / o : 0);
        if (profile_.rankRule == RankRule::ClassProbability)
            p = std::max(p, best_.floor());
        if (p > 1.00001f)
            return nothing;
        if (p <= 0)
            return -nothing;
        p = std::min(p, 0.999f);  // nearer to 1 float32 cannot tell logits apart
        return std::log(p / (1 - p)) - 2e-3f;
    }

    /// Not less than ln σ(x), and cheap: two of its tangents and 0.
    static float aboveLogSigmoid(float x) { return std::min(std::min(x, 0.5f * x - 0.6931f), 0.0f); }

    /// The bound of each location of the block, beyond reach where none of its pairs is above. False: no pair is.
    bool findBounds()
    {
        const float lowest = bound(1), product = leastProduct();
        const float leastLog = product > 0 ? std::log(product) - 2e-3f : -nothing;
        bool any = false;
        for (size_t i = 0; i < count_; ++i) {
            bounds_[i] = nothing;
            if (!(largest_[i] > lowest))
                continue;
            const float logit = centerness_ ? centerness_[first_ + i] : nothing;
            if (aboveLogSigmoid(largest_[i]) + aboveLogSigmoid(logit) < leastLog)
                continue;
            qualities_[i] = sigmoid(logit);
            const float its = product > 0 ? bound(qualities_[i]) : lowest;
            if (largest_[i] > its) {
                bounds_[i] = its;
                any = true;
            }
        }
        floorOfBounds_ = best_.floor();
        return any;
    }

    /// Where the floor has risen well since, the bounds of a chunk are worked out again. False: no pair is above.
    bool raiseBounds(size_t from, size_t to)
    {
        bool any = false;
        for (size_t i = from; i < to; ++i) {
            if (bounds_[i] == nothing)
                continue;
            if (best_.floor() > 1.02f * floorOfBounds_)
                bounds_[i] = bound(qualities_[i]);
            if (!(largest_[i] > bounds_[i]))
                bounds_[i] = nothing;
            else
                any = true;
        }
        return any;
    }

    /// A pair of location `i` and whether it is wanted; its class is left open.
    bool scored(ScoredPair &pair, size_t i, float p) const
    {
        const float o = qualities_[i], score = scoreOf(p, o, profile_.scoreRule);
        pair = {score, p, o, level_, static_cast<int>(first_ + i), 0};
        return p > classThreshold_ && score >= 0 && !(best_.rank(pair) < best_.floor()) &&
               (profile_.rankRule != RankRule::Score || score > scoreThreshold_);
    }

    void showAllClasses()
    {
        ScoredPair pair;
        for (size_t from = 0; from < count_; from += chunk) {
            const size_t to = std::min(from + chunk, count_);
            if (!raiseBounds(from, to))
                continue;
            for (int c = 0; c < channels_; ++c) {
                const float *z = channel(c) + from;
                for (uint32_t above = aboveBounds(z, bounds_ + from, to - from); above != 0; above &= above - 1) {
                    const size_t k = static_cast<size_t>(std::countr_zero(above));
                    if (scored(pair, from + k, sigmoid(z[k]))) {
                        pair.classIndex = c;
                        best_.show(pair);
                    }
                }
            }
        }
    }

    /// Bit k is set if z[k] > bounds[k].
    static uint32_t aboveBounds(const float *z, const float *bounds, size_t count)
    {
        uint32_t above = 0;
#ifdef __SSE2__
        if (count == chunk) {
            for (size_t k = 0; k < chunk; k += 4)
                above |= static_cast<uint32_t>(_mm_movemask_ps(
                             _mm_cmpgt_ps(_mm_loadu_ps(z + k), _mm_loadu_ps(bounds + k))))
                         << k;
            return above;
        }
#endif
        for (size_t k = 0; k < count; ++k)
            above |= (z[k] > bounds[k] ? 1u : 0u) << k;
        return above;
    }

    /// The most probable class of a location; the first one where several are equally probable in float32, though their
    /// logits may differ.
    void showBestClasses()
    {
        ScoredPair pair;
        for (size_t i = 0; i < count_; ++i) {
            if (!(largest_[i] > bounds_[i]))
                continue;
            const float p = sigmoid(largest_[i]), near = std::min(largest_[i] - 1e-3f, 8.0f);
            if (!scored(pair, i, p))
                continue;
            while (!(channel(pair.classIndex)[i] >= near && sigmoid(channel(pair.classIndex)[i]) >= p))
                ++pair.classIndex;
            best_.show(pair);
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
    float floorOfBounds_ = 0;
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
