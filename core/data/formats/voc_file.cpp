// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/voc_file.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include <pugixml.hpp>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/dataset_checks.h"

namespace fcoscope {
namespace {

/// The four numbers of a bndbox; false if one is missing or is no number.
bool readNumbers(const pugi::xml_node &box, std::array<double, 4> &numbers)
{
    constexpr std::array<const char *, 4> names{"xmin", "ymin", "xmax", "ymax"};
    for (size_t i = 0; i < 4; ++i)
        if (!parseNumber(trimmed(box.child_value(names[i])), numbers[i]))
            return false;
    return true;
}

/// An element as JSON: its text where it has no more, else an object of its attributes and elements.
std::string jsonOf(const pugi::xml_node &node, int depth = 0);

std::string scalarJson(const std::string &text)
{
    const bool number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) && isJsonValue(text);
    return number ? text : jsonText(text);
}

std::string jsonKey(const std::string &name)
{
    const std::string quoted = jsonText(name);
    return quoted.substr(1, quoted.size() - 2);
}

/// Adds the elements of `node` that are none of `known` to an object, several of one name as a list at its first place.
void addElements(std::string &object, const pugi::xml_node &node, std::span<const std::string_view> known, int depth)
{
    std::vector<std::string> done;
    for (const auto &child : node.children()) {
        const std::string name = child.name();
        if (child.type() != pugi::node_element || std::find(known.begin(), known.end(), name) != known.end() ||
            std::find(done.begin(), done.end(), name) != done.end())
            continue;
        done.push_back(name);
        std::vector<std::string> values;
        for (const auto &same : node.children(name.c_str()))
            values.push_back(jsonOf(same, depth + 1));
        addExtra(object, jsonKey(name), values.size() == 1 ? values.front() : jsonArray(values));
    }
}

std::string jsonOf(const pugi::xml_node &node, int depth)
{
    constexpr int deepest = 64;
    std::string object;
    for (const auto &attribute : node.attributes())
        addExtra(object, jsonKey("@" + std::string(attribute.name())), scalarJson(attribute.value()));
    if (depth < deepest)
        addElements(object, node, {}, depth);
    const std::string text = trimmed(node.child_value());
    if (object.empty())
        return scalarJson(text);
    if (!text.empty())
        addExtra(object, "#text", scalarJson(text));
    return object;
}

/// What stands in every file and says nothing is not kept: it would be reported as lost by formats without a place for
/// it. The writer puts it there again.
void dropDefaults(std::string &extra, std::initializer_list<ExtraField> defaults)
{
    std::string kept;
    for (const ExtraField &field : extraFields(extra))
        if (std::none_of(defaults.begin(), defaults.end(),
                         [&](const ExtraField &d) { return d.key == field.key && d.value == field.value; }))
            addExtra(kept, field.key, field.value);
    extra = std::move(kept);
}

/// Our own fields, and X-AnyLabeling's <score>.
void readOwnFields(VocObject &object, const pugi::xml_node &node)
{
    double number = 0;
    if (parseNumber(trimmed(node.child_value("score")), number) && std::isfinite(static_cast<float>(number)))
        object.score = static_cast<float>(number);
    if (parseNumber(trimmed(node.child_value("fcoscope_area")), number) && number >= 0 && std::isfinite(number))
        object.area = number;
    object.crowd = trimmed(node.child_value("fcoscope_crowd")) == "1";
    object.locked = trimmed(node.child_value("fcoscope_locked")) == "1";
}

void readObject(VocObject &object, const pugi::xml_node &node, bool extras)
{
    static constexpr std::string_view known[]{"name",           "difficult",     "bndbox",         "score",
                                              "fcoscope_crowd", "fcoscope_area", "fcoscope_locked"};
    object.difficult = trimmed(node.child_value("difficult")) == "1";
    readOwnFields(object, node);
    if (!extras)
        return;
    addElements(object.extra, node, known, 0);
    dropDefaults(object.extra, {{"pose", "\"Unspecified\""}, {"truncated", "0"}});
    const std::string score = trimmed(node.child_value("score"));
    double shortest = 0, exact = 0;  // its digits are kept where a float cannot hold them
    if (!score.empty() && (!object.score || !parseNumber(jsonNumber(*object.score), shortest) ||
                           !parseNumber(score, exact) || shortest != exact))
        addExtra(object.extra, "score", scalarJson(score));
}

void readObjects(VocFile &file, const pugi::xml_node &root, bool extras, std::vector<Problem> &problems)
{
    const auto problem = [&](Message reason) { problems.push_back({file.path.string(), std::move(reason)}); };
    int position = 0;
    for (const auto &node : root.children("object")) {  // not the <part>s inside, which are no objects of their own
        VocObject object;
        object.position = ++position;
        object.name = trimmed(node.child_value("name"));
        const auto box = node.child("bndbox");
        if (object.name.empty()) {
            problem(message("core", "Object {0} has no name; it was left out.").with(position));
        } else if (!box) {
            problem(message("core", "Object {0} ({1}) has no box; it was left out.").with(position, object.name));
        } else if (!readNumbers(box, object.numbers)) {
            problem(message("core", "Object {0} ({1}): its box lacks xmin, ymin, xmax or ymax, or one of them is no "
                                    "number; it was left out.")
                        .with(position, object.name));
        } else {
            readObject(object, node, extras);
            file.objects.push_back(std::move(object));
        }
    }
}

}  // namespace

std::string trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == text.npos ? std::string() : std::string(text.substr(first, last - first + 1));
}

