// SPDX-License-Identifier: GPL-3.0-or-later
// One number for one image, for "in how many images is the new model better": the harmonic mean of precision and recall
// of what a person would be shown.
#pragma once

#include "core/eval/average_precision.h"

namespace fcoscope {

/// Detections of a score of at least `scoreThreshold` are matched to labels of their class, the surest first, each to
/// the free label that it overlaps most, by an IoU of 0.5 or more. Crowds are neither to be found nor wrong to find.
/// F1 = 2·matched / (detections + labels); 1 where there is nothing and nothing was found.
double imageF1(const ImageResult &image, double scoreThreshold);

}  // namespace fcoscope
