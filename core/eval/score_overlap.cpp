// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/score_overlap.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fcoscope {
namespace {

bool madeABox(Fate fate)
{
    return fate == Fate::Suppressed || fate == Fate::Surplus || fate == Fate::Detected;
}

/// How much of `box` lies in `crowd`: evaluation matches crowds by this instead of IoU.
double shareInside(const Box &box, const Box &crowd)
{
    const double w = std::min(box.x2, crowd.x2) - std::max(box.x1, crowd.x1);
    const double h = std::min(box.y2, crowd.y2) - std::max(box.y1, crowd.y1);
    return w > 0 && h > 0 ? w * h / box.area() : 0;
}

}  // namespace

void addScorePoints(ScoreOverlap &data, const ImageId &image, const std::vector<TracedCandidate> &candidates,
                    const std::vector<Label> &labels)
{
    const int index = static_cast<int>(data.images.size());
    data.images.push_back(image);
    for (const TracedCandidate &candidate : candidates) {
        if (!madeABox(candidate.fate) || !candidate.boxInImage.hasArea())
            continue;
        ScorePoint point{index,
                         candidate.boxInImage,
                         candidate.pair.classIndex,
                         candidate.pair.p,
                         candidate.pair.o,
                         candidate.pair.score,
                         0,
                         -1};
        double best = 0, inCrowd = 0;
        for (size_t i = 0; i < labels.size(); ++i) {
            const Label &label = labels[i];
            if (label.classIndex != point.classIndex || !label.box.hasArea())
                continue;
            if (label.crowd) {
                inCrowd = std::max(inCrowd, shareInside(point.box, label.box));
            } else if (const double iou = intersectionOverUnion(point.box, label.box); iou > best) {
                best = iou;
                point.label = static_cast<int>(i);
            }
        }
        if (inCrowd >= 0.5 && inCrowd > best)
            continue;
        point.iou = static_cast<float>(best);
        data.points.push_back(point);
    }
}

ScoreOverlap scoreOverlap(size_t count, const std::function<ScoredImage(size_t)> &look, const RunContext &context)
{
    ScoreOverlap data;
    for (size_t i = 0; i < count; ++i) {
        if (context.shouldStop())
            throw Stopped();
        context.report(static_cast<double>(i) / static_cast<double>(count),
                       message("core", "Looking at image {0} of {1}").with(i + 1, count));
        const ScoredImage seen = look(i);
        addScorePoints(data, seen.image, seen.candidates, seen.labels);
    }
    return data;
}

float scoreOn(ScoreAxis axis, const ScorePoint &point)
{
    switch (axis) {
    case ScoreAxis::Probability:
        return point.p;
    case ScoreAxis::Product:
        return point.p * point.o;
    case ScoreAxis::RootProbability:
        return std::sqrt(point.p);
    case ScoreAxis::RootProduct:
        return std::sqrt(point.p * point.o);
    }
    throw std::logic_error("an axis without a score");
}

ScoreTrust trustOf(const ScoreOverlap &data, ScoreAxis axis)
{
    ScoreTrust trust;
    trust.points = data.points.size();
    double sumX = 0, sumY = 0;
    for (const ScorePoint &point : data.points) {
        const double x = static_cast<double>(scoreOn(axis, point));
        trust.below += x > static_cast<double>(point.iou);
        sumX += x;
        sumY += static_cast<double>(point.iou);
    }
    const double n = static_cast<double>(std::max<size_t>(1, trust.points)), meanX = sumX / n, meanY = sumY / n;
    double xx = 0, xy = 0, yy = 0;  // about the means, so that nothing large is subtracted from something large
    for (const ScorePoint &point : data.points) {
        const double dx = static_cast<double>(scoreOn(axis, point)) - meanX,
                     dy = static_cast<double>(point.iou) - meanY;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (xx > 0 && yy > 0)
        trust.correlation = xy / std::sqrt(xx * yy);
    return trust;
}

}  // namespace fcoscope
