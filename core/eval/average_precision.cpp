// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/average_precision.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

namespace fcoscope {
namespace {

constexpr size_t thresholdCount = 10, recallCount = 101, areaCount = 4;
constexpr std::array<size_t, 3> limits{1, 10, 100};  ///< detections per image and class
constexpr size_t mostDetections = limits.back();
constexpr std::array<size_t, curveThresholds.size()> curveIndex{0, 5, 8};  ///< .50, .75, .90 among the thresholds

struct AreaRange {
    double low, high;
};
constexpr std::array<AreaRange, areaCount> areaRanges{{{0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}};

/// NumPy's linspace(first, last, count), to the last bit: thresholds are compared with values that may equal them.
template <size_t count> std::array<double, count> evenly(double first, double last)
{
    std::array<double, count> values{};
    const double step = (last - first) / double(count - 1);
    for (size_t i = 0; i < count; ++i)
        values[i] = double(i) * step + first;
    values.back() = last;
    return values;
}

/// One detection after matching: for each IoU threshold, whether it found something and whether it counts.
struct Judged {
    float score = 0;
    uint16_t matched = 0, ignored = 0;  ///< one bit per threshold
    uint8_t rank = 0;                   ///< its place among the image's detections of the class, best first
};

/// One class in one area range, over all images.
struct Pool {
    std::vector<Judged> detections;  ///< image by image
    size_t labels = 0;               ///< that count
};

/// The detections and labels of one class in one image.
struct Match {
    std::vector<const Detection *> detections;  ///< by falling score, at most mostDetections
    std::vector<const Label *> labels;
    std::vector<double> overlaps;  ///< [detection][label]
};

double areaOf(const Label &label) { return label.area >= 0 ? label.area : label.box.area(); }

/// IoU; with a crowd the part of the detection that lies inside it.
double overlapOf(const Detection &detection, const Label &label)
{
    const Box &a = detection.box, &b = label.box;
    const double w = std::min(a.x2, b.x2) - std::max(a.x1, b.x1), h = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
    if (w <= 0 || h <= 0)
        return 0;
    const double overlap = w * h;
    return overlap / (label.crowd ? a.area() : a.area() + b.area() - overlap);
}

Match prepare(std::vector<const Detection *> detections, std::vector<const Label *> labels)
{
    std::stable_sort(detections.begin(), detections.end(),
                     [](const auto *a, const auto *b) { return a->score > b->score; });
    if (detections.size() > mostDetections)
        detections.resize(mostDetections);
    Match match{std::move(detections), std::move(labels), {}};
    match.overlaps.reserve(match.detections.size() * match.labels.size());
    for (const auto *detection : match.detections)
        for (const auto *label : match.labels)
            match.overlaps.push_back(overlapOf(*detection, *label));
    return match;
}

/// The label a detection takes: of those still free (a crowd always is) the one it overlaps most, a label that counts
/// before one that is ignored; −1 if none reaches the threshold. `order` lists the labels, ignored ones last.
int bestLabel(const Match &match, size_t detection, double threshold, const std::vector<size_t> &order,
              const std::vector<char> &ignored, const std::vector<char> &taken)
{
    double least = std::min(threshold, 1 - 1e-10);
    int best = -1;
    for (const size_t g : order) {
        if (taken[g] && !match.labels[g]->crowd)
            continue;
        if (best >= 0 && !ignored[static_cast<size_t>(best)] && ignored[g])
            break;
        const double overlap = match.overlaps[detection * match.labels.size() + g];
        if (overlap < least)
            continue;
        least = overlap;
        best = static_cast<int>(g);
    }
    return best;
}

void judge(const Match &match, const AreaRange &range, const std::array<double, thresholdCount> &thresholds, Pool &pool)
{
    const size_t count = match.labels.size();
    std::vector<char> ignored(count);
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t(0));
    for (size_t g = 0; g < count; ++g) {
        const double area = areaOf(*match.labels[g]);
        ignored[g] = match.labels[g]->crowd || area < range.low || area > range.high;
        pool.labels += !ignored[g];
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return ignored[a] < ignored[b]; });

