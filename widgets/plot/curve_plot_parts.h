// SPDX-License-Identifier: GPL-3.0-or-later
// What a CurvePlot is made of; for its own files.
#pragma once

#include <qcustomplot.h>

#include <limits>
#include <memory>
#include <vector>

#include "widgets/plot/curve_legend.h"
#include "widgets/plot/curve_plot.h"

class QLabel;
class QToolButton;

namespace fcoscope {

struct CurvePlot::Parts {
    struct Line {
        CurveLine look;
        Curve curve, smooth;  // smooth: as long as the curve, or catching up with it; empty without smoothing
        ExponentialSmoothing smoothing;
        QColor colour;  // as it is drawn: readable on the ground
        CurveMark mark = CurveMark::None;
        QCPGraph *graph = nullptr, *smoothGraph = nullptr, *marks = nullptr;
        CurveLegendEntry *name = nullptr, *run = nullptr;  // run: null where there is but one

        // A new line has no entry until the legend is made, and making that may draw.
        bool shown() const { return (!name || name->isChecked()) && (!run || run->isChecked()); }
        bool emphasised() const { return (name && name->emphasised()) || (run && run->emphasised()); }
    };

    QCustomPlot *plot = nullptr;
    QLabel *title = nullptr, *note = nullptr;
    QToolButton *followButton = nullptr;
    QWidget *legend = nullptr;
    QCPItemText *nothing = nullptr;
    QCPItemStraightLine *cursorLine = nullptr;
    QTimer redraw, catchUp;
    std::vector<std::unique_ptr<Line>> lines;
    std::vector<CurveLine> looks;
    QString titleText, unit, followed;
    bool logarithmic = false, followSteps = true, fitValues = true, wheelNeedsFocus = false;
    double share = 0, cursor = std::numeric_limits<double>::quiet_NaN();
    size_t drawn = 0;
    enum class Ticks { Unset, Linear, FewDecades, Decades } ticks = Ticks::Unset;
    struct Drag {
        bool pressed = false, moved = false;
        QPoint at;
        QCPRange x, y;
    } drag;

    // curve_plot_axes.cpp
    void setScale();
    void fitAxes();             // to what is followed
    QCPRange allSteps() const;  // of the lines that are shown
    void showSteps(QCPRange range);
    void showValues(QCPRange range);
    void zoomSteps(double factor, double about);
    void zoomValues(double factor, double about);
    void move(double steps, double values);  // as shares of what is seen
    void keepTicksApart();

    // curve_plot_draw.cpp
    bool smoothMore(double budgetMs);  // false: there is more to do
    void draw();
    void drawLine(Line &line);
    void setLinePens(Line &line);
    void placeGraphs(Line &line);
    QString nothingWords() const;
};

/// A colour that can be seen on `ground`: as given, or darker or lighter.
QColor readableOn(const QColor &ground, QColor colour, double contrast);

}  // namespace fcoscope
