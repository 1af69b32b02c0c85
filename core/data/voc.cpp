// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/voc.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include <pugixml.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/dataset_checks.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

struct VocObject {
    std::string name;
    std::array<double, 4> numbers{};  ///< xmin, ymin, xmax, ymax as they stand in the file
    bool difficult = false;
    int position = 0;  ///< in the file, from 1
};

struct VocFile {
    fs::path path;
    std::string fileName;  ///< what the XML says; often wrong, so the XML's own name decides
    Size declared;
    bool fromPascal = false;
    std::vector<VocObject> objects;
};

/// Where things are: a VOC root, or one folder for everything.
struct VocLayout {
    fs::path annotations, images, lists;
};

using FilesByStem = std::map<std::string, std::vector<std::string>>;

bool hasExtension(const fs::path &path, std::string_view extension)
{
    return lowerCase(path.extension().string()) == extension;
}

bool holdsXml(const fs::path &folder)
{
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    return !error && std::any_of(begin(entries), end(entries),
                                 [](const auto &entry) { return hasExtension(entry.path(), ".xml"); });
}

VocLayout layoutOf(const fs::path &folder)
{
    if (!fs::is_directory(folder / "Annotations"))
        return {folder, folder, folder};
    const fs::path images = folder / "JPEGImages";
    return {folder / "Annotations", fs::is_directory(images) ? images : folder, folder / "ImageSets" / "Main"};
}

std::string trimmed(const char *text)
{
    std::string_view view(text);
    const auto first = view.find_first_not_of(" \t\r\n"), last = view.find_last_not_of(" \t\r\n");
    return first == view.npos ? std::string() : std::string(view.substr(first, last - first + 1));
}

/// The file's name in one line of a split: blanks belong to it, but lists of one class say 1, 0 or -1 after it, and
/// every image counts here.
std::string listedStem(const std::string &line, const fs::path &annotations)
{
    const std::string whole = trimmed(line.c_str());
    if (std::error_code error; fs::exists(annotations / (whole + ".xml"), error))
        return whole;
    const size_t blank = whole.find_last_of(" \t");
    const std::string last = blank == std::string::npos ? "" : whole.substr(blank + 1);
    return last == "1" || last == "0" || last == "-1" ? trimmed(whole.substr(0, blank).c_str()) : whole;
}

/// The stems of the label files to read: those of the split, else all there are.
std::vector<std::string> stemsOf(Dataset &dataset, const VocLayout &layout, const std::string &split)
{
    std::vector<std::string> stems;
    if (split.empty()) {
        for (const auto &entry : fs::directory_iterator(layout.annotations))
            if (hasExtension(entry.path(), ".xml"))
                stems.push_back(entry.path().stem().string());
        std::sort(stems.begin(), stems.end(), naturallyBefore);
        return stems;
    }
    const fs::path list = layout.lists / (split + ".txt");
    if (!fs::is_regular_file(list))
        throw UserError(
            message("core", "The data set has no split \"{0}\": the file {1} is missing.").with(split, list.string()));
    std::istringstream lines(readFile(list));
    std::set<std::string> seen;
    for (std::string line; std::getline(lines, line);) {
        const std::string stem = listedStem(line, layout.annotations);
        if (stem.empty())
            continue;
        if (seen.insert(stem).second)
            stems.push_back(stem);
        else
            dataset.problems.push_back(
                {list.string(), message("core", "{0} is listed twice; it counts once.").with(stem)});
    }
    return stems;
}

/// The four numbers of a bndbox; false if one is missing or is no number.
bool readNumbers(const pugi::xml_node &box, std::array<double, 4> &numbers)
{
    constexpr std::array<const char *, 4> names{"xmin", "ymin", "xmax", "ymax"};
    for (size_t i = 0; i < 4; ++i)
        if (!parseNumber(trimmed(box.child_value(names[i])), numbers[i]))
            return false;
    return true;
}

