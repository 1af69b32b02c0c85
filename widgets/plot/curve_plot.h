// SPDX-License-Identifier: GPL-3.0-or-later
// Curves over the steps of a training: several lines in one plot, of one run or of several, that grow while it is
// looked at. What is seen follows the newest point until somebody zooms or moves; a double click follows again.
//
// Gestures: the wheel zooms the steps at the cursor (with Ctrl the values), a drag moves, a double click shows all
// again; +, −, arrow keys and Home do the same. The cursor's column is read out: step and the value of each line.
// QCustomPlot draws it and gets what Curve::columns() thins.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <map>
#include <memory>
#include <vector>

#include "widgets/plot/curve.h"

namespace fcoscope {

struct CurveLine {
    QString name;      ///< in the legend: "class", "platelet", "P7"
    QString run;       ///< whose it is, where several are shown; "" the one that is followed
    QColor colour;
    Qt::PenStyle style = Qt::SolidLine;
    bool marks = false;  ///< few points: each is marked (validations)
};

class CurvePlot : public QWidget {
    Q_OBJECT
public:
    explicit CurvePlot(QWidget *parent = nullptr);
    ~CurvePlot() override;

    /// "Loss", and its unit or "". The title is the plot's accessible name, too.
    void setTitle(const QString &title, const QString &unit);
    /// All lines anew; their curves are empty.
    void setLines(const std::vector<CurveLine> &lines);
    const std::vector<CurveLine> &lines() const;
    void append(size_t line, double step, double value);
    void cut(double step);  ///< in the lines of the run that is followed
    const Curve &curve(size_t line) const;

    void setLogarithmic(bool logarithmic);  ///< values that are not above 0 leave a gap
    void setSmoothing(double share);        ///< 0: none; the curve itself stays, paler
    bool logarithmic() const;
    double smoothing() const;

    /// What is seen: steps from left to right, values from bottom to top.
    QRectF seen() const;
    void setSeen(const QRectF &part);  ///< stops following
    bool following() const;
    void follow();
    QPointF placeOf(double step, double value) const;  ///< in this widget
    /// How many points the last drawing handed to the plotter, for tests and the bench.
    size_t pointsDrawn() const;

    QSize sizeHint() const override { return {420, 240}; }

Q_SIGNALS:
    void cursorMoved(double step);  ///< so that the plots beside it show the same step
public:
    void setCursor(double step);  ///< NaN: none

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace fcoscope
