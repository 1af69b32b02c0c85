// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON is read on demand: fields we do not use (polygons, by far the largest) are skipped without being built.
#include "core/data/coco.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include <simdjson.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/dataset_checks.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;
namespace json = simdjson::ondemand;

struct CocoImage {
    int64_t id = 0;
    std::string fileName;
    Size declared;
};

struct CocoCategory {
    int64_t id = 0;
    std::string name;
};

struct CocoAnnotation {
    int64_t position = 0;  ///< in the file, from 0
    std::optional<int64_t> id, imageId, categoryId;
    std::optional<Box> box;
    double area = -1;
    bool crowd = false;

    std::string number() const { return id ? std::to_string(*id) : "#" + std::to_string(position); }
};

struct CocoFile {
    std::vector<CocoImage> images;
    std::vector<CocoCategory> categories;
    std::vector<CocoAnnotation> annotations;
    bool hasImages = false, hasCategories = false, hasAnnotations = false;
};

/// A value of another type than hoped for is that entry's own problem; a break in the JSON is the whole file's.
template <typename Value, typename Result> bool got(Result &&result, Value &value)
{
    switch (const auto error = std::forward<Result>(result).get(value)) {
    case simdjson::SUCCESS: return true;
    case simdjson::INCORRECT_TYPE:
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return false;
    default: throw simdjson::simdjson_error(error);
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
                problem(message("core", "Entry {0} of \"{1}\" is not an object; it was left out.").with(position, list));
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
                reader.problem(message("core", "Image {0} ({1}) has no whole number as id; it was left out.").with(position, fileName));
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
                reader.problem(message("core", "Category {0} ({1}) lacks an id or a name; it was left out.").with(position, name));
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

CocoFile parse(Dataset &dataset, const fs::path &path)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    std::string bytes = readFile(path, 0xFFFFFFFFull - simdjson::SIMDJSON_PADDING);
    const size_t first = bytes.starts_with(byteOrderMark) ? byteOrderMark.size() : 0, size = bytes.size() - first;
    bytes.resize(bytes.size() + simdjson::SIMDJSON_PADDING);

    CocoFile coco;
    EntryReader reader(dataset, path.string());
    const auto once = [&](bool &seen, const char *list) {
        if (seen)
            throw UserError(message("core", "{0} is not a COCO file: it has two lists \"{1}\".").with(path.string(), list));
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
    for (const auto &[present, list] : {std::pair{coco.hasImages, "images"}, std::pair{coco.hasCategories, "categories"}})
        if (!present)
            throw UserError(message("core", "{0} is not a COCO file: it has no \"{1}\".").with(path.string(), list));
    return coco;
}

/// A file name as written, or with Windows' separators turned round if only that exists.
fs::path imagePath(const fs::path &folder, const std::string &fileName)
{
    const fs::path path = folder / fileName;
    std::error_code error;
    if (fileName.find('\\') == std::string::npos || fs::exists(path, error))
        return path;
    std::string turned = fileName;
    std::replace(turned.begin(), turned.end(), '\\', '/');
    return folder / turned;
}

/// The folder of the images: the one asked for, or the first near the file that has one of the first images.
fs::path imageFolder(const fs::path &path, const CocoFile &coco, const DatasetOptions &options)
{
    if (!options.images.empty())
        return options.images;
    const fs::path beside = path.parent_path(), above = beside / "..";
    const std::string stem = path.stem().string();
    const size_t underscore = stem.rfind('_');
    std::vector<fs::path> folders{beside, beside / stem, above / stem};
    if (underscore != std::string::npos)
        for (const auto &parent : {beside, above, beside / "images", above / "images"})
            folders.push_back(parent / stem.substr(underscore + 1));
    for (const auto &parent : {beside, above})
        folders.push_back(parent / "images");

    std::error_code error;
    for (const auto &folder : folders)
        for (size_t i = 0; i < coco.images.size() && i < 20; ++i)
            if (fs::is_regular_file(imagePath(folder, coco.images[i].fileName), error))
                return folder;
    if (coco.images.empty())
        return beside;
    throw UserError(message("core", "No folder near {0} has the image {1}; say where the images are with the option \"images\".")
                        .with(path.string(), coco.images.front().fileName));
}

bool leadsOutside(const std::string &fileName)
{
    const fs::path path = fs::path(fileName).lexically_normal();
    return path.is_absolute() || (path.begin() != path.end() && *path.begin() == "..");
}

std::unordered_map<int64_t, int> takeClasses(Dataset &dataset, CocoFile &coco, const std::string &file)
{
    std::stable_sort(coco.categories.begin(), coco.categories.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
    std::unordered_map<int64_t, int> classIndex;
    for (const auto &category : coco.categories) {
        if (!classIndex.emplace(category.id, static_cast<int>(dataset.classNames.size())).second) {
            dataset.problems.push_back({file, message("core", "Two categories have the id {0}; \"{1}\" was left out.")
                                                  .with(category.id, category.name)});
            continue;
        }
        dataset.classNames.push_back(category.name);
        dataset.categoryIds.push_back(category.id);
    }
    return classIndex;
}

/// Annotations by image id; those of no known image are listed.
std::unordered_map<int64_t, std::vector<size_t>> annotationsByImage(Dataset &dataset, const CocoFile &coco, const std::string &file)
{
    std::unordered_map<int64_t, std::vector<size_t>> byImage;
    for (const auto &image : coco.images)
        byImage.try_emplace(image.id);
    std::unordered_map<int64_t, int> seen;
    seen.reserve(coco.annotations.size());
    for (size_t i = 0; i < coco.annotations.size(); ++i) {
        const CocoAnnotation &annotation = coco.annotations[i];
        if (annotation.id && !seen.emplace(*annotation.id, 1).second) {
            dataset.problems.push_back(
                {file, message("core", "Two annotations have the id {0}; the second was left out.").with(*annotation.id)});
            continue;
        }
        const auto image = annotation.imageId ? byImage.find(*annotation.imageId) : byImage.end();
        if (image != byImage.end())
            image->second.push_back(i);
        else if (annotation.imageId)
            dataset.problems.push_back({file, message("core", "Annotation {0} belongs to image {1}, which is not in the file; it was left out.")
                                                  .with(annotation.number(), *annotation.imageId)});
        else
            dataset.problems.push_back(
                {file, message("core", "Annotation {0} has no whole number as image_id; it was left out.").with(annotation.number())});
    }
    return byImage;
}

void addAnnotation(Dataset &dataset, DatasetImage &image, const CocoAnnotation &annotation,
                   const std::unordered_map<int64_t, int> &classIndex, const std::string &file)
{
    const auto found = annotation.categoryId ? classIndex.find(*annotation.categoryId) : classIndex.end();
    if (found == classIndex.end()) {
        const std::string id = annotation.categoryId ? std::to_string(*annotation.categoryId) : "";
        dataset.problems.push_back({file, message("core", "Annotation {0} has the category \"{1}\", which is not in the file; it was left out.")
                                              .with(annotation.number(), id)});
        return;
    }
    const std::string &name = dataset.classNames[static_cast<size_t>(found->second)];
    if (!annotation.box) {
        dataset.problems.push_back({file, message("core", "Annotation {0} ({1}) has no bbox of four numbers; it was left out.")
                                              .with(annotation.number(), name)});
        return;
    }
    Label label;
    label.box = *annotation.box;
    label.classIndex = found->second;
    label.crowd = annotation.crowd;
    label.area = annotation.area >= 0 ? annotation.area : -1;
    addLabel(dataset, image, label, {file, annotation.number(), name});
}

}  // namespace

Dataset readCoco(const fs::path &path, const DatasetOptions &options)
{
    Dataset dataset;
    const std::string file = path.string();
    CocoFile coco = parse(dataset, path);
    dataset.labelled = coco.hasAnnotations;
    const auto classIndex = takeClasses(dataset, coco, file);
    const auto byImage = annotationsByImage(dataset, coco, file);
    const fs::path folder = imageFolder(path, coco, options);

    // pycocotools goes through images by rising id, which decides between equal scores.
    std::stable_sort(coco.images.begin(), coco.images.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
    for (size_t i = 0; i < coco.images.size(); ++i) {
        const CocoImage &entry = coco.images[i];
        if (i > 0 && coco.images[i - 1].id == entry.id) {
            dataset.problems.push_back({file, message("core", "Two images have the id {0}; \"{1}\" was left out.").with(entry.id, entry.fileName)});
            continue;
        }
        if (leadsOutside(entry.fileName))
            dataset.problems.push_back(
                {file, message("core", "The file_name {0} leads out of the images' folder; it was followed.").with(entry.fileName)});
        DatasetImage image;
        image.file = imagePath(folder, entry.fileName).string();
        image.id = entry.id;
        const auto &annotations = byImage.at(entry.id);
        if (!acceptImage(dataset, image, entry.declared, file, annotations.size()))
            continue;
        for (const size_t index : annotations)
            addAnnotation(dataset, image, coco.annotations[index], classIndex, file);
        dataset.images.push_back(std::move(image));
    }
    return dataset;
}

}  // namespace fcoscope
