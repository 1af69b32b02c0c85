// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/labelme_shapes.h"

#include <algorithm>
#include <cmath>

#include "core/base/json_writer.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

/// No value where one is not a pair of numbers.
std::optional<std::vector<Point>> pointsOf(const JsonFields &fields)
{
    std::vector<Point> points;
    for (const std::string_view element : jsonElements(fields.get("points"))) {
        const auto pair = jsonElements(element);
        Point point;
        if (pair.size() != 2 || !readJsonNumber(pair[0], point.x) || !readJsonNumber(pair[1], point.y))
            return std::nullopt;
        points.push_back(point);
    }
    return points;
}

std::string kindOf(const JsonFields &fields)
{
    const std::string_view kind = fields.get("shape_type");
    return kind.starts_with('"') ? extraText(kind) : "polygon";  // files before labelme 3.7 name none
}

/// Four corners along the axes, one after the other round the box.
bool isUpright(const std::vector<Point> &p)
{
    const bool first = p[0].y == p[1].y && p[1].x == p[2].x && p[2].y == p[3].y && p[3].x == p[0].x;
    const bool other = p[0].x == p[1].x && p[1].y == p[2].y && p[2].x == p[3].x && p[3].y == p[0].y;
    return first || other;
}

std::optional<Box> boxOf(const std::string &kind, const std::vector<Point> &points)
{
    if (points.size() < 2)
        return std::nullopt;
    if (kind == "circle") {  // centre, and a point on its line
        const double r = std::hypot(points[1].x - points[0].x, points[1].y - points[0].y);
        return Box{points[0].x - r, points[0].y - r, points[0].x + r, points[0].y + r};
    }
    Box box = boxAround(points);
    if (kind == "mask")  // its first and last pixel
        box.x2 += 1, box.y2 += 1;
    return box;
}

bool isTrue(std::string_view value)
{
    double number = 0;
    return value == "true" || (readJsonNumber(value, number) && number != 0);
}

std::string pointText(double x, double y)
{
    return "[" + pythonFloat(x) + "," + pythonFloat(y) + "]";
}

std::string cornersOf(const Box &b, ShapePoints points)
{
    if (points == ShapePoints::Four)
        return "[" + pointText(b.x1, b.y1) + "," + pointText(b.x2, b.y1) + "," + pointText(b.x2, b.y2) + "," +
               pointText(b.x1, b.y2) + "]";
    return "[" + pointText(b.x1, b.y1) + "," + pointText(b.x2, b.y2) + "]";
}

/// `value` of the stretch [from1, from2] in [to1, to2]; ends meet ends exactly, so that the box comes back equal.
double stretched(double value, double from1, double from2, double to1, double to2)
{
    if (value == from1 || value == from2)
        return value == from1 ? to1 : to2;
    return std::clamp(to1 + (value - from1) / (from2 - from1) * (to2 - to1), to1, to2);
}

std::vector<Point> stretched(std::vector<Point> points, const Box &from, const Box &to)
{
    if (from == to)
        return points;
    for (Point &p : points)
        p = {stretched(p.x, from.x1, from.x2, to.x1, to.x2), stretched(p.y, from.y1, from.y2, to.y1, to.y2)};
    return points;
}

std::string textOf(const std::vector<Point> &points)
{
    std::string text = "[";
    for (const Point &p : points)
        text += (text.size() > 1 ? "," : "") + pointText(p.x, p.y);
    return text + "]";
}

void putCorners(JsonFields &fields, const LabelmeShape &present, const Box &box, ShapePoints points)
{
    const std::string kind = kindOf(fields);
    if (present.box && present.points == ShapePoints::Other && kind != "circle" && kind != "mask") {
        fields.set("points", textOf(stretched(*pointsOf(fields), *present.box, box)));
        return;
    }
    fields.set("points", cornersOf(box, present.box && present.points != ShapePoints::Other ? present.points : points));
    fields.set("shape_type", "\"rectangle\"");
    if (kind == "mask")
        fields.set("mask", "null");
}

void putFlag(JsonFields &fields, std::string_view key, bool is, bool to)
{
    if (is != to)
        fields.set(key, to ? "true" : "false");
}

/// What labelme and X-AnyLabeling write for nothing.
bool saysNothing(std::string_view key, std::string_view value)
{
    constexpr std::string_view optional[] = {"group_id",   "description", "flags", "mask",
                                             "attributes", "kie_linking", "score", "difficult"};
    return std::find(std::begin(optional), std::end(optional), key) != std::end(optional) &&
           (value == "null" || value == "\"\"" || value == "{}" || value == "[]" || value == "false");
}

}  // namespace

