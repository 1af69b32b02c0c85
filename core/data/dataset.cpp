// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/coco.h"
#include "core/data/dataset_checks.h"
#include "core/data/image.h"
#include "core/data/voc.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> namesIn(const std::string &classes)
{
    std::vector<std::string> names;
    for (size_t at = 0; at <= classes.size();) {
        const size_t comma = std::min(classes.find(',', at), classes.size());
        std::string name = classes.substr(at, comma - at);
        name.erase(0, name.find_first_not_of(' '));
        name.erase(name.find_last_not_of(' ') + 1);
        if (name.empty() || std::find(names.begin(), names.end(), name) != names.end())
            throw UserError(
                message("core", "The option classes is \"{0}\"; it must be different names separated by commas.")
                    .with(classes));
        names.push_back(name);
        at = comma + 1;
    }
    return names;
}

std::vector<fs::path> jsonFilesIn(const fs::path &folder)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error))
        if (entry.is_regular_file(error) && entry.path().extension() == ".json" &&
            !entry.path().filename().string().starts_with('.'))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// "train" of instances_train.json, train.json.
bool isOfSplit(const fs::path &json, const std::string &split)
{
    const std::string stem = json.stem().string();
    return stem == split || stem.ends_with("_" + split) || stem.ends_with("-" + split);
}

std::string joined(const std::vector<fs::path> &paths)
{
    std::string text;
    for (const auto &path : paths)
        text += (text.empty() ? "" : ", ") + path.filename().string();
    return text;
}

/// The COCO file of a folder for a split; nothing if the folder has no JSON file at all.
fs::path cocoFileIn(const fs::path &folder, const std::string &split)
{
    std::vector<fs::path> files = jsonFilesIn(folder);
    if (files.empty())
        files = jsonFilesIn(folder / "annotations");
    if (files.empty())
        return {};
    std::vector<fs::path> fitting;
    if (split.empty()) {
        fitting = files;
    } else {
        std::copy_if(files.begin(), files.end(), std::back_inserter(fitting),
                     [&](const fs::path &f) { return isOfSplit(f, split); });
        if (fitting.empty())
            throw UserError(message("core", "The data set {0} has no split \"{1}\"; its label files are {2}.")
                                .with(folder.string(), split, joined(files)));
    }
    if (fitting.size() > 1) {  // captions and key points stand beside COCO's instances
        std::vector<fs::path> instances;
        std::copy_if(fitting.begin(), fitting.end(), std::back_inserter(instances), [](const fs::path &f) {
            const std::string stem = f.stem().string();
            return stem.starts_with("instances") || stem == "annotations" || stem == "_annotations.coco";
        });
        if (instances.size() != 1)
            throw UserError(
                message("core", "The folder {0} has several label files, {1}; name one of them, or a split.")
                    .with(folder.string(), joined(fitting)));
        fitting = instances;
    }
    return fitting.front();
}

Dataset plainImages(const std::vector<std::string> &files)
{
    Dataset dataset;
    dataset.labelled = false;
    for (const auto &file : files) {
        DatasetImage image;
        image.file = file;
        image.id = static_cast<int64_t>(dataset.images.size());
        if (acceptImage(dataset.problems, image.file, image.size, {}, ImageSizes::Check, {file, 0}))
            dataset.images.push_back(std::move(image));
    }
    return dataset;
}

Dataset readFileDataset(const fs::path &path, const DatasetOptions &options)
{
    if (isImageFile(path.string()))
        return plainImages({path.string()});
    if (lowerCase(path.extension().string()) != ".json")
        throw UserError(message("core", "{0} is neither an image nor a COCO file (.json).").with(path.string()));
    if (!options.split.empty() && !isOfSplit(path, options.split))
        throw UserError(
            message("core", "{0} is one COCO file and has no split \"{1}\".").with(path.string(), options.split));
    return readCoco(path, options);
}

/// VOC folders directly inside, as in VOCdevkit or an unpacked archive.
std::vector<fs::path> vocFoldersIn(const fs::path &folder)
{
    std::vector<fs::path> found;
    for (const auto &entry : fs::directory_iterator(folder))
        if (entry.is_directory() && fs::is_directory(entry.path() / "Annotations") && isVocFolder(entry.path()))
            found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

Dataset readFolderDataset(const fs::path &folder, const DatasetOptions &options)
{
    if (isVocFolder(folder))
        return readVoc(folder, options);
    if (const fs::path json = cocoFileIn(folder, options.split); !json.empty())
        return readCoco(json, options);
    const auto inside = vocFoldersIn(folder);
    if (inside.size() == 1)
        return readVoc(inside.front(), options);
    if (inside.size() > 1)
        throw UserError(message("core", "The folder {0} holds several data sets, {1}; name one of them.")
                            .with(folder.string(), joined(inside)));
    const auto files = imageFilesIn(folder);
    if (!options.split.empty() && fs::is_directory(folder / options.split)) {
        DatasetOptions whole = options;
        whole.split.clear();
        return readFolderDataset(folder / options.split, whole);
    }
    if (files.empty())
        throw UserError(
            message("core", "The folder {0} holds no data set: no COCO file, no VOC annotations and no images.")
                .with(folder.string()));
    if (!options.split.empty())
        throw UserError(message("core", "The folder {0} holds plain images and has no split \"{1}\".")
                            .with(folder.string(), options.split));
    return plainImages(files);
}

}  // namespace

