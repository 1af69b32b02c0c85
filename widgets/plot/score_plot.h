// SPDX-License-Identifier: GPL-3.0-or-later
// The paper's Fig. 7, to be walked through: the score of each candidate box against its IoU with its label, without
// centerness on the left, with it on the right, and the line y = x. Each plot counts the candidates in the cells of a
// grid over what is seen and shows the counts by brightness; zoomed in until they are few, each is a point.
//
// Gestures: the wheel zooms at the cursor, a drag moves, a double click shows all again; +, −, arrow keys and Home do
// the same for the plot that was used last. Resting on a point tells what it is, a click emits pointActivated().
#pragma once

#include <QPalette>
#include <QWidget>

#include <memory>
#include <string>
#include <vector>

#include "core/eval/score_overlap.h"

namespace fcoscope {

class ScorePlot : public QWidget {
    Q_OBJECT
public:
    explicit ScorePlot(QWidget *parent = nullptr);
    ~ScorePlot() override;

    void setData(ScoreOverlap data, std::vector<std::string> classNames);
    const ScoreOverlap &data() const;
    /// p and p·o as in the paper, or with `roots` √p and √(p·o). Default: the paper's.
    void setRoots(bool roots);
    bool roots() const;

    enum class Side { WithoutCenterness, WithCenterness };
    ScoreAxis axisOf(Side side) const;
    /// What is seen: scores from left to right, IoU from bottom() − height to bottom(): (0, 0, 1, 1) with a margin.
    QRectF seen(Side side) const;
    void setSeen(Side side, const QRectF &part);
    void showAll();

    /// Where a point is in this widget, and the point nearest to a place, within reach of a finger's width; -1: none.
    QPointF placeOf(Side side, int point) const;
    int pointAt(QPointF place) const;

    /// The plots as they are seen, in the colours of `colours`, for pictures: shapes and texts stay such.
    void paint(QPainter &painter, const QRectF &place, const QPalette &colours) const;

    QSize sizeHint() const override { return {900, 480}; }

Q_SIGNALS:
    /// A person clicked on a point of data().
    void pointActivated(int point);

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;

    void makePlots();
    void listen();
    void refresh();
    void retranslate();
    void hoverAt(QPointF place);
    QString pointText(int point) const;
};

}  // namespace fcoscope