LabelmeShape readShape(const JsonFields &fields, size_t position)
{
    LabelmeShape shape;
    const std::string kind = kindOf(fields);
    if (!fields.get("label").starts_with('"') || fields.get("label") == "\"\"") {
        shape.problem =
            message("core", "Shape {0} ({1}) has no label; it stays in the file and is no box.").with(position, kind);
        return shape;
    }
    shape.label = extraText(fields.get("label"));
    const auto points = pointsOf(fields);
    if (!points) {
        shape.problem = message("core", "Shape {0} ({1}) has points that are no pairs of numbers; it stays in the file "
                                        "and is no box.")
                            .with(position, shape.label);
        return shape;
    }
    const auto box = boxOf(kind, *points);
    if (!box || !box->hasArea()) {
        shape.problem = message("core", "Shape {0} ({1}) is a {2} without an area; it stays in the file and is no box.")
                            .with(position, shape.label, kind);
        return shape;
    }
    shape.box = box;
    if (kind == "rectangle" && points->size() == 2)
        shape.points = ShapePoints::Two;
    else if (kind == "rectangle" && points->size() == 4 && isUpright(*points))
        shape.points = ShapePoints::Four;
    else
        shape.problem =
            message("core", "Shape {0} ({1}) is a {2} of {3} points: its bounding box is used, and the shape stays in "
                            "the file.")
                .with(position, shape.label, kind, points->size());
    double number = 0;
    if (readJsonNumber(fields.get("score"), number) && std::isfinite(static_cast<float>(number)))
        shape.score = static_cast<float>(number);
    if (readJsonNumber(fields.get("area"), number) && number >= 0)
        shape.area = number;
    shape.difficult = isTrue(fields.get("difficult"));
    shape.crowd = isTrue(fields.get("crowd"));
    shape.locked = isTrue(fields.get("locked"));
    return shape;
}

std::string extraOf(const JsonFields &fields, ShapePoints points)
{
    std::string extra;
    const bool rectangle = points != ShapePoints::Other;
    const auto known = [&](std::string_view key, std::string_view value) {
        double number = 0;
        if (key == "label" || key == "difficult" || key == "crowd" || key == "locked")
            return true;
        if (key == "score" || key == "area")
            return readJsonNumber(value, number);
        return rectangle && (key == "points" || key == "shape_type");
    };
    for (const auto &[key, value] : fields.all())
        if (!known(key, value) && !saysNothing(key, value))
            addExtra(extra, key, value);
    return extra;
}

JsonFields newShape(const std::string &extra, ShapePoints points)
{
    const bool xAnyLabeling = points == ShapePoints::Four;
    JsonFields fields;
    fields.set("label", "\"\"");
    if (xAnyLabeling)
        fields.set("score", "null");
    fields.set("points", "[]");
    fields.set("group_id", "null");
    fields.set("description", "\"\"");
    if (xAnyLabeling)
        fields.set("difficult", "false");
    fields.set("shape_type", "\"rectangle\"");
    fields.set("flags", "{}");
    fields.set(xAnyLabeling ? "attributes" : "mask", xAnyLabeling ? "{}" : "null");
    if (xAnyLabeling)
        fields.set("kie_linking", "[]");
    for (const ExtraField &field : extraFields(extra))
        if (field.key != "label")
            fields.set(field.key, field.value);
    return fields;
}

void putBox(JsonFields &fields, const BoxEntry &box, const std::string &label, ShapePoints points)
{
    if (!fields.get("label").starts_with('"') || extraText(fields.get("label")) != label)
        fields.set("label", jsonText(label));
    const LabelmeShape present = readShape(fields, 0);
    if (!present.box || *present.box != box.box)
        putCorners(fields, present, box.box, points);
    if (present.score != box.score)
        fields.set("score", box.score ? jsonNumber(*box.score) : "null");
    putFlag(fields, "difficult", present.difficult, box.difficult);
    putFlag(fields, "crowd", present.crowd, box.crowd);
    putFlag(fields, "locked", present.locked, box.locked);
    if (present.area != box.area && box.area >= 0)
        fields.set("area", jsonNumber(box.area));
    else if (present.area != box.area)
        fields.erase("area");
}

Box boxAround(const std::vector<Point> &points)
{
    Box box{points[0].x, points[0].y, points[0].x, points[0].y};
    for (const Point &p : points)
        box = {std::min(box.x1, p.x), std::min(box.y1, p.y), std::max(box.x2, p.x), std::max(box.y2, p.y)};
    return box;
}

std::string extraForShape(ConversionReport &report, const std::string &file, const std::string &className,
                          const BoxEntry &box)
{
    BoxEntry without = box;
    without.extra.clear();
    std::string_view points;
    for (const ExtraField &field : extraFields(box.extra))
        if (field.key == "points")
            points = field.value;
        else
            addExtra(without.extra, field.key, field.value);
    std::string extra = extraForBox(report, file, className, without);
    if (!points.empty())
        addExtra(extra, "points", points);
    return extra;
}

std::string polygonExtra(const std::vector<Point> &points)
{
    return "{\"shape_type\":\"polygon\",\"points\":" + textOf(points) + "}";
}

std::vector<Point> polygonIn(std::string_view extra, const Box &box)
{
    if (extra.empty())
        return {};
    const JsonFields fields(extra);
    const auto points = pointsOf(fields);
    if (fields.get("shape_type") != "\"polygon\"" || !points || points->size() < 3 || !boxAround(*points).hasArea())
        return {};
    return stretched(*points, boxAround(*points), box);
}

}  // namespace fcoscope
