// SPDX-License-Identifier: GPL-3.0-or-later
// The whole picture, small, in a corner of the canvas, as long as only a part of it is seen: a frame says which part, a
// click or a drag goes elsewhere. Dots say where something lies: what was detected, and the labels it is given.
#pragma once

#include <QColor>
#include <QPixmap>
#include <QPointF>
#include <QWidget>

#include <vector>

namespace fcoscope {

class Canvas;

class Minimap : public QWidget {
    Q_OBJECT
public:
    struct Dot {
        QPointF inImage;
        QColor colour;
    };

    /// Lies on the canvas and belongs to it.
    explicit Minimap(Canvas *canvas);

    bool wanted() const { return wanted_; }
    void setWanted(bool wanted);  ///< default true
    /// The middles of the labels; detections it finds on the canvas.
    void setDots(std::vector<Dot> dots);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void place();
    void forget();
    void paintPicture();
    void goTo(QPointF inWidget);
    void retranslate();
    QRectF frame() const;  ///< of the part that is seen, in this widget

    Canvas *canvas_;
    std::vector<Dot> dots_;
    QPixmap picture_;  ///< with its dots; null: to be painted
    bool wanted_ = true;
};

}  // namespace fcoscope
