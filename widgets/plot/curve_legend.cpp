// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/curve_legend.h"

#include <QEvent>
#include <QFocusEvent>
#include <QPainter>
#include <QStyleOption>

#include <algorithm>
#include <cmath>

namespace fcoscope {
namespace {

constexpr int sample = 26, gap = 4;  // logical px: the piece of line, and what is between things

QPainterPath polygon(int corners, double radius, double turn, double inner = 1)
{
    QPainterPath path;
    for (int i = 0; i < corners; ++i) {
        const double angle = turn + 2 * M_PI * i / corners, r = i % 2 ? radius * inner : radius;
        const QPointF at(r * std::sin(angle), -r * std::cos(angle));
        i == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    path.closeSubpath();
    return path;
}

}  // namespace

CurveMark curveMark(size_t i)
{
    constexpr CurveMark marks[] = {CurveMark::Disc,         CurveMark::Square, CurveMark::Triangle,
                                   CurveMark::Diamond,      CurveMark::Cross,  CurveMark::Plus,
                                   CurveMark::TriangleDown, CurveMark::Ring,   CurveMark::Star};
    return marks[i % std::size(marks)];
}

CurveMarkPath curveMarkPath(CurveMark mark, double size)
{
    const double r = size / 2;
    QPainterPath path;
    bool filled = true;
    const auto lines = [&](double x, double y) {
        path.moveTo(-x, -y);
        path.lineTo(x, y);
        path.moveTo(-y, x);
        path.lineTo(y, -x);
        filled = false;
    };
    switch (mark) {
    case CurveMark::Disc:
        path.addEllipse(QPointF(), 0.9 * r, 0.9 * r);
        break;
    case CurveMark::Square:
        path.addRect(-0.8 * r, -0.8 * r, 1.6 * r, 1.6 * r);
        break;
    case CurveMark::Triangle:
        path = polygon(3, 1.15 * r, 0);
        break;
    case CurveMark::TriangleDown:
        path = polygon(3, 1.15 * r, M_PI);
        break;
    case CurveMark::Diamond:
        path = polygon(4, 1.15 * r, 0);
        break;
    case CurveMark::Star:
        path = polygon(10, 1.25 * r, 0, 0.42);
        break;
    case CurveMark::Cross:
        lines(0.8 * r, 0.8 * r);
        break;
    case CurveMark::Plus:
        lines(0, r);
        break;
    case CurveMark::Ring:
        path.addEllipse(QPointF(), 0.8 * r, 0.8 * r);
        filled = false;
        break;
    case CurveMark::None:
        break;
    }
    return {path, filled};
}

void paintCurveMark(QPainter &painter, CurveMark mark, QPointF centre, double size, const QColor &colour)
{
    const auto [path, filled] = curveMarkPath(mark, size);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(centre);
    painter.setPen(filled ? QPen(Qt::NoPen) : QPen(colour, size / 4));
    painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
    painter.drawPath(path);
    painter.restore();
}

CurveLegendEntry::CurveLegendEntry(QWidget *parent) : QAbstractButton(parent)
{
    setCheckable(true);
    setChecked(true);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);  // a long name is cut in a narrow place
}

void CurveLegendEntry::setLook(const Look &look)
{
    look_ = look;
    describe();
    updateGeometry();
    update();
}

void CurveLegendEntry::setValue(const QString &value)
{
    if (value == value_)
        return;
    value_ = value;
    describe();
    if (const int wide = fontMetrics().horizontalAdvance(value_); look_.value && wide > valueRoom_) {
        valueRoom_ = wide;
        updateGeometry();
    }
    update();
}

void CurveLegendEntry::describe()
{
    setText(look_.name);
    setAccessibleName(value_.isEmpty() ? look_.name : QStringLiteral("%1: %2").arg(look_.name, value_));
}

QSize CurveLegendEntry::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    const int value = look_.value ? std::max(metrics.horizontalAdvance(QStringLiteral("0.0000")), valueRoom_) + gap : 0;
    return {gap + sample + gap + metrics.horizontalAdvance(look_.name) + 2 + value + gap, metrics.height() + 6};
}

QSize CurveLegendEntry::minimumSizeHint() const
{
    return {std::min(sizeHint().width(), gap + sample + gap + 8 * fontMetrics().averageCharWidth()),
            sizeHint().height()};
}

void CurveLegendEntry::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    if (emphasised_ || isDown()) {
        QColor ground = palette().color(QPalette::Highlight);
        ground.setAlpha(isDown() ? 90 : 45);
        painter.fillRect(rect(), ground);
    }
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    const auto placed = [&](int x, int width) {
        return QStyle::visualRect(layoutDirection(), rect(), QRect(x, 0, width, height()));
    };
    const QColor ink = palette().color(isChecked() ? QPalette::WindowText : QPalette::PlaceholderText);
    const QRectF line = placed(gap, sample);
    const double y = std::floor(line.center().y()) + 0.5;
    if (isChecked()) {
        QPen pen(look_.colour, 2, look_.style);
        pen.setCapStyle(Qt::FlatCap);
        painter.setPen(pen);
        painter.drawLine(QPointF(line.left(), y), QPointF(line.right(), y));
        paintCurveMark(painter, look_.mark, {line.center().x(), y}, 8, look_.colour);
    } else {
        painter.setPen(QPen(ink, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(line.center().x() - 4, y - 4, 8, 8));  // an empty box: it is switched off
    }
    QFont struck = font();
    struck.setStrikeOut(!isChecked());
    painter.setFont(struck);
    painter.setPen(ink);
    const int start = gap + sample + gap, room = width() - start - gap;
    const int forValue = value_.isEmpty() ? 0 : fontMetrics().horizontalAdvance(value_) + gap;
    const QString name = fontMetrics().elidedText(look_.name, Qt::ElideRight, room - forValue);
    const int side = int(mirrored ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
    painter.drawText(placed(start, room), side, name);
    painter.setFont(font());
    if (isChecked())
        painter.drawText(placed(start + fontMetrics().horizontalAdvance(name) + gap, room), side, value_);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void CurveLegendEntry::setEmphasised(bool emphasised)
{
    if (emphasised == emphasised_)
        return;
    emphasised_ = emphasised;
    update();
    Q_EMIT emphasisChanged();
}

void CurveLegendEntry::enterEvent(QEnterEvent *event)
{
    QAbstractButton::enterEvent(event);
    setEmphasised(true);
}

void CurveLegendEntry::leaveEvent(QEvent *event)
{
    QAbstractButton::leaveEvent(event);
    setEmphasised(hasFocus());
}

void CurveLegendEntry::focusInEvent(QFocusEvent *event)
{
    QAbstractButton::focusInEvent(event);
    setEmphasised(true);
}

void CurveLegendEntry::focusOutEvent(QFocusEvent *event)
{
    QAbstractButton::focusOutEvent(event);
    setEmphasised(underMouse());
}

void CurveLegendEntry::changeEvent(QEvent *event)
{
    QAbstractButton::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

}  // namespace fcoscope
