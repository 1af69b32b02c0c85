// SPDX-License-Identifier: GPL-3.0-or-later
// Ready figures: what is on them, from what was seen in an image. The window's export and --render use the same.
#pragma once

#include "app/session/figures.h"
#include "widgets/figure.h"

namespace fcoscope {

using SeenImagePtr = std::shared_ptr<const SeenImage>;

/// The image with its layers and, if asked for, its detections.
Figure layersFigure(const SeenImagePtr &seen, bool detections);
/// Left: a location with its distances to the sides of its box. Right: a location that several boxes claim.
Figure ambiguityFigure(const SeenImagePtr &seen);
/// The centerness target inside label `label` (-1: the largest), at every pixel.
Figure centernessFigure(const SeenImagePtr &seen, int label, ColourScale colours, double opacity);
/// Score against IoU.
Figure scoreFigure(const ScoreOverlap &data, const std::vector<std::string> &classNames, bool roots);

}  // namespace fcoscope
