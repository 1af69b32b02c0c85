// SPDX-License-Identifier: GPL-3.0-or-later
// What the colours, marks and lines of a lens mean: under the layers panel, over the canvas and beside exported
// figures. A colour bar with its numbers for each heat map, the marks with their counts, and the line that says which
// look at the image this is.
#pragma once

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QPalette>
#include <QPointF>
#include <QSizeF>
#include <QString>

#include "core/rules/layers.h"

namespace fcoscope {

struct LegendStyle {
    QFont font;                ///< logical size
    QColor text, faint, line;  ///< line: round colour bars
    double unit = 1;           ///< the painter's units in a logical pixel
};
LegendStyle legendStyle(const QFont &font, const QPalette &palette);

/// How large the legend of `frame` is when it is as wide as that (painter's units); text wraps.
QSizeF legendSize(const LensFrame &frame, const LegendStyle &style, double width);
/// As wide as `place`, from its upper edge on.
void paintLegend(QPainter &painter, const QRectF &place, const LensFrame &frame, const LegendStyle &style);

/// "Score": a layer's title with what of it is shown: "Score, P4, WBC", "Activation, P3, channel 7".
QString layerTitle(const Layer &layer, const LensFrame &frame);
/// A number of a legend or of a value at the cursor.
QString scaleNumber(double value);

/// What every heat map of the frame says at a point of the image, a line for each: "Score 0.73 (P4, column 12, row 7)".
/// Empty where there is none.
QString describeValues(const LensFrame &frame, QPointF inImage);

}  // namespace fcoscope
