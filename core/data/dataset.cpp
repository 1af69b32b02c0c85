// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/data/dataset_checks.h"
#include "core/data/formats/format.h"
#include "core/data/formats/recognise.h"
#include "core/data/image.h"
#include "core/data/project/project_file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

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

/// The plain images that are meant where nothing is labelled.
std::vector<std::string> plainFiles(const fs::path &folder, const std::string &split)
{
    const fs::path inside = folder / split;
    if (!split.empty() && fs::is_directory(inside))
        return imageFilesIn(inside);
    std::vector<std::string> files = imageFilesIn(folder);
    if (files.empty())
        throw UserError(
            message("core", "The folder {0} holds no data set: no COCO file, no VOC annotations and no images.")
                .with(folder.string()));
    if (!split.empty())
        throw UserError(message("core", "The folder {0} holds plain images and has no split \"{1}\".")
                            .with(folder.string(), split));
    return files;
}

/// As training takes it: an image that nobody has said anything about is left out, and listed.
Dataset reviewedImages(ReadLabels read, bool withNew, const Message &why)
{
    Dataset dataset = datasetOf(read.set, withNew);
    dataset.vocOrigin = read.vocOrigin;
    dataset.problems.insert(dataset.problems.begin(), std::make_move_iterator(read.problems.begin()),
                            std::make_move_iterator(read.problems.end()));
    for (const ImageEntry &image : read.set.images)
        if (image.status == ReviewStatus::New && !withNew) {
            const std::string file = read.set.fileOf(image).string();
            dataset.problems.push_back({file, why.with(file)});
        }
    return dataset;
}

Dataset labelledImages(const LabelsToRead &found, const DatasetOptions &options)
{
    ReadRequest request{found.labels.path, {options}, false, isPerImage(found.labels.format)};
    request.options.reading.split = found.split;
    ReadLabels read = formatOf(found.labels.format).read(request, {});
    const bool reviewed = std::any_of(read.set.images.begin(), read.set.images.end(),
                                      [](const ImageEntry &image) { return image.status != ReviewStatus::New; });
    const bool testSet = !reviewed && read.format == LabelFormat::Coco;  // images without annotations
    const bool withNew = testSet || options.unreviewed;
    const bool empty = read.set.images.empty();
    const Message why = isPerImage(read.format) ? message("core", "The image {0} has no label file; it was left out.")
                                                : message("core", "The image {0} has no review; it was left out.");
    Dataset dataset = reviewedImages(std::move(read), withNew, why);
    dataset.labelled = !testSet || empty;
    return dataset;
}

/// The project that is meant: the file itself, or that of the folder, which stands before label files beside it. Who
/// names a split means the label files.
fs::path projectMeant(const fs::path &path, const std::string &split)
{
    if (!split.empty())
        return {};
    if (!fs::is_directory(path))
        return path.extension() == ".fcoscope" ? path : fs::path();
    const ProjectPlace place = projectPlace(path);
    return place.exists ? place.file : fs::path();
}

Dataset projectImages(const fs::path &file, bool withNew)
{
    ReadLabels read;
    read.set = ProjectFile::open(file, ProjectFile::Access::Read).read(ProjectFile::Extras::Leave);
    return reviewedImages(std::move(read), withNew, message("core", "The image {0} has no review; it was left out."));
}

Dataset readAnyDataset(const fs::path &path, const DatasetOptions &options)
{
    const bool folder = fs::is_directory(path);
    if (const fs::path project = projectMeant(path, options.split); !project.empty())
        return projectImages(project, options.unreviewed);
    if (!folder && isImageFile(path.string()))
        return plainImages({path.string()});
    if (const auto found = labelsToRead(path, options.split))
        return labelledImages(*found, options);
    if (!folder)
        throw UserError(message("core", "{0} is neither an image nor a COCO file, nor another file of labels.")
                            .with(path.string()));
    return plainImages(plainFiles(path, options.split));
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
    table.add("unreviewed", options.unreviewed,
              message("core", "Take images that nobody has looked at, too; what is not labelled in them counts as "
                              "background."));
}

Dataset readDataset(const fs::path &path, const DatasetOptions &options)
{
    std::error_code error;
    if (!fs::exists(path, error))
        throw UserError(message("core", "There is no file or folder {0}.").with(path.string()));
    Dataset dataset;
    try {
        dataset = readAnyDataset(path, options);
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
