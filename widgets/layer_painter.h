// SPDX-License-Identifier: GPL-3.0-or-later
// Paints what the lenses show over a picture: on the canvas, in exported figures and without a screen alike. The
// painter's unit is the screen pixel and View says where image points are; lines and marks are as thick as the screen's
// logical pixels ask for, so they are crisp at every zoom. On paper (QSvgGenerator, QPdfWriter) marks are paths.
//
// Shapes carry what colours say: a level has as many rings round its dots as there are finer levels; a location that
// learns nothing is a point, within a box but outside every centre region a cross, outside the regression range an open
// circle; an ambiguous one is round, across classes a diamond, and has "=" in it where areas are equal.
#pragma once

#include <QFont>
#include <QPainter>
#include <string>
#include <vector>

#include "core/rules/layers.h"
#include "widgets/view.h"

namespace fcoscope {

struct LensStyle {
    QFont font;                           ///< of numbers and names; logical size
    std::vector<std::string> classNames;  ///< of the labels
    bool dark = false;                    ///< the ground round the picture: the border of a crop is seen on it
    bool names = true;                    ///< of the labels, at their boxes
};

/// All layers of `frame`, the lowest first. A layer that is missing something paints nothing. Where the network sees
/// another part than the whole image, that part's border.
void paintLens(QPainter &painter, const View &view, const LensFrame &frame, const LensStyle &style);

/// One location: its cell, a cross at its place, and l, t, r, b in pixels of the network's input, as arrows to the
/// sides of the box it learns (solid) and of the box it predicts (dashed). `pinned` ones are drawn stronger. What the
/// Regression layer shows where the mouse is, and at pins.
void paintLocation(QPainter &painter, const View &view, const LensFrame &frame, LocationRef at, const LensStyle &style,
                   bool pinned);

}  // namespace fcoscope
