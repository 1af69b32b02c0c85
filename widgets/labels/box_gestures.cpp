// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/box_gestures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fcoscope {

namespace {

constexpr double leastTarget = 10;  // logical px: smaller boxes are hit as if they were that large
constexpr double lineReach = 2;     // logical px beyond a box that still count as its line

// An edge that is dragged to `at`, on an axis that ends at `limit`. Never a quarter of a small image.
double snapped(double at, double limit, double reach)
{
    reach = std::min(reach, limit / 4);
    at = std::clamp(at, 0.0, limit);
    return at <= reach ? 0 : at >= limit - reach ? limit : at;
}

double reachAlong(const Snapping &snapping, double by)
{
    return std::abs(by) >= snapping.from ? snapping.reach : 0;
}

// What is left of [from, to] in [0, limit], or where less than a pixel is, an interval that was moved in.
void bringInside(double &from, double &to, double limit)
{
    const double low = std::clamp(from, 0.0, limit), high = std::clamp(to, 0.0, limit);
    if (high - low >= std::min({leastSide, to - from, limit})) {
        from = low;
        to = high;
        return;
    }
    const double length = std::min(to - from, limit);
    from = std::clamp(from, 0.0, limit - length);
    to = from + length;
}

double stepAlong(double low, double high, double by, double limit, double reach)
{
    const double step = std::clamp(by, -low, std::max(-low, limit - high));
    const double toLow = low + step, toHigh = limit - high - step;
    reach = std::min(reach, limit / 4);
    if (std::min(toLow, toHigh) > reach)
        return step;
    return toLow <= toHigh ? -low : limit - high;
}

// One axis of a resize: the side that `handle` names goes `by`; where the two sides change places, so does the handle.
void resizeAlong(double &from, double &to, int &handle, double by, double limit, const Snapping &snapping)
{
    if (handle == 0)
        return;
    double &side = handle < 0 ? from : to;
    side = snapped(side + by, limit, reachAlong(snapping, by));
    if (from > to) {
        std::swap(from, to);
        handle = -handle;
    }
}

// The middle of a handle along one axis.
double along(double from, double to, int side)
{
    return side < 0 ? from : side > 0 ? to : (from + to) / 2;
}

// How far `at` may be from a handle's middle: inside the box never more than a quarter of it, so that the body of a
// small box can still be taken hold of.
bool near(double at, double middle, double from, double to, double reach)
{
    const double inner = std::min(reach, (to - from) / 4);
    return std::abs(at - middle) <= (at > from && at < to ? inner : reach);
}

template <typename Takes> std::vector<size_t> shownOnes(std::span<const CanvasBox> boxes, const Takes &takes)
{
    std::vector<size_t> found;
    for (size_t i = 0; i < boxes.size(); ++i)
        if (takes(boxes[i].label.box) && isShown(boxes[i]))
            found.push_back(i);
    return found;
}

}  // namespace

bool isShown(const CanvasBox &box)
{
    return !box.hidden && box.label.box.hasArea();
}

bool canBeLabel(const Box &box)
{
    // A pixel that was reached by adding and taking away is a pixel.
    constexpr double enough = leastSide - 1e-9;
    return box.hasArea() && box.width() >= enough && box.height() >= enough;
}

Box broughtInside(const Box &box, Size image)
{
    Box inside = box;
    bringInside(inside.x1, inside.x2, image.width);
    bringInside(inside.y1, inside.y2, image.height);
    return inside;
}

Box drawnBox(QPointF from, QPointF to, Size image, bool square, const Snapping &snapping)
{
    const double width = image.width, height = image.height;
    const QPointF start(snapped(from.x(), width, snapping.reach), snapped(from.y(), height, snapping.reach));
    QPointF end(snapped(to.x(), width, snapping.reach), snapped(to.y(), height, snapping.reach));
    if (square) {
        const bool left = to.x() < start.x(), up = to.y() < start.y();
        const double room = std::min(left ? start.x() : width - start.x(), up ? start.y() : height - start.y());
        const double side = std::min(room, std::max(std::abs(end.x() - start.x()), std::abs(end.y() - start.y())));
        end = {start.x() + (left ? -side : side), start.y() + (up ? -side : side)};
    }
    return {std::min(start.x(), end.x()), std::min(start.y(), end.y()), std::max(start.x(), end.x()),
            std::max(start.y(), end.y())};
}

