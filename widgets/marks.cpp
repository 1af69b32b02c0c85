// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/marks.h"

#include <QPainterPathStroker>
#include <algorithm>
#include <cmath>
#include <optional>

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

/// The part of a disc or diamond of that radius between two directions, as shares of a turn from the top on: its
/// border is followed in steps that meet the diamond's corners.
QPainterPath slice(double radius, bool isDiamond, double from, double to)
{
    constexpr int steps = 48;  // of a turn
    QPainterPath path;
    const auto add = [&](double turn) {
        const double angle = turn * 2 * 3.14159265358979324, x = std::sin(angle), y = -std::cos(angle);
        const double reach = isDiamond ? radius / (std::abs(x) + std::abs(y)) : radius;
        path.lineTo(x * reach, y * reach);
    };
    add(from);
    for (int i = static_cast<int>(std::floor(from * steps)) + 1; i < to * steps; ++i)
        add(double(i) / steps);
    add(to);
    path.closeSubpath();
    return path;
}

/// The pixel that a mark's centre lies in; nothing where no sheet reaches, since a pixel's number must fit an int.
std::optional<QPoint> pixelOf(QPointF centre)
{
    const double beyond = 1e8;
    if (!(std::abs(centre.x()) < beyond && std::abs(centre.y()) < beyond))  // NaN fails as well
        return {};
    return QPoint(static_cast<int>(std::floor(centre.x())), static_cast<int>(std::floor(centre.y())));
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

void Mark::fade(double opacity)
{
    for (Part &part : parts_)
        part.colour.setAlphaF(static_cast<float>(part.colour.alphaF() * opacity));
    stamp_ = {};
}

const QImage &Mark::made() const
{
    if (stamp_.isNull()) {
        const int half = static_cast<int>(std::ceil(reach_));
        stamp_ = QImage(2 * half + 1, 2 * half + 1, QImage::Format_ARGB32_Premultiplied);
        stamp_.fill(Qt::transparent);
        QPainter own(&stamp_);
        own.setRenderHint(QPainter::Antialiasing);
        draw(own, {half + 0.5, half + 0.5});
    }
    return stamp_;
}

void Mark::stamp(QPainter &painter, QPointF centre) const
{
    if (const auto at = pixelOf(centre))
        painter.drawImage(*at - made().rect().center(), made());
}

void Mark::stamp(QImage &sheet, QPointF centre) const
{
    const auto at = pixelOf(centre);
    if (!at)
        return;
    const QImage &image = made();
    const int left = at->x() - image.width() / 2, top = at->y() - image.height() / 2;
    const int x0 = std::max(0, -left), x1 = std::min(image.width(), sheet.width() - left), y0 = std::max(0, -top),
              y1 = std::min(image.height(), sheet.height() - top);
    if (x0 >= x1 || y0 >= y1)
        return;
    const qsizetype step = sheet.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
    auto *to = reinterpret_cast<QRgb *>(sheet.bits()) + (top + y0) * step + left;
    for (int y = y0; y < y1; ++y, to += step) {
        const auto *from = reinterpret_cast<const QRgb *>(image.constScanLine(y));
        for (int x = x0; x < x1; ++x) {
            if (from[x] == 0)
                continue;
            // Source over, two channels at a time.
            const uint rest = 255 - static_cast<uint>(qAlpha(from[x]));
            const uint odd = ((to[x] >> 8) & 0xff00ff) * rest, even = (to[x] & 0xff00ff) * rest;
            to[x] = from[x] + ((odd + ((odd >> 8) & 0xff00ff) + 0x800080) & 0xff00ff00) +
                    (((even + ((even >> 8) & 0xff00ff) + 0x800080) >> 8) & 0xff00ff);
        }
    }
}

void StampSheet::begin(QSize screen)
{
    screen_ = screen;
    bands_.resize(static_cast<size_t>(std::max(0, screen.height() + bandHeight - 1) / bandHeight));
    for (std::vector<Stamp> &band : bands_)
        band.clear();
}

void StampSheet::put(const Mark &mark, QPointF centre)
{
    const double reach = mark.reach() + 2;
    const int last = static_cast<int>(bands_.size()) - 1;
    if (bands_.empty() || !(centre.y() + reach >= 0 && centre.y() - reach <= screen_.height()))
        return;
    const int from = std::clamp(static_cast<int>((centre.y() - reach) / bandHeight), 0, last),
              to = std::clamp(static_cast<int>((centre.y() + reach) / bandHeight), 0, last);
    for (int band = from; band <= to; ++band)
        bands_[static_cast<size_t>(band)].push_back({&mark, centre});
}

void StampSheet::flush(QPainter &painter)
{
    if (sheet_.width() != screen_.width())
        sheet_ = QImage(screen_.width(), bandHeight, QImage::Format_ARGB32_Premultiplied);
    for (size_t band = 0; band < bands_.size() && !sheet_.isNull(); ++band) {
        if (bands_[band].empty())
            continue;
        const int top = static_cast<int>(band) * bandHeight;
        sheet_.fill(Qt::transparent);
        for (const Stamp &stamp : bands_[band])
            stamp.mark->stamp(sheet_, stamp.centre - QPointF(0, top));
        painter.drawImage(QPoint(0, top), sheet_,
                          QRect(0, 0, screen_.width(), std::min(bandHeight, screen_.height() - top)));
        bands_[band].clear();
    }
}

Mark arrowHead(QPointF along, double length, const QColor &colour, double unit)
{
    const QPointF across(-along.y(), along.x());
    QPainterPath tip(QPointF(0, 0));
    tip.lineTo(-along * length + across * length * 0.45);
    tip.lineTo(-along * length - across * length * 0.45);
    tip.closeSubpath();
    Mark mark;
    mark.stroke(tip, QColor(12, 14, 18, 150), 1.6 * unit);
    mark.fill(tip, colour);
    return mark;
}

Mark positiveMark(const QColor &colour, const DotShape &shape)
{
    Mark mark;
    const double gap = ringGap * shape.unit, line = 1.2 * shape.unit;
    for (int i = shape.rings; i >= 1; --i) {
        mark.ring(shape.radius + i * gap, line + 0.9 * shape.unit, faintDark);
        mark.ring(shape.radius + i * gap, line, colour);
    }
    mark.disc(shape.radius + shape.outline, dark);
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
    const double share = 1.0 / static_cast<double>(std::max<size_t>(1, shape.losers.size()));
    for (size_t i = 0; i < shape.losers.size(); ++i)
        mark.fill(slice(outer, shape.acrossClasses, double(i) * share, double(i + 1) * share), shape.losers[i]);
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
