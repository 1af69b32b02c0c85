// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/density.h"

#include <algorithm>
#include <cmath>

namespace fcoscope {

Density::Density(QCPAxis *x, QCPAxis *y) : QCPAbstractPlottable(x, y), counts_(size_t(cells) * cells)
{
    setSelectable(QCP::stNone);
}

void Density::setPoints(std::vector<QPointF> points)
{
    points_ = std::move(points);
    count();
}

void Density::count()
{
    const QCPRange x = mKeyAxis->range(), y = mValueAxis->range();
    std::fill(counts_.begin(), counts_.end(), 0);
    inView_ = largest_ = 0;
    for (const QPointF &point : points_) {
        if (!x.contains(point.x()) || !y.contains(point.y()))
            continue;
        const int column = std::min(cells - 1, static_cast<int>((point.x() - x.lower) / x.size() * cells));
        const int row = std::min(cells - 1, static_cast<int>((point.y() - y.lower) / y.size() * cells));
        largest_ = std::max(largest_, ++counts_[static_cast<size_t>(row * cells + column)]);
        ++inView_;
    }
}

void Density::setColours(const QColor &few, const QColor &many)
{
    for (int i = 0; i < steps; ++i) {
        const double t = double(i) / (steps - 1);
        const auto between = [t](int a, int b) { return qRound(a + (b - a) * t); };
        colours_[static_cast<size_t>(i)] = {between(few.red(), many.red()), between(few.green(), many.green()),
                                            between(few.blue(), many.blue())};
    }
}

QCPRange Density::getKeyRange(bool &found, QCP::SignDomain) const
{
    found = !points_.empty();
    return {0, 1};
}

QCPRange Density::getValueRange(bool &found, QCP::SignDomain, const QCPRange &) const
{
    found = !points_.empty();
    return {0, 1};
}

void Density::draw(QCPPainter *painter)
{
    discs_ ? drawDiscs(*painter) : drawCells(*painter);
}

void Density::drawDiscs(QCPPainter &painter) const
{
    painter.setAntialiasing(true);
    QColor fill = colours_[steps / 2];
    fill.setAlpha(110);
    painter.setBrush(fill);
    painter.setPen(QPen(colours_.back(), 0.8));
    const QCPRange x = mKeyAxis->range(), y = mValueAxis->range();
    for (const QPointF &point : points_)
        if (x.contains(point.x()) && y.contains(point.y()))
            painter.drawEllipse(coordsToPixels(point.x(), point.y()), discRadius, discRadius);
}

void Density::drawCells(QCPPainter &painter) const
{
    // The edges of columns and rows; on a screen whole pixels, so that neighbours leave no seam.
    const bool vector = painter.modes().testFlag(QCPPainter::pmVectorized);
    const auto edges = [&](const QCPAxis &axis) {
        std::array<double, cells + 1> at{};
        for (int i = 0; i <= cells; ++i) {
            const double exact = axis.coordToPixel(axis.range().lower + axis.range().size() * i / cells);
            at[static_cast<size_t>(i)] = vector ? exact : std::round(exact);
        }
        return at;
    };
    const auto columns = edges(*mKeyAxis), rows = edges(*mValueAxis);
    std::array<QVector<QRectF>, steps> ofColour;
    const double whole = std::log1p(std::max(2, scale_) - 1);
    for (size_t row = 0; row < cells; ++row)
        for (size_t column = 0; column < cells; ++column)
            if (const int n = counts_[row * cells + column]; n > 0) {
                const int step = static_cast<int>(std::log1p(n - 1) / whole * (steps - 1) + 0.5);
                const QPointF corner(columns[column], rows[row + 1]);
                // On paper a little larger, or whoever draws it shows the ground between neighbours.
                const double more = vector ? 0.25 : 0;
                ofColour[static_cast<size_t>(std::clamp(step, 0, steps - 1))].append(
                    {corner, QPointF(columns[column + 1] + more, rows[row] + more)});
            }
    painter.setAntialiasing(false);
    painter.setPen(Qt::NoPen);
    for (size_t i = 0; i < steps; ++i) {
        painter.setBrush(colours_[i]);
        painter.drawRects(ofColour[i]);
    }
}

// --- The legend

QSize CountScale::minimumOuterSizeHint() const
{
    return {100, QFontMetrics(look.font).height() + 8};
}

QSize CountScale::maximumOuterSizeHint() const
{
    return {QWIDGETSIZE_MAX, minimumOuterSizeHint().height()};
}

void CountScale::draw(QCPPainter *painter)
{
    constexpr int step = 14, gap = 8;
    const QFontMetrics metrics(look.font);
    const QString one = QStringLiteral("1");
    const int label = metrics.horizontalAdvance(look.label), first = metrics.horizontalAdvance(one),
              last = metrics.horizontalAdvance(look.most), bar = step * Density::steps;
    const QRect place = rect();
    int x = place.center().x() - (label + first + bar + last + 3 * gap) / 2;
    painter->setFont(look.font);
    painter->setPen(look.ink);
    const auto text = [&](const QString &words, int width) {
        painter->drawText(QRect(x, place.top(), width + 2, place.height()), Qt::AlignLeft | Qt::AlignVCenter, words);
        x += width + gap;
    };
    text(look.label, label);
    text(one, first);
    painter->setAntialiasing(false);
    for (size_t i = 0; i < look.colours.size(); ++i)
        painter->fillRect(x + step * int(i), place.center().y() - 5, step, 11, look.colours[i]);
    x += bar + gap;
    text(look.most, last);
}

}  // namespace fcoscope
