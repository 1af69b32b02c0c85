// SPDX-License-Identifier: GPL-3.0-or-later
// Painting. The picture with its plain boxes is rendered once for each view and kept; a moving cursor, a turning wheel
// and a selection only paint over it.
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>

#include "widgets/canvas_parts.h"
#include "widgets/layer_painter.h"
#include "widgets/pyramid.h"
#include "widgets/theme.h"

namespace fcoscope {

namespace {

// A neutral ground, off the window's colour, that lets the picture stand out.
QColor groundColor(const QPalette &palette)
{
    return isDark(palette) ? palette.color(QPalette::Window).darker(150) : palette.color(QPalette::Window).darker(108);
}

QFont badgeFont(const QWidget &widget)
{
    QFont font = widget.font();
    font.setWeight(QFont::Medium);
    return font;
}

constexpr int badgeMargin = 14;
constexpr int wheelSize = 14;

}  // namespace

void Canvas::repaintFrame()
{
    parts_->frame = {};
    update();
}

void Canvas::updateBusy()
{
    const bool busy = !badgeText().isEmpty();
    if (busy && !parts_->spinner.isActive())
        parts_->spinner.start();
    else if (!busy)
        parts_->spinner.stop();
}

void Canvas::paintEvent(QPaintEvent *event)
{
    Parts &p = *parts_;
    QPainter painter(this);
    const QColor ground = groundColor(palette());
    if (p.view.ratio != devicePixelRatioF()) {  // moved to another screen
        const double same = p.view.zoom * devicePixelRatioF() / p.view.ratio;
        p.view.ratio = devicePixelRatioF();
        p.view.zoom = p.fitted && p.hasPicture() ? p.view.fitted().zoom : same;
        p.frame = {};
    }
    if (!p.hasPicture()) {
        painter.fillRect(event->rect(), ground);
    } else {
        if (p.frame.isNull())
            paintFrame(ground);
        painter.drawImage(QPointF(0, 0), p.frame);
        if (p.state == State::Loading && p.revealed) {
            QColor veil = ground;
            veil.setAlpha(170);
            painter.fillRect(event->rect(), veil);
        } else {
            if (p.boxesPainted())
                paintEmphasis(painter);
            paintOverlays(painter);
        }
    }
    paintBadge(painter);
    if (p.dropping || p.state == State::Empty) {
        const QColor line = p.dropping ? palette().color(QPalette::Highlight) : palette().color(QPalette::Mid);
        QPen pen(line, p.dropping ? 2.5 : 1.5, Qt::CustomDashLine, Qt::RoundCap);
        pen.setDashPattern({4, 4});
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(rect().toRectF().adjusted(14, 14, -14, -14), 12, 12);
    }
}

/// What only another view or other content changes: the picture, the layers over it, the plain boxes.
void Canvas::paintFrame(const QColor &ground)
{
    Parts &p = *parts_;
    p.style.font = font();
    p.style.font.setPointSizeF(font().pointSizeF() * 0.92);
    p.frame = renderView(p.image, p.halves, p.view, ground);
    applyLook(p.frame, QRectF(p.view.origin(), QSizeF(p.view.image) * p.view.zoom).toRect(), p.look);
    if (p.state == State::Shown && p.lens) {
        QPainter painter(&p.frame);
        paintLens(painter, p.view, *p.lens, {p.style.font, p.lensNames, isDark(palette())});
    }
    if (p.state == State::Shown && p.boxesPainted())
        paintBoxes(p.frame, p.view, p.detections, p.classNames, p.style);
    p.frame.setDevicePixelRatio(p.view.ratio);
}

void Canvas::paintEmphasis(QPainter &painter) const
{
    const Parts &p = *parts_;
    // One that was chosen in the table is seen even if it is labelled already.
    const auto shown = [&](int i) {
        return i >= 0 &&
               (p.style.classFilter < 0 || p.detections[static_cast<size_t>(i)].classIndex == p.style.classFilter);
    };
    painter.save();
    painter.scale(1 / p.view.ratio, 1 / p.view.ratio);
    if (shown(p.selected))
        paintBox(painter, p.view, p.detections[static_cast<size_t>(p.selected)], p.classNames, p.style,
                 Emphasis::Selected);
    if (shown(p.hovered) && p.hovered != p.selected)
        paintBox(painter, p.view, p.detections[static_cast<size_t>(p.hovered)], p.classNames, p.style,
                 Emphasis::Hovered);
    painter.restore();
}

QRect Canvas::badgePlace() const
{
    const QString text = badgeText();
    if (text.isEmpty())
        return {};
    const QFontMetrics metrics(badgeFont(*this));
    const int wide =
        std::min(metrics.horizontalAdvance(text) + wheelSize + 34, std::max(60, width() - 2 * badgeMargin));
    const QSize size(wide, metrics.height() + 12);
    if (parts_->state == State::Loading)
        return {QPoint((width() - size.width()) / 2, (height() - size.height()) / 2), size};
    return {QPoint(badgeMargin, height() - badgeMargin - size.height()), size};
}

void Canvas::paintBadge(QPainter &painter) const
{
    const QRect place = badgePlace();
    if (place.isEmpty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(255, 255, 255, 40), 1));
    painter.setBrush(QColor(24, 26, 30, 225));
    painter.drawRoundedRect(place.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), place.height() / 2.0, place.height() / 2.0);
    const QRectF wheel(place.left() + 12, place.center().y() - wheelSize / 2.0 + 0.5, wheelSize, wheelSize);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(255, 255, 255, 60), 2));
    painter.drawEllipse(wheel);
    painter.setPen(QPen(Qt::white, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawArc(wheel, -parts_->spinnerStep * 16 * 12, 16 * 100);
    painter.setFont(badgeFont(*this));
    const QRect textPlace = place.adjusted(12 + wheelSize + 8, 0, -12, 0);
    painter.drawText(textPlace, Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(badgeText(), Qt::ElideMiddle, textPlace.width()));
    painter.restore();
}

}  // namespace fcoscope
