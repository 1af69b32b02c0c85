// SPDX-License-Identifier: GPL-3.0-or-later
// Does the score tell how well a box lies? The data of the paper's Fig. 7: one point for each candidate box before NMS,
// its score without and with centerness against its IoU with the label it lies on best. Where the two agreed the points
// would lie on the line y = x; below it lie boxes that are more confident than good, and NMS may keep them in place of
// better ones. Centerness moves those to the left.
//
// A candidate is a pair (location, class) above the threshold and among the best of its level, with its box, as
// traceDecode() lists them. "The label" is the one of the candidate's class that it overlaps best (the authors' issue
// 373); a candidate whose class has no label in the image has IoU 0. Crowds are no labels: a candidate that lies in a
// crowd of its class for the larger part, and on no label as much, is left out, as evaluation leaves it out.
#pragma once

#include <functional>
#include <vector>

#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/rules/trace.h"

namespace fcoscope {

struct ScorePoint {
    int image = 0;  ///< index into ScoreOverlap::images
    Box box;        ///< in the image
    int classIndex = 0;
    float p = 0, o = 1;  ///< class probability and centerness
    float score = 0;     ///< what the profile ranks by: p·o or √(p·o)
    float iou = 0;       ///< with `label`
    int label = -1;      ///< among the image's labels as they were given; -1: it overlaps none of its class
};

struct ScoreOverlap {
    std::vector<ImageId> images;  ///< those that were looked at
    std::vector<ScorePoint> points;
};

/// Adds the candidates of one image to `data`. Both they and `labels` are in image coordinates.
void addScorePoints(ScoreOverlap &data, const ImageId &image, const std::vector<TracedCandidate> &candidates,
                    const std::vector<Label> &labels);

/// What a data set gives for one of its images.
struct ScoredImage {
    ImageId image;
    std::vector<TracedCandidate> candidates;
    std::vector<Label> labels;
};
/// The points of images 0 … count − 1, which `look` looks at one after the other. Asked to stop, it throws Stopped.
ScoreOverlap scoreOverlap(size_t count, const std::function<ScoredImage(size_t)> &look, const RunContext &context = {});

/// The horizontal axis of the figure.
enum class ScoreAxis {
    Probability,      ///< p: without centerness
    Product,          ///< p·o
    RootProbability,  ///< √p, for comparison with √(p·o)
    RootProduct,      ///< √(p·o)
};
float scoreOn(ScoreAxis axis, const ScorePoint &point);

/// How far a score can be trusted.
struct ScoreTrust {
    size_t points = 0;
    size_t below = 0;        ///< more confident than good: score > IoU
    double correlation = 0;  ///< Pearson's, of score and IoU; 0 where either does not vary
};
ScoreTrust trustOf(const ScoreOverlap &data, ScoreAxis axis);

}  // namespace fcoscope