void parseVoc(VocFile &file, std::string &&bytes, bool extras, std::vector<Problem> &problems)
{
    static constexpr std::string_view known[]{"filename", "path", "object", "size", "fcoscope_status"};
    static constexpr std::string_view sides[]{"width", "height"};
    pugi::xml_document document;
    const auto parsed = document.load_buffer_inplace(bytes.data(), bytes.size());
    if (!parsed)
        throw UserError(message("core", "The label file {0} is not valid XML ({1}, byte {2}); its image was left out.")
                            .with(file.path.string(), parsed.description(), parsed.offset));
    const auto root = document.child("annotation");
    if (!root)
        throw UserError(message("core", "The label file {0} is not a Pascal VOC annotation; its image was left out.")
                            .with(file.path.string()));
    std::string named = trimmed(root.child_value("filename"));
    std::replace(named.begin(), named.end(), '\\', '/');
    file.fileName = std::filesystem::path(named).filename().string();
    file.imagePath = trimmed(root.child_value("path"));
    double width = 0, height = 0;
    parseNumber(trimmed(root.child("size").child_value("width")), width);
    parseNumber(trimmed(root.child("size").child_value("height")), height);
    if (width > 0 && height > 0 && width < 1e9 && height < 1e9)
        file.declared = {static_cast<int>(width), static_cast<int>(height)};
    file.fromPascal = trimmed(root.child("source").child_value("database")).starts_with("The VOC");
    if (std::string_view(root.attribute("verified").value()) == "yes")
        file.status = ReviewStatus::Verified;
    if (const auto own = reviewStatusOf(trimmed(root.child_value("fcoscope_status"))))
        file.status = own;
    if (extras) {
        for (const auto &attribute : root.attributes())
            if (std::string_view(attribute.name()) != "verified")
                addExtra(file.extra, jsonKey("@" + std::string(attribute.name())), scalarJson(attribute.value()));
        addElements(file.extra, root, known, 0);
        std::string size;
        addElements(size, root.child("size"), sides, 0);
        dropDefaults(size, {{"depth", "3"}});
        if (!size.empty())
            addExtra(file.extra, "size", size);
        dropDefaults(file.extra, {{"segmented", "0"}, {"source", "{\"database\":\"Unknown\"}"}});
    }
    readObjects(file, root, extras, problems);
}

void dropFolder(std::string &extra, const std::filesystem::path &imageFile)
{
    const std::string folder = jsonText(imageFile.parent_path().filename().string());
    dropDefaults(extra, {{"folder", folder}});
}

Box vocBox(const VocObject &object, VocOrigin origin)
{
    const auto &n = object.numbers;
    switch (origin) {
    case VocOrigin::PixelsFrom1:
        return {n[0] - 1, n[1] - 1, n[2], n[3]};
    case VocOrigin::PixelsFrom0:
        return {n[0], n[1], n[2] + 1, n[3] + 1};
    default:
        return {n[0], n[1], n[2], n[3]};
    }
}

void takeVocObjects(const VocFile &file, VocOrigin origin, bool extras, LabelSet &set, ClassKeys &classes,
                    ImageEntry &image, std::vector<Problem> &problems)
{
    for (const VocObject &object : file.objects) {
        const auto box = usableBox(problems, vocBox(object, origin), image.size,
                                   {file.path.string(), std::to_string(object.position), object.name});
        if (!box)
            continue;
        BoxEntry entry;
        entry.key = set.newKey();
        entry.classKey = classes.of(object.name);
        entry.box = *box;
        entry.score = object.score;
        entry.crowd = object.crowd;
        entry.difficult = object.difficult;
        entry.locked = object.locked;
        entry.area = object.area;
        entry.extra = object.extra;
        if (extras)
            rememberBox(entry.extra, *box);
        image.boxes.push_back(std::move(entry));
    }
}

std::string unreadVocObjects(const std::filesystem::path &path, const std::string &bytes, VocOrigin origin, Size size)
{
    VocFile file;
    file.path = path;
    std::vector<Problem> problems;
    parseVoc(file, std::string(bytes), false, problems);
    std::set<int> read;
    for (const VocObject &object : file.objects)
        if (usableBox(problems, vocBox(object, origin), size, {path.string(), "", object.name}))
            read.insert(object.position);
    pugi::xml_document document;
    document.load_buffer(bytes.data(), bytes.size(), pugi::parse_full);
    std::ostringstream text;
    int position = 0;
    for (const auto &node : document.child("annotation").children("object"))
        if (!read.contains(++position))
            node.print(text, "\t", pugi::format_indent, pugi::encoding_auto, 1);
    return text.str();
}

ImageEntry readVocImage(const std::filesystem::path &path, std::string_view bytes, LabelSet &set,
                        const ImageEntry &present, const ReadRequest &request, std::vector<Problem> &problems)
{
    VocFile file;
    file.path = path;
    parseVoc(file, std::string(bytes), request.extras, problems);
    VocOrigin origin = request.options.reading.vocOrigin;
    if (origin == VocOrigin::Auto)
        origin = file.fromPascal ? VocOrigin::PixelsFrom1 : VocOrigin::Edges;
    ImageEntry image = present;
    image.boxes.clear();
    ClassKeys classes(set);
    takeVocObjects(file, origin, request.extras, set, classes, image, problems);
    image.status = file.status.value_or(statusByBoxes(image));
    image.extra = std::move(file.extra);
    if (request.extras)
        dropFolder(image.extra, set.fileOf(present));
    return image;
}

}  // namespace fcoscope
