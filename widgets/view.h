// SPDX-License-Identifier: GPL-3.0-or-later
// Which part of an image is seen, and how large: a plain value between image, widget and screen pixels.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSize>
#include <QSizeF>
#include <algorithm>
#include <cmath>

namespace fcoscope {

struct View {
    QSize image;          ///< px of the image
    QSizeF widget;        ///< logical pixels
    double ratio = 1;     ///< screen pixels per logical pixel
    double zoom = 1;      ///< screen pixels per image pixel
    QPointF centre;       ///< the image point in the middle of the widget

    static constexpr double largestZoom = 64;
    static constexpr double fitMargin = 12;  ///< logical pixels around a fitted image, so that its border is seen

    /// A length as whole screen pixels, at least one.
    int pixels(double logical) const { return std::max(1, qRound(logical * ratio)); }
    QSize screen() const { return {qRound(widget.width() * ratio), qRound(widget.height() * ratio)}; }

    /// The image's corner in screen pixels, a whole number, so that image pixels fall on screen pixels at 1:1, 2:1, …
    QPoint origin() const
    {
        return {static_cast<int>(std::lround(screen().width() / 2.0 - centre.x() * zoom)),
                static_cast<int>(std::lround(screen().height() / 2.0 - centre.y() * zoom))};
    }
    QPointF toScreen(QPointF inImage) const { return inImage * zoom + origin(); }
    QPointF toWidget(QPointF inImage) const { return toScreen(inImage) / ratio; }
    QPointF toImage(QPointF inWidget) const { return (inWidget * ratio - origin()) / zoom; }
    /// The image rectangle that is seen, cut at the image's border.
    QRectF seen() const
    {
        return QRectF(toImage({0, 0}), toImage({widget.width(), widget.height()}))
            .intersected(QRectF(QPointF(), QSizeF(image)));
    }
    bool contains(QPointF inImage) const
    {
        return inImage.x() >= 0 && inImage.y() >= 0 && inImage.x() < image.width() && inImage.y() < image.height();
    }

    double fittingZoom() const
    {
        const double w = std::max(1.0, (widget.width() - 2 * fitMargin) * ratio),
                     h = std::max(1.0, (widget.height() - 2 * fitMargin) * ratio);
        return std::min({w / std::max(1, image.width()), h / std::max(1, image.height()), largestZoom});
    }
    double smallestZoom() const
    {
        return std::min({fittingZoom() / 4, 1.0 / 4, 16.0 / std::max(1, std::min(image.width(), image.height()))});
    }

    /// The view with `newZoom` in which `inImage` lies under the widget point `at`.
    View zoomedAt(QPointF inImage, QPointF at, double newZoom) const
    {
        View next = *this;
        next.zoom = std::clamp(newZoom, std::min(smallestZoom(), zoom), largestZoom);
        next.centre =
            held(inImage - (at * ratio - QPointF(screen().width() / 2.0, screen().height() / 2.0)) / next.zoom);
        return next;
    }
    View movedBy(QPointF widgetDelta) const
    {
        View next = *this;
        next.centre = held(centre - widgetDelta * ratio / zoom);
        return next;
    }
    View fitted() const
    {
        View next = *this;
        next.zoom = fittingZoom();
        next.centre = QPointF(image.width() / 2.0, image.height() / 2.0);
        return next;
    }
    /// The middle of the widget always shows a point of the image, so that the image cannot be lost.
    QPointF held(QPointF point) const
    {
        return {std::clamp(point.x(), 0.0, double(image.width())), std::clamp(point.y(), 0.0, double(image.height()))};
    }
    bool operator==(const View &) const = default;
};

}  // namespace fcoscope
