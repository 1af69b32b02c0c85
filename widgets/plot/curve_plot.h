// SPDX-License-Identifier: GPL-3.0-or-later
// Curves over the steps of a training: several lines in one plot, of one run or of several, that grow while it is
// looked at. What is seen follows the newest point until somebody zooms or moves; a double click follows again.
//
// Gestures: the wheel zooms the steps at the cursor (with Ctrl the values), a drag moves, a double click shows all
// again; +, −, arrow keys and Home do the same. While only steps are zoomed the values fit themselves to what is seen.
// The cursor is read out in the legend: the value of each line at its step, or at the last one before. Shift with the
// arrow keys moves it, Escape takes it away. A line or a run is switched off and on in the legend; one that is pointed
// at there, or reached with Tab, stands out.
//
// QCustomPlot draws it and gets what Curve::columns() thins. New points are drawn at most four times a second.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

#include "widgets/plot/curve.h"

class QVBoxLayout;

namespace fcoscope {

class CurveLegendEntry;

struct CurveLine {
    QString id;    ///< what it is, in no language: "class"
    QString name;  ///< in the legend: "class", "platelet", "P7"
    QString run;   ///< whose it is, where several are shown; "" the one that is followed
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
    /// The lines, in the legend's order. One that was there before, by id and run, keeps its curve; other runs than ""
    /// are drawn paler. A run that is in the legend as "" is called `followed` there, where there are others.
    void setLines(const std::vector<CurveLine> &lines, const QString &followed = {});
    const std::vector<CurveLine> &lines() const;
    void clear();  ///< the curves; the lines stay
    void append(size_t line, double step, double value);
    void cut(double step);  ///< in the lines of the run that is followed
    const Curve &curve(size_t line) const;
    const Curve &smoothed(size_t line) const;  ///< catches up with the curve while the window is idle

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
    /// Whether a line is drawn: neither its name nor its run is switched off in the legend.
    bool shown(size_t line) const;
    /// In a place that scrolls the wheel scrolls, until the plot has the focus. Default: it always zooms.
    void setWheelNeedsFocus(bool needs);
    /// How many points the last drawing handed to the plotter, for tests and the bench.
    size_t pointsDrawn() const;

    QSize sizeHint() const override { return {420, 240}; }

Q_SIGNALS:
    void cursorMoved(double step);  ///< so that the plots beside it show the same step
public:
    void setCursor(double step);  ///< NaN: none
    double cursorStep() const;

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;

    void makePlot();
    void makeHead(QVBoxLayout &column);
    void makeLegend();
    CurveLegendEntry *newEntry(const QString &key);
    void listen();
    void redrawLater();
    void retranslate();
    void readOut();
    void describe();
    void setColours();
    void turnWheel(QWheelEvent &wheel);
    void moveMouse(const QMouseEvent &mouse);
    void point(QPointF place);
    bool moveCursor(int by);
};

}  // namespace fcoscope
