// SPDX-License-Identifier: GPL-3.0-or-later
// Where YOLO's images are:
//     data.yaml       "path" (from the file's folder, or absolute), "train", "val", "test": folders with all below
//     them,
//                     or lists of images, or several of these. Roboflow's "../train/images" means train/images
//     obj.data        Darknet's, with lists; a list by itself (train.txt)
//     a folder        all images in it and below: images/ with labels/, train/images with train/labels, or label files
//                     beside the images (labelImg). Names come from it or from the two folders above it
// The label file of an image lies in labels/ instead of the last images/ of its path, else beside it, else below the
// labels/ of the data set.
#include <algorithm>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/formats/yolo.h"
#include "core/data/formats/yolo_numbers.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// A path as Windows may have written it.
fs::path pathOf(std::string text)
{
    std::replace(text.begin(), text.end(), '\\', '/');
    return text.find('\0') == std::string::npos ? fs::path(text) : fs::path();
}

/// The lines of a list of images; none of a file that is no text or too large for one.
YoloNames linesOfList(const fs::path &file)
{
    return namesOfLines(readFile(file, uint64_t(256) << 20));
}

class Collector {
public:
    explicit Collector(YoloFolder &folder) : folder_(folder) {}

    /// A folder, with all below it, or a list; false if there is neither.
    bool add(const fs::path &source)
    {
        if (!folder_.listing)
            return true;
        if (isFolder(source)) {
            for (const std::string &file : imageFilesBelow(source))
                addImage(source / file);
            return true;
        }
        if (!isFile(source))
            return false;
        if (!isText(source)) {
            addImage(source);
            return true;
        }
        for (const std::string &line : linesOfList(source))
            if (!line.empty())
                addListed(source, line);
        return true;
    }

    /// `text` as data.yaml and obj.data say it; listed if it is not there.
    void addNamed(const fs::path &file, const std::string &text, const std::vector<fs::path> &bases)
    {
        fs::path path = pathOf(text);
        for (bool more = true; more; more = !path.empty() && *path.begin() == ".." && shorten(path))
            for (const fs::path &base : bases)
                if (add(base / path))
                    return;
        folder_.problems.push_back(
            {file.string(),
             message("core", "The images \"{0}\" that {1} names are not there.").with(text, file.string())});
    }

private:
    static bool shorten(fs::path &path)
    {
        path = path.lexically_relative("..");
        return true;
    }

    void addListed(const fs::path &list, const std::string &line)
    {
        const fs::path path = pathOf(line), beside = list.parent_path();
        for (const fs::path &place : {beside / path, folder_.root / path, folder_.root.parent_path() / path,
                                      beside.parent_path() / path, beside / path.filename()})
            if (isFile(place))
                return addImage(place);
        folder_.problems.push_back(
            {list.string(), message("core", "The image {0} of the list is missing; it was left out.").with(line)});
    }

    void addImage(const fs::path &file)
    {
        const fs::path whole = fs::absolute(file).lexically_normal();
        const fs::path below = whole.lexically_relative(fs::absolute(folder_.root).lexically_normal());
        const bool outside = below.empty() || *below.begin() == "..";
        const std::string path = (outside ? whole : below).generic_string();
        if (seen_.insert(path).second)
            folder_.files.push_back(path);
    }

    YoloFolder &folder_;
    std::unordered_set<std::string> seen_;
};

[[noreturn]] void refuseSplit(const fs::path &path, const std::string &split)
{
    throw UserError(message("core", "The data set {0} has no split \"{1}\".").with(path.string(), split));
}

YoloFolder openYaml(const fs::path &file, const DatasetOptions &options, bool listing)
{
    const YoloYaml yaml = readYoloYaml(file);
    const fs::path here = file.has_parent_path() ? file.parent_path() : ".";
    YoloFolder folder{here, file, yaml.names, yaml.keypoints, {}, {}, {}, listing};
    std::vector<fs::path> bases{here};
    if (const fs::path path = pathOf(yaml.path); !path.empty())
        for (const fs::path &base : {here / path, here / path.filename(), here.parent_path() / path})
            if (isFolder(base)) {
                bases.insert(bases.begin(), base.lexically_normal());
                break;
            }
    const fs::path below = fs::absolute(bases.front()).lexically_relative(fs::absolute(here).lexically_normal());
    if (below.empty() || *below.begin() == "..")
        folder.root = bases.front();
    const fs::path given = options.images.empty() ? pathOf(yaml.imagesRoot) : fs::path(options.images);
    Collector collector(folder);
    if (!given.empty() && isFolder(given.is_absolute() || !options.images.empty() ? given : here / given)) {
        folder.images = given.is_absolute() || !options.images.empty() ? given : here / given;
        collector.add(folder.images);
        return folder;
    }
    const std::string split = options.split == "valid" ? "val" : options.split;
    if (!split.empty() && !yaml.splits.contains(split))
        refuseSplit(file, options.split);
    for (const char *name : {"train", "val", "test"})
        if (const auto found = yaml.splits.find(name); found != yaml.splits.end() && (split.empty() || split == name))
            for (const std::string &text : found->second)
                collector.addNamed(file, text, bases);
    if (folder.files.empty() && split.empty())
        collector.add(bases.front());
    return folder;
}

