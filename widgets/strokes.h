// SPDX-License-Identifier: GPL-3.0-or-later
// Straight lines along the axes: whole pixels of the screen on a dark halo, solid or dashed. Filled rectangles, which
// are crisp at every ratio and many times quicker than pens. Only what is on the screen is drawn.
#pragma once

#include <QColor>
#include <QPainter>
#include <QRect>

namespace fcoscope {

struct Stroke {
    QColor colour;
    int width = 1;  ///< screen pixels
    int dash = 0;   ///< of dashes and of the gaps between them; 0: solid
    int halo = 1;   ///< dark pixels on both sides; 0: none
};

/// A thin rectangle. Qt spreads a translucent area over several threads as soon as it is a hundred rows high, which for
/// a thin line takes longer than the line itself; this does not.
void fillThin(QPainter &painter, const QRect &place, const QColor &colour);

/// The four sides of `outer`, `width` screen pixels thick, inside it; all of it where they meet.
void fillFrame(QPainter &painter, const QRect &outer, int width, const QColor &colour);

/// Lines along the inner side of the edges of `box`.
void strokeFrame(QPainter &painter, const QRect &box, QSize screen, const Stroke &stroke);
/// A line between two points that share a row or a column; its middle lies on them.
void strokeLine(QPainter &painter, QPointF from, QPointF to, QSize screen, const Stroke &stroke);

}  // namespace fcoscope
