// SPDX-License-Identifier: GPL-3.0-or-later
// Which of the .json files of a folder are COCO's, and which one is meant.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/formats/coco.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

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

/// Captions and key points stand beside COCO's instances.
fs::path onlyInstances(const fs::path &folder, const std::vector<fs::path> &files)
{
    std::vector<fs::path> instances;
    std::copy_if(files.begin(), files.end(), std::back_inserter(instances), [](const fs::path &f) {
        const std::string stem = f.stem().string();
        return stem.starts_with("instances") || stem == "annotations" || stem == "_annotations.coco";
    });
    if (instances.size() != 1)
        throw UserError(message("core", "The folder {0} has several label files, {1}; name one of them, or a split.")
                            .with(folder.string(), fileNames(files)));
    return instances.front();
}

bool isCocoFile(const fs::path &file)
{
    int known = 0;
    for (const std::string &key : jsonKeysOf(file)) {
        if (key == "shapes" || key == "imagePath")
            return false;
        known += key == "images" || key == "annotations" || key == "categories";
    }
    return known > 0;
}

/// Files of one image each (labelme's) beside a COCO file do not count.
std::vector<fs::path> cocoFilesIn(const fs::path &folder)
{
    constexpr size_t most = 64;  // of a folder with one file for each image a few say enough
    std::vector<fs::path> files = jsonFilesIn(folder);
    std::stable_partition(files.begin(), files.end(), [](const fs::path &file) {
        const std::string stem = file.stem().string();
        return stem.starts_with("instances") || stem.starts_with("annotations") || stem.starts_with("_annotations");
    });
    if (files.size() > most)
        files.resize(most);
    std::erase_if(files, [](const fs::path &file) { return !isCocoFile(file); });
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

bool recogniseCoco(const fs::path &path)
{
    std::error_code error;
    if (!fs::is_directory(path, error))
        return lowerCase(path.extension().string()) == ".json" && isCocoFile(path);
    return !cocoFilesIn(path).empty() || !cocoFilesIn(path / "annotations").empty();
}

fs::path cocoFileOf(const fs::path &path, const std::string &split)
{
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        if (!split.empty() && !isOfSplit(path, split))
            throw UserError(
                message("core", "{0} is one COCO file and has no split \"{1}\".").with(path.string(), split));
        return path;
    }
    std::vector<fs::path> files;
    for (const fs::path &folder : {path, path / "annotations"})
        if (files.empty())
            files = cocoFilesIn(folder);
    for (const fs::path &folder : {path, path / "annotations"})
        if (files.empty())
            files = jsonFilesIn(folder);  // none is COCO: reading one says why
    if (files.empty())
        return {};
    std::vector<fs::path> fitting = files;
    if (!split.empty()) {
        std::erase_if(fitting, [&](const fs::path &file) { return !isOfSplit(file, split); });
        if (fitting.empty())
            throw UserError(message("core", "The data set {0} has no split \"{1}\"; its label files are {2}.")
                                .with(path.string(), split, fileNames(files)));
    }
    return fitting.size() > 1 ? onlyInstances(path, fitting) : fitting.front();
}

}  // namespace fcoscope
