// SPDX-License-Identifier: GPL-3.0-or-later
// One shape of a labelme file as a box, and a box as a shape. Private to core/data.
//
// A rectangle of two points, in any order of corners, is its box; so is X-AnyLabeling's rectangle of four points along
// the axes. Every other shape (polygon, circle, mask, line, rotated rectangle, …) is shown and edited as its bounding
// box, which is what a person who labels boxes expects to see. The shape itself stays in the file: untouched while
// its box is; moved and stretched with it when the box changes, as far as it is made of points; a circle or a mask,
// which have no such points, becomes the rectangle. What has no area (a point, a level line) is no box and stays in the
// file as it is.
#pragma once

#include <optional>

#include "core/data/formats/format.h"
#include "core/data/formats/labelme_json.h"

namespace fcoscope {

enum class ShapePoints { Two, Four, Other };

struct LabelmeShape {
    std::string label;
    std::optional<Box> box;
    ShapePoints points = ShapePoints::Other;
    std::optional<float> score;
    bool difficult = false, crowd = false;
    bool locked = false;
    double area = -1;
    std::optional<Message> problem;  ///< what was made of a shape that is no plain rectangle
};
/// `position` counts from 1, for the sentence.
LabelmeShape readShape(const JsonFields &fields, size_t position);

/// The shape's fields that no member of BoxEntry holds, without those that say nothing ("group_id": null); "" if none.
std::string extraOf(const JsonFields &fields, ShapePoints points);

/// The fields of a new shape, those of `extra` among them.
JsonFields newShape(const std::string &extra, ShapePoints points);

/// Makes the fields say what `box` says, and touches nothing that they say already.
void putBox(JsonFields &fields, const BoxEntry &box, const std::string &label, ShapePoints points);

// --- Polygons in an extra: "shape_type":"polygon" and "points", in pixels

/// The box's extra as a shape takes it: without what belongs to another place of the box (listed), but for its points,
/// which move with it.
std::string extraForShape(ConversionReport &report, const std::string &file, const std::string &className,
                          const BoxEntry &box);

struct Point {
    double x = 0, y = 0;
};
std::string polygonExtra(const std::vector<Point> &points);
/// The extra's polygon, moved and stretched so that it fills `box`; empty if there is none. One that fills it already
/// comes as it is.
std::vector<Point> polygonIn(std::string_view extra, const Box &box);
Box boxAround(const std::vector<Point> &points);  ///< of one point at least

}  // namespace fcoscope
