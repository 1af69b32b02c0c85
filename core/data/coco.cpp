// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the entries of a COCO file together: classes by rising id, annotations to their images, images to their files.
#include "core/data/coco.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/data/coco_file.h"
#include "core/data/dataset_checks.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

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
    if (coco.images.empty() || options.imageSizes == ImageSizes::Trust)
        return beside;
    throw UserError(
        message("core", "No folder near {0} has the image {1}; say where the images are with the option \"images\".")
            .with(path.string(), coco.images.front().fileName));
}

bool leadsOutside(const std::string &fileName)
{
    const fs::path path = fs::path(fileName).lexically_normal();
    return path.is_absolute() || (path.begin() != path.end() && *path.begin() == "..");
}

std::unordered_map<int64_t, int> takeClasses(Dataset &dataset, CocoFile &coco, const std::string &file)
{
    std::stable_sort(coco.categories.begin(), coco.categories.end(),
                     [](const auto &a, const auto &b) { return a.id < b.id; });
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
std::unordered_map<int64_t, std::vector<size_t>> annotationsByImage(Dataset &dataset, const CocoFile &coco,
                                                                    const std::string &file)
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
                {file,
                 message("core", "Two annotations have the id {0}; the second was left out.").with(*annotation.id)});
            continue;
        }
        const auto image = annotation.imageId ? byImage.find(*annotation.imageId) : byImage.end();
        if (image != byImage.end())
            image->second.push_back(i);
        else if (annotation.imageId)
            dataset.problems.push_back(
                {file,
                 message("core", "Annotation {0} belongs to image {1}, which is not in the file; it was left out.")
                     .with(annotation.number(), *annotation.imageId)});
        else
            dataset.problems.push_back(
                {file, message("core", "Annotation {0} has no whole number as image_id; it was left out.")
                           .with(annotation.number())});
    }
    return byImage;
}

void addAnnotation(Dataset &dataset, DatasetImage &image, const CocoAnnotation &annotation,
                   const std::unordered_map<int64_t, int> &classIndex, const std::string &file)
{
    const auto found = annotation.categoryId ? classIndex.find(*annotation.categoryId) : classIndex.end();
    if (found == classIndex.end()) {
        const std::string id = annotation.categoryId ? std::to_string(*annotation.categoryId) : "";
        dataset.problems.push_back(
            {file,
             message("core", "Annotation {0} has the category \"{1}\", which is not in the file; it was left out.")
                 .with(annotation.number(), id)});
        return;
    }
    const std::string &name = dataset.classNames[static_cast<size_t>(found->second)];
    if (!annotation.box) {
        dataset.problems.push_back(
            {file, message("core", "Annotation {0} ({1}) has no bbox of four numbers; it was left out.")
                       .with(annotation.number(), name)});
        return;
    }
    Label label;
    label.box = *annotation.box;
    label.classIndex = found->second;
    label.crowd = annotation.crowd;
    label.area = annotation.area >= 0 ? annotation.area : -1;
    if (const auto box = usableBox(dataset.problems, label.box, image.size, {file, annotation.number(), name})) {
        label.box = *box;
        image.labels.push_back(label);
    }
}

}  // namespace

Dataset readCoco(const fs::path &path, const DatasetOptions &options)
{
    Dataset dataset;
    const std::string file = path.string();
    CocoFile coco = readCocoFile(dataset, path);
    dataset.labelled = coco.hasAnnotations;
    const auto classIndex = takeClasses(dataset, coco, file);
    const auto byImage = annotationsByImage(dataset, coco, file);
    const fs::path folder = imageFolder(path, coco, options);

    // pycocotools goes through images by rising id, which decides between equal scores.
    std::stable_sort(coco.images.begin(), coco.images.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
    for (size_t i = 0; i < coco.images.size(); ++i) {
        const CocoImage &entry = coco.images[i];
        if (i > 0 && coco.images[i - 1].id == entry.id) {
            dataset.problems.push_back(
                {file,
                 message("core", "Two images have the id {0}; \"{1}\" was left out.").with(entry.id, entry.fileName)});
            continue;
        }
        if (leadsOutside(entry.fileName))
            dataset.problems.push_back(
                {file, message("core", "The file_name {0} leads out of the images' folder; it was followed.")
                           .with(entry.fileName)});
        DatasetImage image;
        image.file = imagePath(folder, entry.fileName).string();
        image.id = entry.id;
        const auto &annotations = byImage.at(entry.id);
        if (!acceptImage(dataset.problems, image.file, image.size, entry.declared, options.imageSizes,
                         {file, annotations.size()}))
            continue;
        for (const size_t index : annotations)
            addAnnotation(dataset, image, coco.annotations[index], classIndex, file);
        dataset.images.push_back(std::move(image));
    }
    return dataset;
}

}  // namespace fcoscope
