// SPDX-License-Identifier: GPL-3.0-or-later
// Tens of thousands of points in a plot: counted in the cells of a grid over what is seen, or, where few are seen, each
// drawn as a disc. Counting depends on the ranges of the axes alone, so a figure shows the same cells as the screen.
#pragma once

#include <qcustomplot.h>

#include <array>
#include <vector>

namespace fcoscope {

class Density : public QCPAbstractPlottable {
public:
    static constexpr int cells = 120;        ///< along each axis
    static constexpr int mostDiscs = 1500;   ///< more points in view are counted in cells
    static constexpr double discRadius = 3;  ///< logical px

    Density(QCPAxis *x, QCPAxis *y);

    void setPoints(std::vector<QPointF> points);
    const std::vector<QPointF> &points() const { return points_; }
    /// Counts what is seen now. Call it when points or ranges have changed.
    void count();
    void setDiscs(bool discs) { discs_ = discs; }
    int inView() const { return inView_; }
    int largestCount() const { return largest_; }

    /// The colour of `share` of the largest count, 0 … 1, and the count that is the largest of both plots.
    void setColours(const QColor &few, const QColor &many);
    void setScale(int largestCount) { scale_ = largestCount; }

    double selectTest(const QPointF &, bool, QVariant *) const override { return -1; }
    QCPRange getKeyRange(bool &found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const override;

    static constexpr int steps = 12;  ///< of colour
    using Colours = std::array<QColor, steps>;
    const Colours &colours() const { return colours_; }

protected:
    void draw(QCPPainter *painter) override;
    void drawLegendIcon(QCPPainter *, const QRectF &) const override {}

private:
    void drawDiscs(QCPPainter &painter) const;
    void drawCells(QCPPainter &painter) const;

    std::vector<QPointF> points_;
    std::vector<int> counts_;  // of the cells, row by row
    int inView_ = 0, largest_ = 0, scale_ = 1;
    bool discs_ = false;
    Colours colours_;
};

/// The legend of the counts: "Candidates in a cell  1 ▒▒▓▓██ 120", in the middle of its line.
class CountScale : public QCPLayoutElement {
public:
    explicit CountScale(QCustomPlot *plot) : QCPLayoutElement(plot) { setMinimumMargins({}); }

    struct Look {
        QString label, most;  ///< most: the count at the far end
        QFont font;
        QColor ink;
        Density::Colours colours;
    };
    Look look;

protected:
    QSize minimumOuterSizeHint() const override;
    QSize maximumOuterSizeHint() const override;
    void draw(QCPPainter *painter) override;
};

}  // namespace fcoscope
