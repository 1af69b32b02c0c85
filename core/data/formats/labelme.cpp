// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/labelme.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
#include "core/data/formats/labelme_folder.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr const char *newVersion = "\"5.5.0\"";  // the fields that we write are those of labelme 5

int sideOf(const JsonFields &top, std::string_view key)
{
    double side = 0;
    return readJsonNumber(top.get(key), side) && side >= 1 && side < 1e9 ? static_cast<int>(side) : 0;
}

/// What the set has no field for, but for the picture.
std::string extraOf(const LabelmeFile &content)
{
    std::string extra;
    for (const auto &[key, value] : content.top.all()) {
        constexpr std::string_view known[] = {"version",   "shapes",      "imagePath",
                                              "imageData", "imageHeight", "imageWidth"};
        const bool flag = key == "checked" && (value == "true" || value == "false");
        if (!flag && std::find(std::begin(known), std::end(known), key) == std::end(known) &&
            !(key == "flags" && (value == "{}" || value == "null")))
            addExtra(extra, key, value);
    }
    if (content.points == ShapePoints::Four)
        addExtra(extra, "rectanglePoints", "4");
    std::vector<std::string> others;
    for (size_t i = 0; i < content.shapes.size(); ++i)
        if (!content.meaning[i].box)
            others.push_back(content.shapes[i]);
    if (!others.empty())
        addExtra(extra, "shapes", jsonArray(others));
    return extra;
}

/// The picture that the file of the image holds: read anew, so that it is in memory one at a time.
std::string imageDataOf(const LabelSet &set, const ImageEntry &image, std::string_view from, ConversionReport &report)
{
    const fs::path file = set.root / extraText(from);
    try {
        const std::string compact = compactJson(file, readFile(file, largestLabelmeFile));
        return std::string(JsonFields(compact).get("imageData"));
    } catch (const UserError &) {
        note(report, ConversionNote::Kind::Dropped, image.path,
             message("core", "The picture that stood in {0} (imageData) is not there any more.").with(file.string()));
        return "null";
    }
}

/// The fields of a file that is not there yet.
JsonFields newTop(const LabelSet &set, const ImageEntry &image, const std::string &imagePath, ConversionReport &report)
{
    JsonFields top;
    top.set("version", newVersion);
    top.set("flags", "{}");
    if (extraField(image.extra, "rectanglePoints") == "4" && image.status != ReviewStatus::Verified)
        top.set("checked", "false");
    top.set("shapes", "[]");
    top.set("imagePath", jsonText(imagePath));
    top.set("imageData", "null");
    for (const ExtraField &field : extraFields(image.extra))
        if (field.key == "imageDataFrom")
            top.set("imageData", imageDataOf(set, image, field.value, report));
        else if (field.key != "rectanglePoints" && field.key != "shapes")
            top.set(field.key, field.value);
    return top;
}

}  // namespace

LabelmeFile parseLabelme(const fs::path &file, std::string_view bytes)
{
    const std::string compact = compactJson(file, bytes);
    LabelmeFile content;
    content.top = JsonFields(compact);
    const std::string_view shapes = content.top.get("shapes");
    if (!shapes.starts_with('['))
        throw UserError(
            message("core", "{0} is not a labelme file: it has no list named \"shapes\".").with(file.string()));
    for (const std::string_view shape : jsonElements(shapes)) {
        content.shapes.emplace_back(shape);
        content.meaning.push_back(readShape(JsonFields(shape), content.shapes.size()));
        if (content.meaning.back().points == ShapePoints::Four)
            content.points = ShapePoints::Four;
    }
    content.top.set("shapes", "[]");
    content.declared = {sideOf(content.top, "imageWidth"), sideOf(content.top, "imageHeight")};
    if (const std::string_view path = content.top.get("imagePath"); path.starts_with('"'))
        content.imagePath = extraText(path);
    std::replace(content.imagePath.begin(), content.imagePath.end(), '\\', '/');
    content.checked = content.top.get("checked") == "true";
    return content;
}

ImageEntry labelmeEntry(const fs::path &file, const LabelmeFile &content, LabelSet &set, ClassKeys &classes,
                        const ImageEntry &present, bool extras, std::vector<Problem> &problems)
{
    ImageEntry image = present;
    image.boxes.clear();
    image.extra = extras ? extraOf(content) : "";
    for (size_t i = 0; i < content.shapes.size(); ++i) {
        const LabelmeShape &shape = content.meaning[i];
        if (shape.problem)
            problems.push_back({file.string(), *shape.problem});
        if (!shape.box)
            continue;
        BoxEntry box;
        box.classKey = classes.of(shape.label);
        box.key = set.newKey();
        box.box = *shape.box;
        box.score = shape.score;
        box.crowd = shape.crowd;
        box.difficult = shape.difficult;
        box.locked = shape.locked;
        box.area = shape.area;
        if (extras)
            box.extra = extraOf(JsonFields(content.shapes[i]), shape.points), rememberBox(box.extra, box.box);
        image.boxes.push_back(std::move(box));
    }
    if (content.checked)
        image.status = ReviewStatus::Verified;
    else if (content.shapes.empty() || !image.boxes.empty())
        image.status = statusByBoxes(image);
    else
        image.status = ReviewStatus::New;
    return image;
}

std::string labelmeText(const LabelSet &set, const ImageEntry &image, const std::string &imagePath,
                        const LabelmeFile *before, const std::vector<int> &shapeOf, ConversionReport &report)
{
    JsonFields top = before ? before->top : newTop(set, image, imagePath, report);
    const ShapePoints points = before                                              ? before->points
                               : extraField(image.extra, "rectanglePoints") == "4" ? ShapePoints::Four
                                                                                   : ShapePoints::Two;
    std::vector<std::string> shapes(before ? before->shapes.size() : 0), added;
    for (size_t i = 0; i < shapes.size(); ++i)
        if (!before->meaning[i].box)
            shapes[i] = before->shapes[i];
    for (size_t i = 0; i < image.boxes.size(); ++i) {
        const BoxEntry &box = image.boxes[i];
        const int known = i < shapeOf.size() ? shapeOf[i] : -1;
        const std::string &name = set.findClass(box.classKey)->name;
        JsonFields fields = known >= 0 ? JsonFields(before->shapes[static_cast<size_t>(known)])
                                       : newShape(extraForShape(report, image.path, name, box), points);
        putBox(fields, box, name, points);
        (known >= 0 ? shapes[static_cast<size_t>(known)] : added.emplace_back()) = fields.text();
    }
    std::erase(shapes, "");
    shapes.insert(shapes.end(), added.begin(), added.end());
    if (!before)
        for (const std::string_view other : jsonElements(extraField(image.extra, "shapes")))
            shapes.emplace_back(other);
    top.set("shapes", jsonArray(shapes));
    if ((top.get("checked") == "true") != (image.status == ReviewStatus::Verified))
        top.set("checked", image.status == ReviewStatus::Verified ? "true" : "false");
    if (!before) {
        const Size size = sizeOrHeader(set, image);
        top.set("imageHeight", size.height > 0 ? std::to_string(size.height) : "null");
        top.set("imageWidth", size.width > 0 ? std::to_string(size.width) : "null");
    }
    return indentedJson(top.text());
}

extern const Format labelmeFormat{LabelFormat::Labelme, "labelme", true, recogniseLabelme, readLabelme, writeLabelme};

}  // namespace fcoscope