QPointF stepOf(std::span<const Box> group, QPointF by, Size image, const Snapping &snapping)
{
    if (group.empty())
        return {};
    Box all = group.front();
    for (const Box &box : group)
        all = {std::min(all.x1, box.x1), std::min(all.y1, box.y1), std::max(all.x2, box.x2), std::max(all.y2, box.y2)};
    return {stepAlong(all.x1, all.x2, by.x(), image.width, reachAlong(snapping, by.x())),
            stepAlong(all.y1, all.y2, by.y(), image.height, reachAlong(snapping, by.y()))};
}

Box movedBy(const Box &box, QPointF step, Size image)
{
    return clipped({box.x1 + step.x(), box.y1 + step.y(), box.x2 + step.x(), box.y2 + step.y()}, image.width,
                   image.height);
}

Resized resized(const Box &before, BoxHandle handle, QPointF by, Size image, const Snapping &snapping)
{
    Resized now{before, handle};
    resizeAlong(now.box.x1, now.box.x2, now.handle.x, by.x(), image.width, snapping);
    resizeAlong(now.box.y1, now.box.y2, now.handle.y, by.y(), image.height, snapping);
    return now;
}

Box edgesNudged(const Box &box, QPointF by, Size image)
{
    const auto edge = [](double from, double to, double step, double limit) {
        return step == 0 ? to : std::clamp(to + step, std::min(from + leastSide, to), limit);
    };
    return {box.x1, box.y1, edge(box.x1, box.x2, by.x(), image.width), edge(box.y1, box.y2, by.y(), image.height)};
}

BoxHandle handleAt(const Box &box, QPointF at, double pixel)
{
    const double reach = handleReach * pixel;
    // Corners first: where a box is small they lie over the handles of its sides.
    static constexpr std::array<BoxHandle, 8> handles{
        {{-1, -1}, {1, -1}, {-1, 1}, {1, 1}, {0, -1}, {0, 1}, {-1, 0}, {1, 0}}};
    for (const BoxHandle &handle : handles)
        if (near(at.x(), along(box.x1, box.x2, handle.x), box.x1, box.x2, reach) &&
            near(at.y(), along(box.y1, box.y2, handle.y), box.y1, box.y2, reach))
            return handle;
    return {};
}

std::vector<size_t> boxesAt(std::span<const CanvasBox> boxes, QPointF at, double pixel)
{
    const auto reach = [pixel](double side) { return std::max(lineReach * pixel, (leastTarget * pixel - side) / 2); };
    std::vector<size_t> found = shownOnes(boxes, [&](const Box &box) {
        const double x = reach(box.width()), y = reach(box.height());
        return at.x() >= box.x1 - x && at.x() <= box.x2 + x && at.y() >= box.y1 - y && at.y() <= box.y2 + y;
    });
    std::stable_sort(found.begin(), found.end(),
                     [&](size_t a, size_t b) { return boxes[a].label.box.area() < boxes[b].label.box.area(); });
    return found;
}

std::vector<size_t> boxesWithin(std::span<const CanvasBox> boxes, const Box &band)
{
    return shownOnes(boxes, [&](const Box &box) {
        return box.x1 >= band.x1 && box.y1 >= band.y1 && box.x2 <= band.x2 && box.y2 <= band.y2;
    });
}

std::vector<size_t> readingOrder(std::span<const CanvasBox> boxes)
{
    std::vector<size_t> order = shownOnes(boxes, [](const Box &) { return true; });
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const Box &left = boxes[a].label.box, &right = boxes[b].label.box;
        return left.y1 != right.y1 ? left.y1 < right.y1 : left.x1 < right.x1;
    });
    return order;
}

}  // namespace fcoscope
