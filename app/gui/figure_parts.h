// SPDX-License-Identifier: GPL-3.0-or-later
// What several figures draw and say: boxes, locations, the distances between them, names, the line of small type.
#pragma once

#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>

#include "app/session/figures.h"
#include "widgets/figure.h"

class QPainter;

namespace fcoscope {

QString labelName(const SeenImage &seen, int label);
/// Transform, profile, and whether detections stand in for labels.
QString noteOf(const SeenImage &seen);
/// The page's font for a painter whose unit is the pixel.
QFont inPixels(const FigurePage &page);

QRectF boxSeen(const View &view, const Box &box);
/// All lines are seen on any photograph: coloured on dark ones.
void drawBox(QPainter &painter, const QRectF &box, const QColor &colour, double width, bool dashed);
/// Arrows from a location to the sides of a box, with their letters in the middle; `shift` pixels beside the location,
/// so that those to several boxes do not lie on one another.
void drawDistances(QPainter &painter, QPointF at, const QRectF &box, const QColor &colour, double unit, bool letters,
                   double shift = 0);
void drawLocation(QPainter &painter, QPointF at, const QColor &colour, double unit);

}  // namespace fcoscope
