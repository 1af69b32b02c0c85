// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the XML of one image, in the order and with the tabs of labelImg.
#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include <pugixml.hpp>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/formats/voc_file.h"

namespace fcoscope {
namespace {

using Kind = ConversionNote::Kind;

/// Whether a name can be that of an XML element or attribute: what came from XML can.
bool isXmlName(std::string_view name)
{
    if (name.empty() || name[0] == '-' || name[0] == '.' || (name[0] >= '0' && name[0] <= '9'))
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
    });
}

/// XML has no place for most control characters, nor for blanks at the ends, which readers cut.
bool isXmlText(const std::string &text)
{
    const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    if (!text.empty() && (isBlank(text.front()) || isBlank(text.back())))
        return false;
    return std::none_of(text.begin(), text.end(),
                        [&](char c) { return (static_cast<unsigned char>(c) < 0x20 && !isBlank(c)) || c == '\r'; });
}

bool addElement(pugi::xml_node parent, std::string_view key, std::string_view value);

bool setContent(pugi::xml_node node, std::string_view value)
{
    if (!value.starts_with('{')) {
        const std::string text = extraText(value);
        return isXmlText(text) && (text.empty() || node.text().set(text.c_str()));
    }
    for (const ExtraField &field : extraFields(value))
        if (field.key == "#text") {
            const std::string text = extraText(field.value);
            if (!isXmlText(text))
                return false;
            node.append_child(pugi::node_pcdata).set_value(text.c_str());
        } else if (field.key.starts_with('@')) {
            const std::string name(field.key.substr(1)), text = extraText(field.value);
            if (!isXmlName(name) || !isXmlText(text))
                return false;
            node.append_attribute(name.c_str()) = text.c_str();
        } else if (!addElement(node, field.key, field.value)) {
            return false;
        }
    return true;
}

/// Adds a field of `extra`; false, with nothing added, where XML cannot say it: true and null, lists of lists or of one
/// entry
bool addElement(pugi::xml_node parent, std::string_view key, std::string_view value)
{
    const bool isList = value.starts_with('[');
    const std::vector<std::string_view> values = isList ? extraItems(value) : std::vector<std::string_view>{value};
    if (!isXmlName(key) || (isList && values.size() < 2))
        return false;
    std::vector<pugi::xml_node> added;
    for (const std::string_view one : values) {
        const bool sayable = !one.starts_with('[') && one != "true" && one != "false" && one != "null" && one != "{}";
        if (sayable) {
            added.push_back(parent.append_child(std::string(key).c_str()));
            if (setContent(added.back(), one))
                continue;
        }
        for (const pugi::xml_node &node : added)
            parent.remove_child(node);
        return false;
    }
    return true;
}

void addText(pugi::xml_node parent, const char *name, const std::string &text)
{
    parent.append_child(name).text().set(text.c_str());
}

std::array<double, 4> numbersOf(const Box &box, VocOrigin origin)
{
    switch (origin) {
    case VocOrigin::PixelsFrom1:
        return {box.x1 + 1, box.y1 + 1, box.x2, box.y2};
    case VocOrigin::PixelsFrom0:
        return {box.x1, box.y1, box.x2 - 1, box.y2 - 1};
    default:
        return {box.x1, box.y1, box.x2, box.y2};
    }
}

/// The number beside `near` that reads back to `wanted` when `offset` is taken away again; `near` if there is none.
double readingBack(double near, double offset, double wanted)
{
    for (const double candidate : {near, std::nextafter(near, -HUGE_VAL), std::nextafter(near, HUGE_VAL)})
        if (candidate - offset == wanted)
            return candidate;
    return near;
}

class VocWriting {
public:
    VocWriting(const WriteRequest &request, const ImageEntry &image, ConversionReport &report)
        : request_(request), image_(image), report_(report)
    {
    }

    std::string text()
    {
        pugi::xml_document document;
        pugi::xml_node root = document.append_child("annotation");
        writeHead(root);
        for (const BoxEntry &box : image_.boxes)
            writeBox(root, box);
        std::ostringstream out;
        document.save(out, "\t", pugi::format_indent | pugi::format_no_declaration);
        return out.str();
    }

private:
    void writeHead(pugi::xml_node root);
    void writeSize(pugi::xml_node root, std::string_view former);
    void writeBox(pugi::xml_node root, const BoxEntry &box);
    void writeBounds(pugi::xml_node object, const Box &box, const std::string &className);
    /// The fields of `extra` but those that are there already, what cannot be said is listed.
    void addExtras(pugi::xml_node node, std::string_view extra, const std::string &of);

    const WriteRequest &request_;
    const ImageEntry &image_;
    ConversionReport &report_;
};

