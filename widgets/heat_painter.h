// SPDX-License-Identifier: GPL-3.0-or-later
// Heat maps: the cell of each location filled with the colour of its value.
#pragma once

#include <QColor>
#include <QPainter>

#include "core/rules/layers.h"
#include "widgets/view.h"

namespace fcoscope {

/// Where a value lies on its map's scale, 0 … 1. A diverging scale is as long below 0 as above.
double placeOnScale(const LocationMap &map, double value);
/// Which values stand at the ends of the scale, as placeOnScale() sees them.
struct ScaleEnds {
    double low = 0, high = 1;
};
ScaleEnds scaleEnds(const LocationMap &map);
/// The colour of a place on the scale of `map`.
QColor heatColour(const LocationMap &map, ColourScale scale, double place);

/// `layer.map` in screen pixels with its layer's level, colours and opacity. Cells have hard edges at every zoom; those
/// without a value stay as they are. On paper the cells are drawn finer than the screen's pixels.
void paintHeat(QPainter &painter, const View &view, const LayerView &layer);

}  // namespace fcoscope
