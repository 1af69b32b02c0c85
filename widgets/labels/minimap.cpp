// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/minimap.h"

#include <QEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <cmath>

#include "widgets/canvas.h"
#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr int longestSide = 176, margin = 12;
constexpr double dotSize = 3;

}  // namespace

Minimap::Minimap(Canvas *canvas) : QWidget(canvas), canvas_(canvas)
{
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::NoFocus);  // the canvas's keys pan
    setAttribute(Qt::WA_OpaquePaintEvent);
    hide();
    canvas->installEventFilter(this);
    connect(canvas, &Canvas::viewChanged, this, [this] {
        place();
        update();
    });
    connect(canvas, &Canvas::contentChanged, this, [this] {
        forget();
        place();
    });
    retranslate();
    place();
}

void Minimap::setWanted(bool wanted)
{
    wanted_ = wanted;
    place();
}

void Minimap::setDots(std::vector<Dot> dots)
{
    dots_ = std::move(dots);
    forget();
}

void Minimap::forget()
{
    picture_ = {};
    update();
}

// Shown while a part of the picture lies outside the canvas, and the canvas has the room.
void Minimap::place()
{
    const QSizeF image = canvas_->imageSize();
    const QRectF seen = canvas_->seen();
    const double pixel = 1 / std::max(1e-9, canvas_->zoom());
    const bool whole = seen.width() >= image.width() - pixel && seen.height() >= image.height() - pixel;
    const int room = std::min(longestSide, std::min(canvas_->width(), canvas_->height()) / 3);
    const bool shown = wanted_ && !image.isEmpty() && !whole && room >= 48;
    if (shown) {
        const QSize size = image.scaled(room, room, Qt::KeepAspectRatio).toSize().expandedTo({12, 12});
        const QRect at({canvas_->width() - margin - size.width(), canvas_->height() - margin - size.height()}, size);
        if (at.size() != this->size())
            forget();
        setGeometry(at);
    }
    setVisible(shown);
}

QRectF Minimap::frame() const
{
    const QSizeF image = canvas_->imageSize();
    const double x = width() / std::max(1.0, image.width()), y = height() / std::max(1.0, image.height());
    const QRectF seen = canvas_->seen();
    return {seen.x() * x, seen.y() * y, seen.width() * x, seen.height() * y};
}

void Minimap::paintPicture()
{
    const double ratio = devicePixelRatioF();
    picture_ = QPixmap((QSizeF(size()) * ratio).toSize());
    picture_.setDevicePixelRatio(ratio);
    picture_.fill(palette().color(QPalette::Window));
    QPainter painter(&picture_);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const QImage small = canvas_->smallPicture();
    if (!small.isNull())
        painter.drawImage(rect().toRectF(), small);
    const QSizeF image = canvas_->imageSize();
    const auto dot = [&](QPointF inImage, const QColor &colour) {
        const QPointF at(inImage.x() * width() / image.width(), inImage.y() * height() / image.height());
        if (!(at.x() >= 0 && at.x() <= width() && at.y() >= 0 && at.y() <= height()))
            return;  // nor where a network said that it is nowhere
        painter.fillRect(QRectF(at.x() - dotSize / 2, at.y() - dotSize / 2, dotSize, dotSize), colour);
    };
    const std::vector<Detection> &found = canvas_->detections();
    for (size_t i = 0; i < found.size(); ++i)
        if (const Box &box = found[i].box; canvas_->detectionShown(static_cast<int>(i)))
            dot({(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2}, classColor(found[i].classIndex));
    for (const Dot &each : dots_)
        dot(each.inImage, each.colour);
}

void Minimap::paintEvent(QPaintEvent *)
{
    if (picture_.isNull() || picture_.devicePixelRatio() != devicePixelRatioF())
        paintPicture();
    QPainter painter(this);
    painter.drawPixmap(0, 0, picture_);
    // What is not seen lies under a veil; the frame is dark on light and light on dark, whatever is below.
    const QRectF seen = frame();
    QRegion outside(rect());
    outside -= seen.toRect();
    painter.setClipRegion(outside);
    painter.fillRect(rect(), QColor(0, 0, 0, 110));
    painter.setClipping(false);
    const QRectF line = seen.adjusted(0.5, 0.5, -0.5, -0.5).intersected(rect().toRectF().adjusted(1, 1, -1, -1));
    painter.setPen(QPen(Qt::black, 3));
    painter.drawRect(line);
    painter.setPen(QPen(Qt::white, 1.2));
    painter.drawRect(line);
    painter.setPen(QPen(QColor(128, 128, 128), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void Minimap::goTo(QPointF inWidget)
{
    const QSizeF image = canvas_->imageSize();
    canvas_->centreOn({inWidget.x() * image.width() / width(), inWidget.y() * image.height() / height()});
}

void Minimap::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        goTo(event->position());
    else
        event->ignore();
}

void Minimap::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton)
        goTo(event->position());
}

// Zooms in the middle: under the cursor the canvas shows nothing that could stay there.
void Minimap::wheelEvent(QWheelEvent *event)
{
    canvas_->zoomAt(canvas_->rect().toRectF().center(),
                    canvas_->zoom() * std::pow(1.2, event->angleDelta().y() / 120.0));
    event->accept();
}

bool Minimap::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == canvas_ && event->type() == QEvent::Resize)
        place();
    return QWidget::eventFilter(watched, event);
}

void Minimap::retranslate()
{
    setAccessibleName(tr("Overview of the image"));
    setToolTip(tr("Click or drag to go to another part of the image."));
}

void Minimap::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    else if (event->type() == QEvent::PaletteChange)
        forget();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
