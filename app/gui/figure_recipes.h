// SPDX-License-Identifier: GPL-3.0-or-later
// Ready figures: what is on them, from what was seen in an image. The window's export and --render use the same.
#pragma once

#include "app/session/figures.h"
#include "widgets/figure.h"

namespace fcoscope {

class ScorePlot;

using SeenImagePtr = std::shared_ptr<const SeenImage>;

/// The image with its layers and, if asked for, its detections; then what `over` paints, in screen pixels as on the
/// canvas. The legend is the layers'.
Figure layersFigure(const SeenImagePtr &seen, bool detections,
                    const std::function<void(QPainter &, const View &)> &over = {});
/// Left: a location with its distances to the sides of its box. Right: a location that several boxes claim.
Figure ambiguityFigure(const SeenImagePtr &seen);
/// The centerness target inside label `label` (-1: the largest), at every pixel.
Figure centernessFigure(const SeenImagePtr &seen, int label, ColourScale colours, double opacity);
/// Score against IoU: of a plot as it is seen now, or of data with nothing left out.
Figure scoreFigure(const ScorePlot &plot);
Figure scoreFigure(const ScoreOverlap &data, bool roots);

}  // namespace fcoscope
