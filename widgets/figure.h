// SPDX-License-Identifier: GPL-3.0-or-later
// A figure for a page: one or more panels side by side, what they show and how, a legend. Written as PNG, SVG or PDF by
// the file's ending; in SVG and PDF shapes are shapes and words are words, and only photographs are images.
//
// A figure may be painted on any thread, by one at a time, unless it is one of widgets.
//
// A figure is laid out in logical pixels (of 1/96 inch), whatever it is written to; `scale` makes the pixels of a PNG
// smaller, not the figure larger.
#pragma once

#include <QFont>
#include <QImage>
#include <QPainter>
#include <QPalette>
#include <QSizeF>
#include <QString>

#include <functional>
#include <vector>

#include "widgets/view.h"

namespace fcoscope {

struct FigureLook {
    QSize size{1200, 900};
    double scale = 1;  ///< pixels of a PNG, and of photographs in SVG and PDF, per logical pixel
    bool legend = true;
    bool dark = false;
    QFont font;  ///< its families; sizes are the figure's own
};

/// Where a figure is painted, and for what: handed to whoever paints a part of it.
struct FigurePage {
    QPainter &painter;  ///< its unit is the logical pixel
    QRectF place;
    double ratio = 1;    ///< pixels per logical pixel; 1 on paper
    double detail = 1;   ///< pixels that an image inside should have per logical pixel
    bool paper = false;  ///< SVG or PDF: shapes, no pixels
    QPalette colours;
    QFont font;
};

struct FigurePanel {
    QString caption;  ///< below it; may be empty
    QSizeF shape;     ///< width and height in any unit: it is shown as large as fits; empty: it fills its place
    std::function<void(const FigurePage &)> paint;
};

struct FigureLegend {
    /// What it needs where it may be `width` logical pixels wide.
    std::function<QSizeF(double width, const QFont &)> size;
    std::function<void(const FigurePage &)> paint;
};

struct Figure {
    QString title, note;  ///< note: one line in small type, such as the transform
    std::vector<FigurePanel> panels;
    FigureLegend legend;     ///< none where it has no functions
    bool ofWidgets = false;  ///< widgets paint it, so the window's thread must
};

/// A panel that shows a picture, and over it what `over` paints: its painter's unit is the pixel, as on the canvas, and
/// the view says where image points are.
FigurePanel picturePanel(const QImage &picture, std::function<void(QPainter &, const View &, const FigurePage &)> over);

/// look.size with its lower edge where the figure's content ends: for whoever does not care how high a page is.
QSize trimmedSize(const Figure &figure, const FigureLook &look);
QImage figureImage(const Figure &figure, const FigureLook &look);
/// Throws UserError if `file` ends in something else than .png, .svg or .pdf, if the figure is too large, or if the
/// file cannot be written; then nothing new is left behind.
void writeFigure(const Figure &figure, const FigureLook &look, const QString &file);
/// Refuses, as writeFigure would, what needs no drawing to be refused: ending, size, scale.
void checkFigure(const FigureLook &look, const QString &file);

}  // namespace fcoscope
