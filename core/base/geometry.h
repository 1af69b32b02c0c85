// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes and boxes. Coordinates are continuous: pixel (0, 0) covers [0, 1) × [0, 1), so a box that covers exactly the
// first pixel is (0, 0, 1, 1). "In image" means the image after its EXIF orientation was applied.
#pragma once

#include <algorithm>
#include <cmath>

namespace fcoscope {

struct Size {
    int width = 0;
    int height = 0;
    bool operator==(const Size &) const = default;
};

struct Box {
    double x1 = 0, y1 = 0, x2 = 0, y2 = 0;

    double width() const { return x2 - x1; }
    double height() const { return y2 - y1; }
    double area() const { return width() * height(); }
    /// True for a box that can be seen: finite, with a positive width and height.
    bool hasArea() const
    {
        return std::isfinite(x1) && std::isfinite(y1) && std::isfinite(x2) && std::isfinite(y2) && x2 > x1 && y2 > y1;
    }
    bool operator==(const Box &) const = default;
};

inline Box clipped(const Box &box, double width, double height)
{
    return {std::clamp(box.x1, 0.0, width), std::clamp(box.y1, 0.0, height), std::clamp(box.x2, 0.0, width),
            std::clamp(box.y2, 0.0, height)};
}

/// Area of the overlap of two boxes divided by the area of their union; 0 where the union has no area.
inline double intersectionOverUnion(const Box &a, const Box &b)
{
    const double w = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
    const double h = std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
    const double overlap = w * h, all = a.area() + b.area() - overlap;
    return all > 0 ? overlap / all : 0;
}

/// From a location to the four sides of a box: l, t, r, b of the paper's equation (1), in pixels.
struct Distances {
    double left = 0, top = 0, right = 0, bottom = 0;
    bool operator==(const Distances &) const = default;
};

inline Distances distancesTo(const Box &box, double x, double y)
{
    return {x - box.x1, y - box.y1, box.x2 - x, box.y2 - y};
}
inline double smallest(const Distances &d) { return std::min({d.left, d.top, d.right, d.bottom}); }
inline double largest(const Distances &d) { return std::max({d.left, d.top, d.right, d.bottom}); }

}  // namespace fcoscope
