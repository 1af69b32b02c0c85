// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON is read on demand: fields we do not use (polygons, by far the largest) are copied or skipped without being
// built.
#include "core/data/formats/coco_file.h"

#include <array>
#include <charconv>
#include <cmath>

#include <simdjson.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
#include "core/data/formats/format.h"

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

std::optional<std::array<double, 4>> fourNumbers(json::value value)
{
    json::array numbers;
    if (!got(value.get_array(), numbers))
        return std::nullopt;
    std::array<double, 4> n{};
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
    return n;
}

/// [x, y, width, height] as a box.
std::optional<Box> boxOf(json::value value)
{
    const auto n = fourNumbers(value);
    return n ? std::optional(Box{(*n)[0], (*n)[1], (*n)[0] + (*n)[2], (*n)[1] + (*n)[3]}) : std::nullopt;
}

/// While it is being read: what a million of them need not carry.
struct OpenAnnotation : CocoAnnotation {
    std::optional<Box> edges;  ///< ours, see coco.h
    std::string scoreDigits;   ///< where a float cannot hold them
};

/// Our edges of a box whose width no double can say. They count only while the bbox is still the same one.
void takeExactEdges(OpenAnnotation &annotation)
{
    if (!annotation.box || !annotation.edges)
        return;
    const Box &a = *annotation.box, &b = *annotation.edges;
    const double near = 1e-9 * (1 + std::abs(b.x2) + std::abs(b.y2));
    if (a.x1 == b.x1 && a.y1 == b.y1 && std::abs(a.x2 - b.x2) <= near && std::abs(a.y2 - b.y2) <= near)
        annotation.box = b;
}

bool isTrue(json::value value)
{
    int64_t number = 0;
    bool flag = false;
    return got(value.get_int64(), number) ? number != 0 : got(value.get_bool(), flag) && flag;
}

/// A key as it stands between its quotes, escapes and all.
std::string_view rawKey(const char *text)
{
    const char *end = text;
    while (*end != '"')
        end += *end == '\\' ? 2 : 1;
    return {text, static_cast<size_t>(end - text)};
}

uint32_t colourOf(const std::string &text)
{
    uint32_t value = 0;
    if (text.size() != 7 || text[0] != '#' ||
        std::from_chars(text.data() + 1, text.data() + 7, value, 16).ptr != text.data() + 7)
        return 0;
    return 0xFF000000u | value;
}

/// Reads lists (arrays of objects) of the file.
class EntryReader {
public:
    EntryReader(const CocoFileRequest &request, std::vector<Problem> &problems, const RunContext &context)
        : file_(request.path.string()), extras_(request.extras), problems_(problems), context_(context)
    {
    }

    /// For each entry of `list` calls `field` for each of its fields, which answers whether it knows it (others go to
    /// `extra`), then `end`. Entries that are no objects are listed.
    template <typename Field, typename End>
    void read(json::value value, const char *list, std::string &extra, Field field, End end)
    {
        json::array entries;
        if (!got(value.get_array(), entries))
            throw UserError(message("core", "{0} is not a COCO file: its \"{1}\" is not a list.").with(file_, list));
        int64_t position = 0;
        for (auto element : entries) {
            json::object entry;
            if (got(element.get_object(), entry)) {
                for (auto item : entry) {
                    const char *raw = json::raw_json_string(item.key()).raw();
                    const std::string_view key = item.unescaped_key();
                    json::value content = item.value();
                    if (!field(key, content) && extras_)
                        keep(extra, raw, content, list, position);
                }
                end(position);
                extra.clear();
            } else {
                problem(
                    message("core", "Entry {0} of \"{1}\" is not an object; it was left out.").with(position, list));
            }
            if ((++position & 0xFFF) == 0 && context_.shouldStop())
                throw Stopped();
        }
    }
    /// Adds a field as it stands to `extra`, or lists it where it is no JSON (what nobody reads, nobody has checked).
    void keep(std::string &extra, const char *key, json::value value, const char *list, int64_t position)
    {
        std::string_view text = value.raw_json_token();  // of NaN and the like not even the type can be asked for
        if (text.starts_with('{') || text.starts_with('['))
            text = simdjson::to_json_string(value);
        text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
        if (isJsonValue(text))
            addExtra(extra, rawKey(key), text);
        else if (*list == '\0')
            problem(message("core", "The field \"{0}\" is not valid JSON; it was left out.").with(rawKey(key)));
        else
            problem(message("core", "The field \"{0}\" of entry {1} of \"{2}\" is not valid JSON; it was left out.")
                        .with(rawKey(key), position, list));
    }
    void problem(Message reason) { problems_.push_back({file_, std::move(reason)}); }
    bool extras() const { return extras_; }

private:
    std::string file_;
    bool extras_;
    std::vector<Problem> &problems_;
    const RunContext &context_;
};

void readImages(EntryReader &reader, CocoFile &coco, json::value value)
{
    std::optional<int64_t> id, width, height;
    CocoImage image;
    reader.read(
        value, "images", image.extra,
        [&](std::string_view key, json::value &field) {
            if (key == "id")
                id = wholeNumber(field);
            else if (key == "width")
                width = wholeNumber(field);
            else if (key == "height")
                height = wholeNumber(field);
            else if (key == "file_name")
                image.fileName = textOf(field);
            else if (key == "fcoscope_status")
                image.status = reviewStatusOf(textOf(field));
            else
                return false;
            return true;
        },
        [&](int64_t position) {
            const auto side = [](const auto &n) { return n && *n > 0 && *n <= INT32_MAX ? static_cast<int>(*n) : 0; };
            if (!id) {
                reader.problem(message("core", "Image {0} ({1}) has no whole number as id; it was left out.")
                                   .with(position, image.fileName));
            } else if (image.fileName.empty()) {
                reader.problem(message("core", "The image with id {0} has no file_name; it was left out.").with(*id));
            } else {
                image.id = *id;
                image.declared = {side(width), side(height)};
                coco.images.push_back(image);
            }
            id = width = height = std::nullopt;
            image.fileName.clear();
            image.status.reset();
        });
}

