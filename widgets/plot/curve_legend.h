// SPDX-License-Identifier: GPL-3.0-or-later
// The legend of a CurvePlot: each line, or run, is a button that takes it out of the plot and brings it back, with the
// mark that it bears in the plot, so that colour is not the only thing that tells lines apart, and a value beside it.
#pragma once

#include <QAbstractButton>
#include <QColor>
#include <QPainterPath>
#include <QWidget>

#include <vector>

namespace fcoscope {

enum class CurveMark { None, Disc, Square, Triangle, Diamond, Cross, Plus, TriangleDown, Ring, Star };
/// The mark of the i-th line of a plot.
CurveMark curveMark(size_t i);
/// Round (0, 0), `size` wide; to be filled, or to be stroked with a quarter of that.
struct CurveMarkPath {
    QPainterPath path;
    bool filled = true;
};
CurveMarkPath curveMarkPath(CurveMark mark, double size);
void paintCurveMark(QPainter &painter, CurveMark mark, QPointF centre, double size, const QColor &colour);

class CurveLegendEntry : public QAbstractButton {
    Q_OBJECT
public:
    struct Look {
        QString name;
        QColor colour;
        Qt::PenStyle style = Qt::SolidLine;
        CurveMark mark = CurveMark::None;
        bool value = true;  ///< room for one is kept
    };
    explicit CurveLegendEntry(QWidget *parent = nullptr);

    void setLook(const Look &look);
    const Look &look() const { return look_; }
    void setValue(const QString &value);
    const QString &value() const { return value_; }
    /// Under the mouse, or chosen with Tab: its line stands out.
    bool emphasised() const { return emphasised_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void emphasisChanged();

protected:
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void setEmphasised(bool emphasised);
    void describe();

    Look look_;
    QString value_;
    int valueRoom_ = 0;  ///< logical px: of the longest value so far, so that nothing moves when one is shorter
    bool emphasised_ = false;
};

}  // namespace fcoscope
