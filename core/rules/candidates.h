// SPDX-License-Identifier: GPL-3.0-or-later
// The best pairs (location, class) of an image: what decode() makes boxes of.
//
// An image has millions of pairs and a thousand of them matter, so they are found in one pass over the logits that
// sorts nothing below the threshold. A block of neighbouring locations is taken at a time. First the largest logit of
// each location: most stay below what a pair must have even if its centerness were 1, and are done. For the others
// that bound is worked out with their own centerness, and only pairs above it are given a sigmoid. Where there are more
// pairs than wanted, the worst one of the best so far raises the bound for the blocks that follow.
#pragma once

#include <cmath>
#include <vector>

#include "core/base/values.h"
#include "core/rules/profile.h"

namespace fcoscope {

struct ScoredPair {
    float score = 0, p = 0, o = 1;  ///< by the profile's score rule; class probability, centerness
    int level = 0, location = 0, classIndex = 0;
};

/// The pairs of the first `count` levels that pass the profile's class threshold and, where they are ranked by score,
/// the score threshold: of each level (or of the image) the best `candidatesPerLevel` by the profile's rank rule; equal
/// ranks: the finer level, the earlier location, the lower class first. Level by level, within a level in no order.
std::vector<ScoredPair> bestPairs(const std::vector<LevelOutputs> &levels, size_t count, const Profile &profile,
                                  const DecodeOptions &options);

/// 1 / (1 + e^-x) in float32.
float sigmoid(float x);
/// √(p·o) or p·o in float32. The only place where a score is made.
inline float scoreOf(float p, float o, ScoreRule rule)
{
    const float product = p * o;
    return rule == ScoreRule::SquareRoot ? std::sqrt(product) : product;
}

}  // namespace fcoscope