size_t Dataset::labelCount() const
{
    size_t count = 0;
    for (const auto &image : images)
        count += image.labels.size();
    return count;
}

void visit(OptionTable &table, DatasetOptions &options)
{
    table.add("split", options.split,
              message("core", "Which split of the data set to read, e.g. train; empty: all of it."));
    table.add("images", options.images,
              message("core", "Folder of a COCO file's images; empty: looked for beside the file."));
    table.addChoice<VocOrigin>(
        "voc-origin", options.vocOrigin,
        {{"auto", VocOrigin::Auto},
         {"edges", VocOrigin::Edges},
         {"1", VocOrigin::PixelsFrom1},
         {"0", VocOrigin::PixelsFrom0}},
        message("core", "What the numbers of a VOC box mean: its edges (as labelImg writes them), or its first "
                        "and last pixel counted from 1 or from 0; auto: 1 in Pascal's own files, else edges."));
    table.addChoice<ImageSizes>(
        "image-sizes", options.imageSizes, {{"check", ImageSizes::Check}, {"trust", ImageSizes::Trust}},
        message("core", "Whether every image is opened to check the size that the label file says, or the label file "
                        "is trusted and the images need not be there (one that its EXIF orientation turns must then "
                        "be labelled as it is shown)."));
    table.add("classes", options.classes,
              message("core", "Class names in order, separated by commas; empty: the data set's own."));
}

Dataset readDataset(const fs::path &path, const DatasetOptions &options)
{
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status))
        throw UserError(message("core", "There is no file or folder {0}.").with(path.string()));
    Dataset dataset;
    try {
        dataset = fs::is_directory(status) ? readFolderDataset(path, options) : readFileDataset(path, options);
    } catch (const fs::filesystem_error &failure) {
        throw UserError(
            message("core", "The data set {0} cannot be read: {1}.").with(path.string(), failure.code().message()));
    }
    const fs::path named = path.has_filename() ? path : path.parent_path();
    dataset.name = named.stem().string() + (options.split.empty() ? "" : " " + options.split);
    if (!options.classes.empty())
        useClasses(dataset, namesIn(options.classes));
    return dataset;
}

void useClasses(Dataset &dataset, const std::vector<std::string> &classNames)
{
    std::map<std::string, int> indexOf;
    for (size_t i = 0; i < classNames.size(); ++i)
        indexOf.emplace(classNames[i], static_cast<int>(i));
    std::vector<int> newIndex;
    std::vector<int64_t> ids(classNames.size(), 0);
    std::vector<bool> known(classNames.size(), false);
    for (size_t i = 0; i < dataset.classNames.size(); ++i) {
        const auto found = indexOf.find(dataset.classNames[i]);
        newIndex.push_back(found == indexOf.end() ? -1 : found->second);
        if (found == indexOf.end() || known[static_cast<size_t>(found->second)])
            continue;
        known[static_cast<size_t>(found->second)] = true;
        ids[static_cast<size_t>(found->second)] = dataset.categoryIds[i];
    }
    for (auto &image : dataset.images) {
        std::vector<Label> kept;
        for (Label label : image.labels) {
            const size_t old = static_cast<size_t>(label.classIndex);
            label.classIndex = newIndex[old];
            if (label.classIndex >= 0)
                kept.push_back(label);
            else
                dataset.problems.push_back(
                    {image.file, message("core", "A label of class \"{0}\" was left out: the class is not in use.")
                                     .with(dataset.classNames[old])});
        }
        image.labels = std::move(kept);
    }
    const std::set<int64_t> taken(dataset.categoryIds.begin(), dataset.categoryIds.end());
    int64_t unused = -1;
    for (size_t i = 0; i < ids.size(); ++i) {
        if (known[i])
            continue;
        while (taken.contains(unused))
            --unused;
        ids[i] = unused--;
    }
    dataset.classNames = classNames;
    dataset.categoryIds = std::move(ids);
}

}  // namespace fcoscope
