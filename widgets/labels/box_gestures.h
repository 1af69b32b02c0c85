// SPDX-License-Identifier: GPL-3.0-or-later
// What gestures come to, as arithmetic on boxes: which box or handle is under the cursor, what a drag makes of them.
// All lengths are image pixels; "pixel" is how many of them make one logical pixel of the screen. Every result lies
// inside the image.
#pragma once

#include <QPointF>

#include <span>
#include <vector>

#include "core/base/values.h"
#include "widgets/labels/label_tool.h"

namespace fcoscope {

constexpr double trembling = 4;    ///< logical px: up to here a press and its release are a click
constexpr double handleReach = 7;  ///< logical px around a handle's middle
constexpr double snapReach = 6;    ///< logical px from the image's edge
constexpr double leastSide = 1;    ///< image px

/// Which sides a handle moves: −1 the left or upper one, 1 the right or lower one, 0 none.
struct BoxHandle {
    int x = 0, y = 0;
    explicit operator bool() const { return x != 0 || y != 0; }
    bool operator==(const BoxHandle &) const = default;
};

/// How dragged edges are drawn to the image's: from `reach` on, along an axis on which the hand has gone at least
/// `from`. No reach, no snapping.
struct Snapping {
    double reach = 0, from = 0;
};

/// Finite, and at least a pixel wide and high.
bool canBeLabel(const Box &box);
/// What of a box lies inside the image; one that has less than a pixel there is pulled in.
Box broughtInside(const Box &box, Size image);

/// The box between two points, whatever their order and wherever they are. A square has the longer side, as far as the
/// image goes; it grows from `from`.
Box drawnBox(QPointF from, QPointF to, Size image, bool square, const Snapping &snapping);

/// By how much a group moves when the hand goes `by`: all of them stop where the first one meets the image's edge, so
/// that they keep their distances. The boxes lie inside the image.
QPointF stepOf(std::span<const Box> group, QPointF by, Size image, const Snapping &snapping);
Box movedBy(const Box &box, QPointF step, Size image);

struct Resized {
    Box box;
    BoxHandle handle;  ///< the one that is held now: pulled over the opposite side, it is that side's
};
Resized resized(const Box &before, BoxHandle handle, QPointF by, Size image, const Snapping &snapping);
/// The right and the lower edge moved; a pixel remains of every side. The box lies inside the image.
Box edgesNudged(const Box &box, QPointF by, Size image);

/// The handle of `box` under a point, if any. Inside a small box handles give way to its body.
BoxHandle handleAt(const Box &box, QPointF at, double pixel);
/// Indices of the shown boxes under a point, the smallest first. What is tiny on the screen counts as a little larger.
/// One look at each box: 20,000 take a fraction of a millisecond, less than keeping an index of them in step.
std::vector<size_t> boxesAt(std::span<const CanvasBox> boxes, QPointF at, double pixel);
/// Indices of the shown boxes that lie wholly inside `band`.
std::vector<size_t> boxesWithin(std::span<const CanvasBox> boxes, const Box &band);
/// Indices of the shown boxes from top to bottom, those of one height from left to right.
std::vector<size_t> readingOrder(std::span<const CanvasBox> boxes);
/// Neither hidden nor without an area.
bool isShown(const CanvasBox &box);

}  // namespace fcoscope