void readObjects(Dataset &dataset, VocFile &file, const pugi::xml_node &root)
{
    int position = 0;
    for (const auto &node : root.children("object")) {  // not the <part>s inside, which are no objects of their own
        VocObject object;
        object.position = ++position;
        object.name = trimmed(node.child_value("name"));
        object.difficult = trimmed(node.child_value("difficult")) == "1";
        const auto box = node.child("bndbox");
        if (object.name.empty())
            dataset.problems.push_back(
                {file.path.string(), message("core", "Object {0} has no name; it was left out.").with(position)});
        else if (!box)
            dataset.problems.push_back(
                {file.path.string(),
                 message("core", "Object {0} ({1}) has no box; it was left out.").with(position, object.name)});
        else if (!readNumbers(box, object.numbers))
            dataset.problems.push_back(
                {file.path.string(),
                 message("core", "Object {0} ({1}): its box lacks xmin, ymin, xmax or ymax, or one of them is no "
                                 "number; it was left out.")
                     .with(position, object.name)});
        else
            file.objects.push_back(std::move(object));
    }
}

/// One label file; false, with a problem listed, if it is missing or is not an annotation.
bool readVocFile(Dataset &dataset, VocFile &file)
{
    const auto refuse = [&](Message reason) {
        dataset.problems.push_back({file.path.string(), std::move(reason)});
        return false;
    };
    std::error_code error;
    if (!fs::is_regular_file(file.path, error))
        return refuse(
            message("core", "The label file {0} is missing; its image was left out.").with(file.path.string()));
    std::string bytes;
    try {
        bytes = readFile(file.path, uint64_t(1) << 30);
    } catch (const UserError &refusal) {
        return refuse(refusal.message());
    }
    pugi::xml_document document;
    const auto parsed = document.load_buffer_inplace(bytes.data(), bytes.size());
    if (!parsed)
        return refuse(message("core", "The label file {0} is not valid XML ({1}, byte {2}); its image was left out.")
                          .with(file.path.string(), parsed.description(), parsed.offset));
    const auto root = document.child("annotation");
    if (!root)
        return refuse(message("core", "The label file {0} is not a Pascal VOC annotation; its image was left out.")
                          .with(file.path.string()));

    file.fileName = fs::path(trimmed(root.child_value("filename"))).filename().string();
    double width = 0, height = 0;
    parseNumber(trimmed(root.child("size").child_value("width")), width);
    parseNumber(trimmed(root.child("size").child_value("height")), height);
    if (width > 0 && height > 0 && width < 1e9 && height < 1e9)
        file.declared = {static_cast<int>(width), static_cast<int>(height)};
    file.fromPascal = trimmed(root.child("source").child_value("database")).starts_with("The VOC");
    readObjects(dataset, file, root);
    return true;
}

FilesByStem filesByStem(const fs::path &folder)
{
    FilesByStem files;
    for (const auto &file : imageFilesIn(folder))
        files[fs::path(file).stem().string()].push_back(file);
    return files;
}

/// The image of a label file: the one with its name, or else the one it names; "" if there is none to be sure of.
std::string imageOf(Dataset &dataset, const VocFile &file, const FilesByStem &images, const VocLayout &layout,
                    ImageSizes sizes)
{
    const std::string stem = file.path.stem().string();
    const auto same = images.find(stem);
    const auto isNamed = [&](const std::string &image) { return fs::path(image).filename() == file.fileName; };
    if (same != images.end()) {
        if (same->second.size() == 1)
            return same->second.front();
        const auto named = std::find_if(same->second.begin(), same->second.end(), isNamed);
        if (named != same->second.end())
            return *named;
        dataset.problems.push_back(
            {file.path.string(),
             message("core", "{0} and {1} share this label file; they and its {2} labels were left out.")
                 .with(same->second[0], same->second[1], file.objects.size())});
        return {};
    }
    const auto other = images.find(fs::path(file.fileName).stem().string());
    if (other != images.end())
        for (const auto &image : other->second)
            if (isNamed(image))
                return image;
    if (sizes == ImageSizes::Trust && file.declared.width > 0 && file.declared.height > 0)
        return (layout.images / (file.fileName.empty() ? stem + ".jpg" : file.fileName)).string();
    dataset.problems.push_back(
        {file.path.string(), message("core", "There is no image named {0}; its {1} labels were left out.")
                                 .with(stem, file.objects.size())});
    return {};
}

