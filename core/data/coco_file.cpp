// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON is read on demand: fields we do not use (polygons, by far the largest) are skipped without being built.
#include "core/data/coco_file.h"

#include <cmath>

#include <simdjson.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace fcoscope {
namespace {

namespace json = simdjson::ondemand;

/// A value of another type than hoped for is that entry's own problem; a break in the JSON is the whole file's.
template <typename Value, typename Result> bool got(Result &&result, Value &value)
{
    switch (const auto error = std::forward<Result>(result).get(value)) {
    case simdjson::SUCCESS:
        return true;
    case simdjson::INCORRECT_TYPE:
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
        return false;
    default:
        throw simdjson::simdjson_error(error);
    }
}

/// A whole number; 7.0 counts as one, "7" does not.
std::optional<int64_t> wholeNumber(json::value value)
{
    int64_t whole = 0;
    if (got(value.get_int64(), whole))
        return whole;
    double real = 0;
    if (got(value.get_double(), real) && real == std::floor(real) && std::abs(real) <= 0x1p53)
        return static_cast<int64_t>(real);
    return std::nullopt;
}

std::string textOf(json::value value)
{
    std::string_view text;
    return got(value.get_string(), text) ? std::string(text) : std::string();
}

/// [x, y, width, height] as a box.
std::optional<Box> boxOf(json::value value)
{
    json::array numbers;
    if (!got(value.get_array(), numbers))
        return std::nullopt;
    double n[4] = {};
    size_t count = 0;
    bool good = true;
    for (auto element : numbers) {
        double number = 0;
        good = got(element.get_double(), number) && good;
        if (count < 4)
            n[count] = number;
        ++count;
    }
    if (!good || count != 4)
        return std::nullopt;
    return Box{n[0], n[1], n[0] + n[2], n[1] + n[3]};
}

bool isTrue(json::value value)
{
    int64_t number = 0;
    bool flag = false;
    return got(value.get_int64(), number) ? number != 0 : got(value.get_bool(), flag) && flag;
}

/// Reads `list` (an array of objects) of the file: calls `begin` for each entry, then `field` for each of its fields,
/// then `end`. Entries that are no objects are listed.
class EntryReader {
public:
    EntryReader(Dataset &dataset, std::string file) : dataset_(dataset), file_(std::move(file)) {}

    template <typename Field, typename End> void read(json::value value, const char *list, Field field, End end)
    {
        json::array entries;
        if (!got(value.get_array(), entries))
            throw UserError(message("core", "{0} is not a COCO file: its \"{1}\" is not a list.").with(file_, list));
        int64_t position = 0;
        for (auto element : entries) {
            json::object entry;
            if (got(element.get_object(), entry)) {
                for (auto item : entry)
                    field(std::string_view(item.unescaped_key()), json::value(item.value()));
                end(position);
            } else {
                problem(
                    message("core", "Entry {0} of \"{1}\" is not an object; it was left out.").with(position, list));
            }
            ++position;
        }
    }
    void problem(Message reason) { dataset_.problems.push_back({file_, std::move(reason)}); }
    const std::string &file() const { return file_; }

private:
    Dataset &dataset_;
    std::string file_;
};

void readImages(EntryReader &reader, CocoFile &coco, json::value value)
{
    std::optional<int64_t> id, width, height;
    std::string fileName;
    reader.read(
        value, "images",
        [&](std::string_view key, json::value field) {
            if (key == "id")
                id = wholeNumber(field);
            else if (key == "width")
                width = wholeNumber(field);
            else if (key == "height")
                height = wholeNumber(field);
            else if (key == "file_name")
                fileName = textOf(field);
        },
        [&](int64_t position) {
            const auto side = [](const auto &n) { return n && *n > 0 && *n <= INT32_MAX ? static_cast<int>(*n) : 0; };
            if (!id)
                reader.problem(message("core", "Image {0} ({1}) has no whole number as id; it was left out.")
                                   .with(position, fileName));
            else if (fileName.empty())
                reader.problem(message("core", "The image with id {0} has no file_name; it was left out.").with(*id));
            else
                coco.images.push_back({*id, fileName, {side(width), side(height)}});
            id = width = height = std::nullopt;
            fileName.clear();
        });
}

void readCategories(EntryReader &reader, CocoFile &coco, json::value value)
{
    std::optional<int64_t> id;
    std::string name;
    reader.read(
        value, "categories",
        [&](std::string_view key, json::value field) {
            if (key == "id")
                id = wholeNumber(field);
            else if (key == "name")
                name = textOf(field);
        },
        [&](int64_t position) {
            if (!id || name.empty())
                reader.problem(
                    message("core", "Category {0} ({1}) lacks an id or a name; it was left out.").with(position, name));
            else
                coco.categories.push_back({*id, name});
            id = std::nullopt;
            name.clear();
        });
}

void readAnnotations(EntryReader &reader, CocoFile &coco, json::value value)
{
    CocoAnnotation annotation;
    reader.read(
        value, "annotations",
        [&](std::string_view key, json::value field) {
            if (key == "bbox")
                annotation.box = boxOf(field);
            else if (key == "image_id")
                annotation.imageId = wholeNumber(field);
            else if (key == "category_id")
                annotation.categoryId = wholeNumber(field);
            else if (key == "id")
                annotation.id = wholeNumber(field);
            else if (key == "iscrowd")
                annotation.crowd = isTrue(field);
            else if (key == "area" && !got(field.get_double(), annotation.area))
                annotation.area = -1;
        },
        [&](int64_t position) {
            annotation.position = position;
            coco.annotations.push_back(annotation);
            annotation = {};
        });
}

}  // namespace

CocoFile readCocoFile(Dataset &dataset, const std::filesystem::path &path)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    std::string bytes = readFile(path, 0xFFFFFFFFull - simdjson::SIMDJSON_PADDING);
    const size_t first = bytes.starts_with(byteOrderMark) ? byteOrderMark.size() : 0, size = bytes.size() - first;
    bytes.resize(bytes.size() + simdjson::SIMDJSON_PADDING);

    CocoFile coco;
    EntryReader reader(dataset, path.string());
    const auto once = [&](bool &seen, const char *list) {
        if (seen)
            throw UserError(
                message("core", "{0} is not a COCO file: it has two lists \"{1}\".").with(path.string(), list));
        seen = true;
    };
    try {
        json::parser parser;
        json::document document = parser.iterate(bytes.data() + first, size, bytes.size() - first);
        json::object root;
        if (!got(document.get_object(), root))
            throw UserError(message("core", "{0} is not a COCO file: it does not hold an object.").with(path.string()));
        for (auto field : root) {
            const std::string_view key = field.unescaped_key();
            if (key == "images") {
                once(coco.hasImages, "images");
                readImages(reader, coco, field.value());
            } else if (key == "categories") {
                once(coco.hasCategories, "categories");
                readCategories(reader, coco, field.value());
            } else if (key == "annotations") {
                once(coco.hasAnnotations, "annotations");
                readAnnotations(reader, coco, field.value());
            }
        }
        if (const char *rest = nullptr; document.current_location().get(rest) == simdjson::SUCCESS)
            throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    } catch (const simdjson::simdjson_error &error) {
        throw UserError(message("core", "The file {0} is not valid JSON: {1}").with(path.string(), error.what()));
    }
    for (const auto &[present, list] :
         {std::pair{coco.hasImages, "images"}, std::pair{coco.hasCategories, "categories"}})
        if (!present)
            throw UserError(message("core", "{0} is not a COCO file: it has no \"{1}\".").with(path.string(), list));
    return coco;
}

}  // namespace fcoscope
