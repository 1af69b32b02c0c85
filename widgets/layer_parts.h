// SPDX-License-Identifier: GPL-3.0-or-later
// What the files that paint layers share; for nobody else.
#pragma once

#include <QColor>
#include <QPainter>

#include "widgets/layer_painter.h"
#include "widgets/marks.h"

namespace fcoscope {

/// What every layer of one picture is painted with.
struct LensCanvas {
    QPainter &painter;
    const View &view;
    const LensFrame &frame;
    const LensStyle &style;
    std::vector<QColor> colours;  ///< of the labels
    bool stamps = true;           ///< pixels, not paths
    double unit = 1;              ///< screen pixels per logical pixel
    StampSheet *sheet = nullptr;  ///< where stamps are put instead of painted, if anywhere

    QColor colourOf(int label) const { return colours[static_cast<size_t>(label)]; }
    void put(const Mark &mark, QPointF at) const
    {
        if (sheet)
            sheet->put(mark, at);
        else if (stamps)
            mark.stamp(painter, at);
        else
            mark.draw(painter, at);
    }
};

void paintAssignment(const LensCanvas &canvas, const Layer &layer);
void paintAmbiguity(const LensCanvas &canvas, const Layer &layer);
void paintLabels(const LensCanvas &canvas);
void paintStrideGrid(const LensCanvas &canvas, const Layer &layer);
void paintRegression(const LensCanvas &canvas, const Layer &layer);

/// How the dots of a level look where locations are `spacing` screen pixels apart; `finest`: those of the finest level
/// that is shown.
DotShape dotShape(double spacing, double finest, int rings, double unit);
/// How large the mark of an ambiguous location is.
double ambiguityRadius(double spacing, double unit);

/// Text on a plate of that colour, in the ink that is read on it. `at`: the middle of its left edge, or with `centred`
/// its middle.
void paintNote(QPainter &painter, QPointF at, const QString &text, const QColor &plate, double unit, bool centred);

}  // namespace fcoscope