void VocWriting::addExtras(pugi::xml_node node, std::string_view extra, const std::string &of)
{
    std::string dropped;
    for (const ExtraField &field : extraFields(extra)) {
        const std::string name(field.key);
        bool good = false;
        if (name.starts_with('@')) {
            const std::string text = extraText(field.value);
            good = isXmlName(name.substr(1)) && isXmlText(text) && !node.attribute(name.c_str() + 1) &&
                   (node.append_attribute(name.c_str() + 1) = text.c_str());
        } else {
            good = node.child(name.c_str()) ? name == "folder" || name == "size" || name == "score"
                                            : addElement(node, field.key, field.value);
        }
        if (!good)
            dropped += (dropped.empty() ? "" : ", ") + name;
    }
    if (!dropped.empty())
        note(report_, Kind::Dropped, image_.path,
             message("core", "The format has no place for these fields of {0}: {1}.").with(of, dropped));
}

/// The size, with the depth and whatever else stood there.
void VocWriting::writeSize(pugi::xml_node root, std::string_view former)
{
    const Size size = sizeOrHeader(request_.set, image_);
    pugi::xml_node node = root.append_child("size");
    addText(node, "width", std::to_string(size.width));
    addText(node, "height", std::to_string(size.height));
    if (size == Size{})
        note(
            report_, Kind::Dropped, image_.path,
            message("core", "The size of the image {0} cannot be read; it was written without one.").with(image_.path));
    for (const ExtraField &field : extraFields(former))
        if (field.key != "width" && field.key != "height")
            addElement(node, field.key, field.value);
    if (!node.child("depth"))
        addText(node, "depth", "3");
}

void VocWriting::writeHead(pugi::xml_node root)
{
    const std::filesystem::path file = request_.set.fileOf(image_);
    if (image_.status == ReviewStatus::Verified)
        root.append_attribute("verified") = "yes";
    const std::string_view folder = extraField(image_.extra, "folder");
    addText(root, "folder", folder.empty() ? file.parent_path().filename().string() : extraText(folder));
    addText(root, "filename", file.filename().string());
    addText(root, "path", file.string());
    if (extraField(image_.extra, "source").empty())
        addText(root.append_child("source"), "database", "Unknown");
    else if (!addElement(root, "source", extraField(image_.extra, "source")))
        addText(root.append_child("source"), "database", "Unknown");
    writeSize(root, extraField(image_.extra, "size"));
    std::string rest;
    for (const ExtraField &field : extraFields(image_.extra))
        if (field.key != "source")
            addExtra(rest, field.key, field.value);
    addExtras(root, rest, image_.path);
    if (!root.child("segmented"))
        addText(root, "segmented", "0");
    if (image_.status != ReviewStatus::Verified && image_.status != statusByBoxes(image_))
        addText(root, "fcoscope_status", nameOf(image_.status));
}

void VocWriting::writeBounds(pugi::xml_node object, const Box &box, const std::string &className)
{
    constexpr std::array<const char *, 4> names{"xmin", "ymin", "xmax", "ymax"};
    const VocOrigin origin = request_.options.writtenVocOrigin;
    std::array<double, 4> numbers = numbersOf(box, origin);
    const std::array<double, 4> wanted{box.x1, box.y1, box.x2, box.y2};
    const pugi::xml_node node = object.append_child("bndbox");
    for (size_t i = 0; i < 4; ++i) {
        const double offset = numbers[i] == wanted[i] ? 0 : origin == VocOrigin::PixelsFrom1 ? 1 : -1;
        numbers[i] = readingBack(numbers[i], offset, wanted[i]);
        if (numbers[i] - offset != wanted[i])
            note(report_, Kind::Changed, image_.path,
                 message("core", "The {0} of a {1} was rounded: {2} became {3}.")
                     .with(names[i], className, jsonNumber(wanted[i]), jsonNumber(numbers[i] - offset)));
        addText(node, names[i], jsonNumber(numbers[i]));
    }
}

void VocWriting::writeBox(pugi::xml_node root, const BoxEntry &box)
{
    const ClassEntry &its = *request_.set.findClass(box.classKey);
    const std::string extra = extraForBox(report_, image_.path, its.name, box);
    pugi::xml_node object = root.append_child("object");
    addText(object, "name", its.name);
    if (!isXmlText(its.name))
        note(report_, Kind::Changed, image_.path,
             message("core", "The class name \"{0}\" has blanks or characters that XML cannot keep.").with(its.name));
    // labelImg's order: pose, truncated, difficult, bndbox; its reader wants the first three to be there.
    std::string rest;
    for (const ExtraField &field : extraFields(extra))
        if ((field.key != "pose" && field.key != "truncated") || !addElement(object, field.key, field.value))
            addExtra(rest, field.key, field.value);
    if (!object.child("pose"))
        addText(object, "pose", "Unspecified");
    if (!object.child("truncated"))
        addText(object, "truncated", "0");
    addText(object, "difficult", box.difficult ? "1" : "0");
    writeBounds(object, box.box, its.name);
    if (box.score)
        addText(object, "score", scoreText(*box.score, extra));
    if (box.crowd)
        addText(object, "fcoscope_crowd", "1");
    if (box.area >= 0)
        addText(object, "fcoscope_area", jsonNumber(box.area));
    if (box.locked)
        addText(object, "fcoscope_locked", "1");
    addExtras(object, rest, its.name);
}

}  // namespace

std::string vocText(const WriteRequest &request, const ImageEntry &image, ConversionReport &report)
{
    return VocWriting(request, image, report).text();
}

}  // namespace fcoscope
