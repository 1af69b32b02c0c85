// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/strokes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace fcoscope {

namespace {

const QColor haloColour(12, 14, 18, 120);

/// The dashes of a bar, along its longer side; those out of view are left out and the others do not move.
void addDashes(std::vector<QRect> &dashes, const QRect &bar, bool across, QSize screen, int dash)
{
    const int from = across ? bar.x() : bar.y(), to = from + (across ? bar.width() : bar.height());
    const int highest = std::min(to, across ? screen.width() : screen.height());
    if (dash <= 0) {
        dashes.push_back(bar);
        return;
    }
    for (int at = from < 0 ? from + -from / (2 * dash) * (2 * dash) : from; at < highest; at += 2 * dash) {
        const int length = std::min(dash, to - at);
        dashes.push_back(across ? QRect(at, bar.y(), length, bar.height()) : QRect(bar.x(), at, bar.width(), length));
    }
}

struct Bar {
    QRect place;
    bool across = false;  ///< horizontal
};

}  // namespace

void fillThin(QPainter &painter, const QRect &place, const QColor &colour)
{
    constexpr int few = 64;  // rows
    if (colour.alpha() == 255 || place.width() > 8 * few) {
        painter.fillRect(place, colour);
        return;
    }
    for (int y = place.top(); y <= place.bottom(); y += few)
        painter.fillRect(QRect(place.left(), y, place.width(), std::min(few, place.bottom() + 1 - y)), colour);
}

void fillFrame(QPainter &painter, const QRect &outer, int width, const QColor &colour)
{
    if (2 * width >= outer.width() || 2 * width >= outer.height()) {
        painter.fillRect(outer, colour);
        return;
    }
    const int left = outer.left(), top = outer.top(), inner = outer.height() - 2 * width;
    painter.fillRect(left, top, outer.width(), width, colour);
    painter.fillRect(left, outer.bottom() + 1 - width, outer.width(), width, colour);
    fillThin(painter, QRect(left, top + width, width, inner), colour);
    fillThin(painter, QRect(outer.right() + 1 - width, top + width, width, inner), colour);
}

namespace {

void strokeBars(QPainter &painter, std::span<const Bar> bars, QSize size, const Stroke &stroke)
{
    const QRect screen(QPoint(), size);
    static thread_local std::vector<QRect> dashes;
    dashes.clear();
    for (const Bar &bar : bars)
        if (bar.place.isValid() &&
            bar.place.adjusted(-stroke.halo, -stroke.halo, stroke.halo, stroke.halo).intersects(screen)) {
            if (stroke.halo > 0)
                fillThin(painter, bar.place.adjusted(-stroke.halo, -stroke.halo, stroke.halo, stroke.halo) & screen,
                         haloColour);
            addDashes(dashes, bar.place, bar.across, size, stroke.dash);
        }
    for (const QRect &dash : dashes)
        painter.fillRect(dash, stroke.colour);
}

}  // namespace

void strokeFrame(QPainter &painter, const QRect &box, QSize screen, const Stroke &stroke)
{
    const int width = std::min({stroke.width, box.width(), box.height()});
    const int right = box.x() + box.width(), bottom = box.y() + box.height();
    const int inner = std::max(0, box.height() - 2 * width);
    const int gap = stroke.halo;  // the halos of neighbouring bars do not lie over one another
    const std::array<Bar, 4> bars{{{{box.x(), box.y(), box.width(), width}, true},
                                   {{box.x(), bottom - width, box.width(), width}, true},
                                   {{box.x(), box.y() + width + gap, width, inner - 2 * gap}, false},
                                   {{right - width, box.y() + width + gap, width, inner - 2 * gap}, false}}};
    strokeBars(painter, bars, screen, stroke);
}

void strokeLine(QPainter &painter, QPointF from, QPointF to, QSize screen, const Stroke &stroke)
{
    const bool across = std::abs(to.x() - from.x()) >= std::abs(to.y() - from.y());
    const int first = static_cast<int>(std::lround(across ? std::min(from.x(), to.x()) : std::min(from.y(), to.y()))),
              last = static_cast<int>(std::lround(across ? std::max(from.x(), to.x()) : std::max(from.y(), to.y())));
    const int side = static_cast<int>(std::floor((across ? from.y() : from.x()) - (stroke.width - 1) / 2.0));
    const Bar bar{across ? QRect(first, side, last - first, stroke.width)
                         : QRect(side, first, stroke.width, last - first),
                  across};
    strokeBars(painter, std::span(&bar, 1), screen, stroke);
}

}  // namespace fcoscope