YoloFolder openDarknet(const fs::path &file, const DatasetOptions &options, bool listing)
{
    const auto values = readDarknet(file);
    const fs::path here = file.has_parent_path() ? file.parent_path() : ".";
    YoloFolder folder;
    folder.listing = listing;
    folder.root = here;
    const std::vector<fs::path> bases{here, here.parent_path().empty() && here != "." ? "." : here.parent_path()};
    if (const auto names = values.find("names"); names != values.end())
        for (const fs::path &base : {here, bases[1], here / pathOf(names->second).parent_path()})
            for (const fs::path &path : {base / pathOf(names->second), base / pathOf(names->second).filename()})
                if (!folder.namesFile && isFile(path))
                    folder.namesFile = path;
    Collector collector(folder);
    bool any = false;
    for (const char *name : {"train", "valid", "test"})
        if (const auto list = values.find(name); list != values.end()) {
            const bool asked = options.split.empty() || options.split == name ||
                               (options.split == "val" && std::string_view(name) == "valid");
            any = any || asked;
            if (asked)
                collector.addNamed(file, list->second, bases);
        }
    if (!any)
        refuseSplit(file, options.split);
    return folder;
}

/// a/labels/b → a/images/b, by the last folder named labels; "" if there is none.
fs::path imagesOfLabels(const fs::path &labels)
{
    fs::path images;
    std::vector<fs::path> parts(labels.begin(), labels.end());
    const auto last = std::find(parts.rbegin(), parts.rend(), "labels");
    if (last == parts.rend())
        return {};
    *last = "images";
    for (const fs::path &part : parts)
        images /= part;
    return images;
}

/// The folder of a list, of names or of label files.
YoloFolder openPlain(const fs::path &path, const DatasetOptions &options, bool listing)
{
    YoloFolder folder;
    folder.listing = listing;
    const bool single = !isFolder(path);
    folder.root = single ? (path.has_parent_path() ? path.parent_path() : ".") : path;
    fs::path near = fs::absolute(folder.root).lexically_normal();
    if (!near.has_filename())
        near = near.parent_path();
    for (int up = 0; up < 3 && !folder.namesFile; ++up, near = near.parent_path())
        folder.namesFile = namesFileIn(near);
    if (folder.namesFile && isYaml(*folder.namesFile))
        folder.keypoints = readYoloYaml(*folder.namesFile).keypoints;
    fs::path source = path;
    if (single && isText(path) && path.filename() != "classes.txt") {
        Collector(folder).add(path);
        return folder;
    }
    if (single)
        source = folder.root;
    if (!options.images.empty()) {
        folder.images = options.images;
        source = options.images;
    } else if (!options.split.empty()) {
        const std::string other = options.split == "val" ? "valid" : options.split == "valid" ? "val" : options.split;
        fs::path found;
        for (const std::string &split : {options.split, other})
            for (const fs::path &place : {source / split, source / "images" / split, source / (split + ".txt")})
                if (found.empty() && (isFolder(place) || isFile(place)))
                    found = place;
        if (found.empty())
            refuseSplit(path, options.split);
        source = found;
    }
    Collector(folder).add(source);
    if (const fs::path images = imagesOfLabels(fs::absolute(source).lexically_normal());
        folder.files.empty() && isFolder(images)) {  // the folder of label files was dropped
        folder.root = images;
        Collector(folder).add(images);
    }
    return folder;
}

}  // namespace

fs::path mirroredLabel(const fs::path &image)
{
    std::vector<fs::path> parts(image.begin(), image.end());
    for (size_t i = parts.empty() ? 0 : parts.size() - 1; i-- > 0;)
        if (parts[i] == "images") {
            parts[i] = "labels";
            fs::path label;
            for (const fs::path &part : parts)
                label /= part;
            return label.replace_extension(".txt");
        }
    return {};
}

YoloFolder openYolo(const fs::path &path, const DatasetOptions &options, bool listing)
{
    const bool isDirectory = isFolder(path);
    YoloFolder folder;
    if (const auto names = isDirectory ? namesFileIn(path) : std::optional(path); names && isYaml(*names))
        folder = openYaml(*names, options, listing);
    else if (const auto data = isDirectory ? darknetIn(path) : std::optional(path); data && isDarknet(*data))
        folder = openDarknet(*data, options, listing);
    else
        folder = openPlain(path, options, listing);
    if (folder.namesFile && folder.names.empty())
        folder.names = readYoloNames(*folder.namesFile);
    return folder;
}

}  // namespace fcoscope
