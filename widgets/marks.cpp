// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/marks.h"

#include <QPainterPathStroker>
#include <algorithm>
#include <cmath>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

const QColor dark(12, 14, 18, 170), faintDark(12, 14, 18, 110), faintLight(245, 247, 250, 190);

QPainterPath circle(double radius)
{
    QPainterPath path;
    path.addEllipse(QPointF(), radius, radius);
    return path;
}

QPainterPath diamond(double radius)
{
    QPainterPath path;
    path.moveTo(0, -radius);
    path.lineTo(radius, 0);
    path.lineTo(0, radius);
    path.lineTo(-radius, 0);
    path.closeSubpath();
    return path;
}

/// A slice of a round cake that begins at the top, `share` of it from `from` on (both 0 … 1).
QPainterPath slice(double radius, double from, double share)
{
    QPainterPath path;
    path.arcTo(QRectF(-radius, -radius, 2 * radius, 2 * radius), 90 - 360 * from, -360 * share);
    path.closeSubpath();
    return path;
}

}  // namespace

void Mark::fill(const QPainterPath &path, const QColor &colour)
{
    const QRectF box = path.boundingRect();
    reach_ = std::max({reach_, -box.left(), -box.top(), box.right(), box.bottom()});
    parts_.push_back({path, colour});
    stamp_ = {};
}

void Mark::stroke(const QPainterPath &path, const QColor &colour, double width)
{
    QPainterPathStroker stroker;
    stroker.setWidth(width);
    stroker.setJoinStyle(Qt::MiterJoin);
    fill(stroker.createStroke(path), colour);
}

void Mark::disc(double radius, const QColor &colour)
{
    fill(circle(radius), colour);
}

void Mark::ring(double radius, double width, const QColor &colour)
{
    QPainterPath path = circle(radius + width / 2);
    path.addPath(circle(std::max(0.0, radius - width / 2)));
    path.setFillRule(Qt::OddEvenFill);
    fill(path, colour);
}

void Mark::draw(QPainter &painter, QPointF centre) const
{
    painter.translate(centre);
    for (const Part &part : parts_)
        painter.fillPath(part.path, part.colour);
    painter.translate(-centre);
}

void Mark::stamp(QPainter &painter, QPointF centre) const
{
    const int half = static_cast<int>(std::ceil(reach_));
    if (stamp_.isNull()) {
        stamp_ = QImage(2 * half + 1, 2 * half + 1, QImage::Format_ARGB32_Premultiplied);
        stamp_.fill(Qt::transparent);
        QPainter own(&stamp_);
        own.setRenderHint(QPainter::Antialiasing);
        draw(own, {half + 0.5, half + 0.5});
    }
    painter.drawImage(
        QPoint(static_cast<int>(std::floor(centre.x())) - half, static_cast<int>(std::floor(centre.y())) - half),
        stamp_);
}

Mark positiveMark(const QColor &colour, const DotShape &shape)
{
    Mark mark;
    const double gap = 2.3 * shape.unit, line = 1.2 * shape.unit;
    for (int i = shape.rings; i >= 1; --i) {
        mark.ring(shape.radius + i * gap, line + 1.1 * shape.unit, faintDark);
        mark.ring(shape.radius + i * gap, line, colour);
    }
    mark.disc(shape.radius + 0.75 * shape.unit, dark);
    mark.disc(shape.radius, colour);
    return mark;
}

Mark negativeMark(double unit)
{
    Mark mark;
    mark.disc(1.25 * unit, QColor(12, 14, 18, 100));
    mark.disc(0.75 * unit, QColor(245, 247, 250, 170));
    return mark;
}

Mark outsideCentreMark(double radius, double unit)
{
    Mark mark;
    const double arm = radius * 0.8;
    QPainterPath cross;
    cross.moveTo(-arm, -arm);
    cross.lineTo(arm, arm);
    cross.moveTo(-arm, arm);
    cross.lineTo(arm, -arm);
    mark.stroke(cross, faintDark, 2 * unit);
    mark.stroke(cross, faintLight, 0.9 * unit);
    return mark;
}

Mark outsideRangeMark(double radius, double unit)
{
    Mark mark;
    mark.ring(radius, 2.1 * unit, faintDark);
    mark.ring(radius, 0.95 * unit, faintLight);
    return mark;
}

Mark ambiguousMark(const AmbiguityShape &shape)
{
    const double unit = shape.unit;
    const double outer = shape.acrossClasses ? shape.radius * 1.3 : shape.radius;
    const double inner = outer * 0.6;
    const auto outline = [&](double radius) { return shape.acrossClasses ? diamond(radius) : circle(radius); };
    Mark mark;
    mark.fill(outline(outer + (shape.acrossClasses ? 1.3 : 0.9) * unit), dark);
    const size_t losers = std::max<size_t>(1, shape.losers.size());
    for (size_t i = 0; i < shape.losers.size(); ++i) {
        const double share = 1.0 / static_cast<double>(losers);
        const QPainterPath part =
            losers == 1 ? outline(outer) : outline(outer).intersected(slice(2 * outer, double(i) * share, share));
        mark.fill(part, shape.losers[i]);
    }
    mark.fill(outline(inner + 0.8 * unit), dark);
    mark.fill(outline(inner), shape.winner);
    if (shape.tie && inner > 2 * unit) {
        const QColor ink = textColorOn(shape.winner);
        QPainterPath bars;
        const double wide = inner * 0.95, high = std::max(0.9 * unit, inner * 0.22), apart = inner * 0.16;
        bars.addRect(-wide / 2, -apart - high, wide, high);
        bars.addRect(-wide / 2, apart, wide, high);
        mark.fill(bars, ink);
    }
    return mark;
}

}  // namespace fcoscope