Box boxOf(const VocObject &object, VocOrigin origin)
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

std::vector<std::string> classNamesOf(const std::vector<VocFile> &files)
{
    std::set<std::string> names;
    for (const auto &file : files)
        for (const auto &object : file.objects)
            names.insert(object.name);
    return {names.begin(), names.end()};
}

void addImage(Dataset &dataset, const VocFile &file, const FilesByStem &images, const VocLayout &layout,
              ImageSizes sizes, const std::map<std::string, int> &classIndex)
{
    DatasetImage image;
    image.file = imageOf(dataset, file, images, layout, sizes);
    image.id = static_cast<int64_t>(dataset.images.size());
    if (image.file.empty() || !acceptImage(dataset.problems, image.file, image.size, file.declared, sizes,
                                           {file.path.string(), file.objects.size()}))
        return;
    for (const auto &object : file.objects) {
        Label label;
        label.box = boxOf(object, dataset.vocOrigin);
        label.classIndex = classIndex.at(object.name);
        label.difficult = object.difficult;
        if (const auto box = usableBox(dataset.problems, label.box, image.size,
                                       {file.path.string(), std::to_string(object.position), object.name})) {
            label.box = *box;
            image.labels.push_back(label);
        }
    }
    dataset.images.push_back(std::move(image));
}

/// With no split asked for every image is meant, so one without a label file is worth a word.
void listUnlabelled(Dataset &dataset, const FilesByStem &images, const std::vector<std::string> &stems,
                    const std::vector<VocFile> &files)
{
    std::set<std::string> used(stems.begin(), stems.end());
    for (const auto &file : files)
        used.insert(fs::path(file.fileName).stem().string());
    for (const auto &[stem, paths] : images)
        if (!used.contains(stem))
            for (const auto &path : paths)
                dataset.problems.push_back(
                    {path, message("core", "The image {0} has no label file; it was left out.").with(path)});
}

}  // namespace

bool isVocFolder(const fs::path &folder)
{
    return holdsXml(folder / "Annotations") || holdsXml(folder);
}

Dataset readVoc(const fs::path &folder, const DatasetOptions &options)
{
    Dataset dataset;
    const VocLayout layout = layoutOf(folder);
    std::vector<VocFile> files;
    const auto stems = stemsOf(dataset, layout, options.split);
    for (const auto &stem : stems) {
        VocFile file;
        file.path = layout.annotations / (stem + ".xml");
        if (readVocFile(dataset, file))
            files.push_back(std::move(file));
    }
    dataset.vocOrigin = options.vocOrigin;
    if (dataset.vocOrigin == VocOrigin::Auto) {
        const bool pascal =
            std::any_of(files.begin(), files.end(), [](const VocFile &file) { return file.fromPascal; });
        dataset.vocOrigin = pascal ? VocOrigin::PixelsFrom1 : VocOrigin::Edges;
    }

    dataset.classNames = classNamesOf(files);
    std::map<std::string, int> classIndex;
    for (const auto &name : dataset.classNames) {
        dataset.categoryIds.push_back(static_cast<int64_t>(classIndex.size()) + 1);
        classIndex.emplace(name, static_cast<int>(classIndex.size()));
    }
    const FilesByStem images = filesByStem(layout.images);
    for (const auto &file : files)
        addImage(dataset, file, images, layout, options.imageSizes, classIndex);
    if (options.split.empty())
        listUnlabelled(dataset, images, stems, files);
    return dataset;
}

}  // namespace fcoscope
