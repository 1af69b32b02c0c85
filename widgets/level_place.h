// SPDX-License-Identifier: GPL-3.0-or-later
// Where the locations and cells of a level lie on the screen, through crop, mirroring and scale. Along each axis they
// lie evenly, so two numbers say it.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/base/image_transform.h"
#include "core/rules/locations.h"
#include "widgets/view.h"

namespace fcoscope {

/// One axis: place i is at first + i · step, in screen pixels; step is negative where the image is mirrored.
struct PlacesOnAxis {
    double first = 0, step = 1;
    int count = 0;

    double at(int i) const { return first + i * step; }
    /// The border between place i − 1 and place i.
    double edge(int i) const { return first + (i - 0.5) * step; }
    double low() const { return std::min(edge(0), edge(count)); }
    double high() const { return std::max(edge(0), edge(count)); }
    /// In whose cell a screen coordinate lies; -1: in none.
    int indexAt(double screen) const
    {
        const double i = std::floor((screen - first) / step + 0.5);
        return i >= 0 && i < count ? static_cast<int>(i) : -1;
    }
    /// Which places lie in [from, to], `margin` pixels more on both sides: first … last (excluded).
    struct Span {
        int first = 0, last = 0;
    };
    Span within(double from, double to, double margin) const
    {
        const double a = (from - margin - first) / step, b = (to + margin - first) / step;
        const double low = std::clamp(std::ceil(std::min(a, b)), 0.0, double(count));
        const double high = std::clamp(std::floor(std::max(a, b)) + 1, low, double(count));
        return {static_cast<int>(low), static_cast<int>(high)};
    }
};

struct LevelPlace {
    PlacesOnAxis columns, rows;

    LevelPlace(const Level &level, const ImageTransform &transform, const View &view)
    {
        const QPointF origin = view.origin();
        const double x = transform.imageX(level.firstX), y = transform.imageY(level.firstY);
        columns = {origin.x() + view.zoom * x,
                   view.zoom * level.stepX / transform.scaleX * (transform.mirroredX ? -1 : 1), level.width};
        rows = {origin.y() + view.zoom * y, view.zoom * level.stepY / transform.scaleY * (transform.mirroredY ? -1 : 1),
                level.height};
    }
    QPointF at(int location) const { return {columns.at(location % columns.count), rows.at(location / columns.count)}; }
    /// Screen pixels from one location to its nearest neighbour.
    double spacing() const { return std::min(std::abs(columns.step), std::abs(rows.step)); }
    /// The cell round a location.
    QRectF cell(int location) const
    {
        return QRectF(QPointF(columns.edge(location % columns.count), rows.edge(location / columns.count)),
                      QSizeF(columns.step, rows.step))
            .normalized();
    }
};

}  // namespace fcoscope