    const size_t first = pool.detections.size();
    for (size_t d = 0; d < match.detections.size(); ++d)
        pool.detections.push_back({match.detections[d]->score, 0, 0, static_cast<uint8_t>(d)});
    std::vector<char> taken(count);
    for (size_t t = 0; t < thresholdCount; ++t) {
        std::fill(taken.begin(), taken.end(), 0);
        for (size_t d = 0; d < match.detections.size(); ++d) {
            const double area = match.detections[d]->box.area();
            const int best = bestLabel(match, d, thresholds[t], order, ignored, taken);
            bool ignore = area < range.low || area > range.high;  // a false alarm outside the range
            if (best >= 0) {
                taken[static_cast<size_t>(best)] = 1;
                ignore = ignored[static_cast<size_t>(best)];
                pool.detections[first + d].matched |= static_cast<uint16_t>(1u << t);
            }
            if (ignore)
                pool.detections[first + d].ignored |= static_cast<uint16_t>(1u << t);
        }
    }
}

struct Curve {
    PrecisionCurve precision{};
    double recall = 0;  ///< the highest reached
};

/// Precision at each recall for one threshold, from a pool in falling order of score.
Curve curveOf(const Pool &pool, size_t threshold, size_t limit, const std::array<double, recallCount> &recalls)
{
    std::vector<double> recall, precision;
    double right = 0, wrong = 0;
    for (const Judged &judged : pool.detections) {
        if (judged.rank >= limit)
            continue;
        const bool ignore = (judged.ignored >> threshold & 1) != 0, match = (judged.matched >> threshold & 1) != 0;
        right += match && !ignore;
        wrong += !match && !ignore;
        recall.push_back(right / double(pool.labels));
        precision.push_back(right / (wrong + right + std::numeric_limits<double>::epsilon()));
    }
    for (size_t i = precision.size(); i-- > 1;)
        precision[i - 1] = std::max(precision[i - 1], precision[i]);

    Curve curve;
    curve.recall = recall.empty() ? 0 : recall.back();
    for (size_t r = 0; r < recallCount; ++r) {
        const auto at = std::lower_bound(recall.begin(), recall.end(), recalls[r]);
        if (at == recall.end())
            break;
        curve.precision[r] = precision[static_cast<size_t>(at - recall.begin())];
    }
    return curve;
}

/// A mean of what exists; −1 of nothing.
struct Mean {
    double sum = 0;
    size_t count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return count > 0 ? sum / double(count) : -1; }
};

/// Precision and recall of one class, for one area range and limit, at every threshold.
struct ClassCurves {
    std::array<Curve, thresholdCount> at;
    bool exists = false;
};

ClassCurves curvesOf(const Pool &pool, size_t limit)
{
    static const auto recalls = evenly<recallCount>(0, 1);
    ClassCurves curves;
    curves.exists = pool.labels > 0;
    if (curves.exists)
        for (size_t t = 0; t < thresholdCount; ++t)
            curves.at[t] = curveOf(pool, t, limit, recalls);
    return curves;
}

double meanPrecision(const PrecisionCurve &curve)
{
    return std::accumulate(curve.begin(), curve.end(), 0.0) / recallCount;
}

/// The sums behind the twelve numbers, and what is kept of each class.
struct Sums {
    std::array<Mean, areaCount> precision, recall;
    Mean precision50, precision75;
    std::array<Mean, limits.size()> recallAtLimit;
    std::array<std::array<Mean, recallCount>, curveThresholds.size()> curves;

    void add(std::array<Pool, areaCount> &pools, ClassAp &figures);
};