void readCategories(EntryReader &reader, CocoFile &coco, json::value value)
{
    std::optional<int64_t> id;
    CocoCategory category;
    reader.read(
        value, "categories", category.extra,
        [&](std::string_view key, json::value &field) {
            if (key == "id")
                id = wholeNumber(field);
            else if (key == "name")
                category.name = textOf(field);
            else if (key == "fcoscope_rank")
                category.rank = wholeNumber(field);
            else if (key == "fcoscope_colour")
                category.colour = colourOf(textOf(field));
            else
                return false;
            return true;
        },
        [&](int64_t position) {
            if (!id || category.name.empty()) {
                reader.problem(message("core", "Category {0} ({1}) lacks an id or a name; it was left out.")
                                   .with(position, category.name));
            } else {
                category.id = *id;
                coco.categories.push_back(category);
            }
            id = std::nullopt;
            category = {};
        });
}

/// The score, and its own digits where a float cannot hold them.
bool readScore(OpenAnnotation &annotation, json::value &field)
{
    double score = 0, shortest = 0;
    std::string_view digits = field.raw_json_token();
    if (!got(field.get_double(), score))
        return false;
    if (std::isfinite(static_cast<float>(score)))
        annotation.score = static_cast<float>(score);
    if (!annotation.score || !parseNumber(jsonNumber(*annotation.score), shortest) || shortest != score)
        annotation.scoreDigits = digits.substr(0, digits.find_last_not_of(" \t\r\n") + 1);
    return true;
}

void readEdges(OpenAnnotation &annotation, json::value &field)
{
    if (const auto n = fourNumbers(field))
        annotation.edges = Box{(*n)[0], (*n)[1], (*n)[2], (*n)[3]};
}

bool readAnnotationField(OpenAnnotation &annotation, std::string_view key, json::value &field, bool extras)
{
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
    else if (key == "difficult")
        annotation.difficult = isTrue(field);
    else if (key == "fcoscope_locked")
        annotation.locked = isTrue(field);
    else if (key == "fcoscope_edges")
        readEdges(annotation, field);
    else if (key == "score" && extras)
        return readScore(annotation, field);
    else if (key == "ignore" && isTrue(field)) {
        annotation.difficult = true;
        if (extras)
            addExtra(annotation.extra, "ignore", "1");
    } else if (key != "area") {
        return annotation.placed = annotation.placed || (extras && isOfAPlace(key)), false;
    } else if (!got(field.get_double(), annotation.area)) {
        annotation.area = -1;
    }
    return true;
}

void readAnnotations(EntryReader &reader, CocoFile &coco, json::value value)
{
    OpenAnnotation annotation;
    reader.read(
        value, "annotations", annotation.extra,
        [&](std::string_view key, json::value &field) {
            return readAnnotationField(annotation, key, field, reader.extras());
        },
        [&](int64_t position) {
            annotation.position = position;
            takeExactEdges(annotation);
            if (!annotation.scoreDigits.empty())
                addExtra(annotation.extra, "score", annotation.scoreDigits);
            coco.annotations.push_back(std::move(static_cast<CocoAnnotation &>(annotation)));
            annotation = {};
        });
}

void readRoot(EntryReader &reader, CocoFile &coco, json::object root, const std::string &file)
{
    const auto once = [&](bool &seen, const char *list) {
        if (seen)
            throw UserError(message("core", "{0} is not a COCO file: it has two lists \"{1}\".").with(file, list));
        seen = true;
    };
    for (auto field : root) {
        const char *raw = json::raw_json_string(field.key()).raw();
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
        } else if (reader.extras()) {
            reader.keep(coco.extra, raw, field.value(), "", 0);
        }
    }
}

}  // namespace

CocoFile readCocoFile(const CocoFileRequest &request, std::vector<Problem> &problems, const RunContext &context)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    const std::string file = request.path.string();
    std::string bytes = readFile(request.path, 0xFFFFFFFFull - simdjson::SIMDJSON_PADDING);
    const size_t first = bytes.starts_with(byteOrderMark) ? byteOrderMark.size() : 0, size = bytes.size() - first;
    bytes.resize(bytes.size() + simdjson::SIMDJSON_PADDING);

    CocoFile coco;
    EntryReader reader(request, problems, context);
    try {
        json::parser parser;
        json::document document = parser.iterate(bytes.data() + first, size, bytes.size() - first);
        json::object root;
        if (!got(document.get_object(), root))
            throw UserError(message("core", "{0} is not a COCO file: it does not hold an object.").with(file));
        readRoot(reader, coco, root, file);
        if (const char *rest = nullptr; document.current_location().get(rest) == simdjson::SUCCESS)
            throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    } catch (const simdjson::simdjson_error &error) {
        throw UserError(message("core", "The file {0} is not valid JSON: {1}").with(file, error.what()));
    }
    for (const auto &[present, list] :
         {std::pair{coco.hasImages, "images"}, std::pair{coco.hasCategories, "categories"}})
        if (!present)
            throw UserError(message("core", "{0} is not a COCO file: it has no \"{1}\".").with(file, list));
    return coco;
}

}  // namespace fcoscope
