// SPDX-License-Identifier: GPL-3.0-or-later
// Average precision, equal to pycocotools (COCOeval, box mode) number for number.
//
// Detections are matched to labels greedily by falling score at ten IoU thresholds, .50, .55 … .95. Labels that are
// crowds or outside the area range are ignored: they are matched last and then count neither for nor against. Precision
// is made non-rising and read at 101 recalls, 0, .01 … 1. Objects count as small, medium or large by Label::area where
// the data set gives one (COCO: the area of the mask), else by their box; 32² and 96² px separate them.
//
// Unlike pycocotools everything here goes by position, so there is no object whose id means "no match".
// Equal scores: the earlier image, then the earlier detection goes first (pycocotools orders images by rising id).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// What was found in one image, in any order, and what is there. Both in image coordinates.
struct ImageResult {
    std::vector<Detection> detections;
    std::vector<Label> labels;
};

struct ApOptions {
    bool classAgnostic = false;  ///< every class counts as the same one (COCOeval's useCats = 0)
};

/// The IoU thresholds whose curves are kept.
inline constexpr std::array<double, 3> curveThresholds{0.50, 0.75, 0.90};

/// Precision at recall 0, .01 … 1, at most 100 detections per image and class, objects of every size.
/// All −1 where there is nothing to find.
using PrecisionCurve = std::array<double, 101>;

/// The figures of one class; −1 where the class has no labels.
struct ClassAp {
    double ap = -1, ap50 = -1, ap75 = -1;
    double ar100 = -1;
    size_t labels = 0;      ///< crowds not counted
    size_t detections = 0;  ///< the best 100 of each image
    std::array<PrecisionCurve, curveThresholds.size()> curves{};
};

/// −1 stands for "no such object in the data".
struct ApSummary {
    double ap = -1, ap50 = -1, ap75 = -1, apSmall = -1, apMedium = -1, apLarge = -1;
    double ar1 = -1, ar10 = -1, ar100 = -1, arSmall = -1, arMedium = -1, arLarge = -1;  ///< with 1, 10, 100 detections
    std::vector<ClassAp> classes;  ///< one per class; a single one if class-agnostic
    std::array<PrecisionCurve, curveThresholds.size()> curves{};  ///< mean over the classes that have labels

    /// The twelve numbers in the order in which pycocotools prints them.
    std::array<double, 12> twelve() const
    {
        return {ap, ap50, ap75, apSmall, apMedium, apLarge, ar1, ar10, ar100, arSmall, arMedium, arLarge};
    }
};

/// Class indices outside 0 … classCount − 1 are left out (they count as in no class) unless class-agnostic.
ApSummary averagePrecision(const std::vector<ImageResult> &images, int classCount, const ApOptions &options = {});

}  // namespace fcoscope