void Sums::add(std::array<Pool, areaCount> &pools, ClassAp &figures)
{
    for (auto &curve : figures.curves)
        curve.fill(-1);
    figures.labels = pools[0].labels;
    figures.detections = pools[0].detections.size();
    for (size_t a = 0; a < areaCount; ++a) {
        std::stable_sort(pools[a].detections.begin(), pools[a].detections.end(),
                         [](const Judged &x, const Judged &y) { return x.score > y.score; });
        const ClassCurves found = curvesOf(pools[a], mostDetections);
        if (!found.exists)
            continue;
        Mean classPrecision, classRecall;
        for (const Curve &curve : found.at) {
            const double mean = meanPrecision(curve.precision);
            precision[a].add(mean);
            recall[a].add(curve.recall);
            classPrecision.add(mean);
            classRecall.add(curve.recall);
        }
        if (a > 0)
            continue;
        figures.ap = classPrecision.value();
        figures.ar100 = classRecall.value();
        precision50.add(figures.ap50 = meanPrecision(found.at[curveIndex[0]].precision));
        precision75.add(figures.ap75 = meanPrecision(found.at[curveIndex[1]].precision));
        for (size_t c = 0; c < curveIndex.size(); ++c) {
            figures.curves[c] = found.at[curveIndex[c]].precision;
            for (size_t r = 0; r < recallCount; ++r)
                curves[c][r].add(figures.curves[c][r]);
        }
        for (size_t l = 0; l < limits.size(); ++l)
            for (const Curve &curve : curvesOf(pools[0], limits[l]).at)
                recallAtLimit[l].add(curve.recall);
    }
}

/// For each class the images that have anything of it, with what they have.
std::vector<std::vector<Match>> byClass(const std::vector<ImageResult> &images, size_t classes, bool agnostic)
{
    std::vector<std::vector<Match>> matches(classes);
    std::vector<std::vector<const Detection *>> detections(classes);
    std::vector<std::vector<const Label *>> labels(classes);
    std::vector<size_t> touched;
    for (const auto &image : images) {
        const auto sort = [&](const auto &items, auto &lists) {
            for (const auto &item : items) {
                const size_t c = agnostic ? 0 : static_cast<size_t>(item.classIndex);
                if (!agnostic && (item.classIndex < 0 || c >= classes))
                    continue;
                if (detections[c].empty() && labels[c].empty())
                    touched.push_back(c);
                lists[c].push_back(&item);
            }
            if (agnostic)  // pycocotools lists them class by class, which decides between equals
                std::stable_sort(lists[0].begin(), lists[0].end(),
                                 [](const auto *a, const auto *b) { return a->classIndex < b->classIndex; });
        };
        sort(image.detections, detections);
        sort(image.labels, labels);
        for (const size_t c : touched)
            matches[c].push_back(prepare(std::exchange(detections[c], {}), std::exchange(labels[c], {})));
        touched.clear();
    }
    return matches;
}

}  // namespace

ApSummary averagePrecision(const std::vector<ImageResult> &images, int classCount, const ApOptions &options)
{
    const auto thresholds = evenly<thresholdCount>(0.5, 0.95);
    const size_t classes = options.classAgnostic ? 1 : static_cast<size_t>(std::max(0, classCount));
    ApSummary summary;
    summary.classes.resize(classes);
    Sums sums;
    const auto matches = byClass(images, classes, options.classAgnostic);
    for (size_t c = 0; c < classes; ++c) {
        std::array<Pool, areaCount> pools;
        for (const Match &match : matches[c])
            for (size_t a = 0; a < areaCount; ++a)
                judge(match, areaRanges[a], thresholds, pools[a]);
        sums.add(pools, summary.classes[c]);
    }
    summary.ap = sums.precision[0].value();
    summary.ap50 = sums.precision50.value();
    summary.ap75 = sums.precision75.value();
    summary.apSmall = sums.precision[1].value();
    summary.apMedium = sums.precision[2].value();
    summary.apLarge = sums.precision[3].value();
    summary.ar1 = sums.recallAtLimit[0].value();
    summary.ar10 = sums.recallAtLimit[1].value();
    summary.ar100 = sums.recallAtLimit[2].value();
    summary.arSmall = sums.recall[1].value();
    summary.arMedium = sums.recall[2].value();
    summary.arLarge = sums.recall[3].value();
    for (size_t c = 0; c < curveThresholds.size(); ++c)
        for (size_t r = 0; r < recallCount; ++r)
            summary.curves[c][r] = sums.curves[c][r].value();
    return summary;
}

}  // namespace fcoscope
