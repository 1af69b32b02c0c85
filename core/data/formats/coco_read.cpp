// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the entries of a COCO file together: classes by rising id, annotations to their images, images to their files.
#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/dataset_checks.h"
#include "core/data/formats/coco.h"
#include "core/data/formats/coco_file.h"
#include "core/data/image.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// A file name as written, or with Windows' separators turned round if only that exists.
std::string imagePath(const fs::path &folder, const std::string &fileName)
{
    std::error_code error;
    if (fileName.find('\\') == std::string::npos || fs::exists(folder / fileName, error))
        return fileName;
    std::string turned = fileName;
    std::replace(turned.begin(), turned.end(), '\\', '/');
    return turned;
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
            if (fs::is_regular_file(folder / imagePath(folder, coco.images[i].fileName), error))
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

/// What is worked on while a file is read.
class CocoReading {
public:
    CocoReading(const ReadRequest &request, const RunContext &context)
        : request_(request), context_(context), path_(cocoFileOf(request.path, request.options.reading.split)),
          file_(path_.string()), coco_(readCocoFile({path_, request.extras}, read_.problems, context))
    {
    }

    ReadLabels read()
    {
        LabelSet &set = read_.set;
        read_.format = LabelFormat::Coco;
        set.root = imageFolder(path_, coco_, request_.options.reading);
        set.extra = std::move(coco_.extra);
        takeClasses();
        takeImages();
        if (request_.newImages)
            listNewImages();
        return std::move(read_);
    }

private:
    void problem(Message reason) { read_.problems.push_back({file_, std::move(reason)}); }

    void takeClasses();
    std::string freeName(const CocoCategory &category);
    /// Annotations by image id; those of no known image are listed.
    std::unordered_map<int64_t, std::vector<size_t>> annotationsByImage();
    void takeImages();
    bool takeImage(const CocoImage &entry, const std::vector<size_t> &annotations);
    void addAnnotation(ImageEntry &image, CocoAnnotation &annotation);
    void listNewImages();

    const ReadRequest &request_;
    const RunContext &context_;
    fs::path path_;
    std::string file_;
    ReadLabels read_;
    CocoFile coco_;
    std::unordered_map<int64_t, size_t> classOf_;  ///< position in set.classes by category id
};

/// Two categories of one name are two classes: one of them gets its id behind its name.
std::string CocoReading::freeName(const CocoCategory &category)
{
    std::string name = category.name;
    while (read_.set.findClass(name))
        name += " (" + std::to_string(category.id) + ")";
    if (name != category.name)
        problem(message("core", "Two categories are called \"{0}\"; the one with the id {1} is called \"{2}\" here.")
                    .with(category.name, category.id, name));
    return name;
}

void CocoReading::takeClasses()
{
    LabelSet &set = read_.set;
    std::stable_sort(coco_.categories.begin(), coco_.categories.end(),
                     [](const auto &a, const auto &b) { return a.id < b.id; });
    std::unordered_set<int64_t> seen;
    for (CocoCategory &category : coco_.categories) {
        if (!seen.insert(category.id).second) {
            problem(message("core", "Two categories have the id {0}; \"{1}\" was left out.")
                        .with(category.id, category.name));
            continue;
        }
        ClassEntry entry;
        entry.key = set.newKey();
        entry.name = freeName(category);
        entry.rank = static_cast<int>(
            std::clamp<int64_t>(category.rank.value_or(static_cast<int64_t>(set.classes.size())), 0, INT32_MAX));
        entry.formatId = category.id;
        entry.colour = category.colour;
        entry.extra = std::move(category.extra);
        set.classes.push_back(std::move(entry));
    }
    std::stable_sort(set.classes.begin(), set.classes.end(),
                     [](const auto &a, const auto &b) { return a.rank < b.rank; });
    for (size_t i = 0; i < set.classes.size(); ++i) {
        set.classes[i].rank = static_cast<int>(i);
        classOf_.emplace(set.classes[i].formatId, i);
    }
}

std::unordered_map<int64_t, std::vector<size_t>> CocoReading::annotationsByImage()
{
    std::unordered_map<int64_t, std::vector<size_t>> byImage;
    byImage.reserve(coco_.images.size());
    for (const auto &image : coco_.images)
        byImage.try_emplace(image.id);
    std::unordered_set<int64_t> seen;
    seen.reserve(coco_.annotations.size());
    size_t zeros = 0;
    for (size_t i = 0; i < coco_.annotations.size(); ++i) {
        const CocoAnnotation &annotation = coco_.annotations[i];
        zeros += annotation.id == 0;
        if (annotation.id && *annotation.id != 0 && !seen.insert(*annotation.id).second) {
            problem(message("core", "Two annotations have the id {0}; the second was left out.").with(*annotation.id));
            continue;
        }
        const auto image = annotation.imageId ? byImage.find(*annotation.imageId) : byImage.end();
        if (image != byImage.end())
            image->second.push_back(i);
        else if (annotation.imageId)
            problem(message("core", "Annotation {0} belongs to image {1}, which is not in the file; it was left out.")
                        .with(annotation.number(), *annotation.imageId));
        else
            problem(message("core", "Annotation {0} has no whole number as image_id; it was left out.")
                        .with(annotation.number()));
    }
    if (zeros > 0 && request_.extras)  // for those who go on with other programs
        problem(message("core",
                        "{0} annotations have the id 0, which pycocotools never counts as found; they were kept, "
                        "and are written with ids from 1.")
                    .with(zeros));
    return byImage;
}

void CocoReading::addAnnotation(ImageEntry &image, CocoAnnotation &annotation)
{
    const auto found = annotation.categoryId ? classOf_.find(*annotation.categoryId) : classOf_.end();
    if (found == classOf_.end()) {
        const std::string id = annotation.categoryId ? std::to_string(*annotation.categoryId) : "";
        return problem(
            message("core", "Annotation {0} has the category \"{1}\", which is not in the file; it was left out.")
                .with(annotation.number(), id));
    }
    const ClassEntry &its = read_.set.classes[found->second];
    if (!annotation.box)
        return problem(message("core", "Annotation {0} ({1}) has no bbox of four numbers; it was left out.")
                           .with(annotation.number(), its.name));
    BoxEntry entry;
    entry.box = *annotation.box;
    if (!liesInside(entry.box, image.size)) {
        const auto box = usableBox(read_.problems, entry.box, image.size, {file_, annotation.number(), its.name});
        if (!box)
            return;
        entry.box = *box;
    }
    entry.key = read_.set.newKey();
    entry.classKey = its.key;
    entry.score = annotation.score;
    entry.crowd = annotation.crowd;
    entry.difficult = annotation.difficult;
    entry.locked = annotation.locked;
    entry.area = annotation.area >= 0 && annotation.area != entry.box.area() ? annotation.area : -1;
    entry.extra = std::move(annotation.extra);
    if (annotation.placed)
        rememberBoxAnyway(entry.extra, entry.box);
    image.boxes.push_back(std::move(entry));
}

bool CocoReading::takeImage(const CocoImage &entry, const std::vector<size_t> &annotations)
{
    LabelSet &set = read_.set;
    if (leadsOutside(entry.fileName))
        problem(message("core", "The file_name {0} leads out of the images' folder; it was followed.")
                    .with(entry.fileName));
    ImageEntry image;
    image.path = imagePath(set.root, entry.fileName);
    if (!acceptImage(read_.problems, (set.root / image.path).string(), image.size, entry.declared,
                     request_.options.reading.imageSizes, {file_, annotations.size()}))
        return false;
    image.key = set.newKey();
    image.formatId = entry.id;
    image.extra = entry.extra;
    image.boxes.reserve(annotations.size());
    for (const size_t index : annotations)
        addAnnotation(image, coco_.annotations[index]);
    image.status = entry.status ? *entry.status : coco_.hasAnnotations ? statusByBoxes(image) : ReviewStatus::New;
    set.images.push_back(std::move(image));
    return true;
}

void CocoReading::takeImages()
{
    const auto byImage = annotationsByImage();
    // pycocotools goes through images by rising id, which decides between equal scores.
    std::stable_sort(coco_.images.begin(), coco_.images.end(),
                     [](const auto &a, const auto &b) { return a.id < b.id; });
    read_.set.images.reserve(coco_.images.size());
    for (size_t i = 0; i < coco_.images.size(); ++i) {
        const CocoImage &entry = coco_.images[i];
        if (i > 0 && coco_.images[i - 1].id == entry.id) {
            problem(
                message("core", "Two images have the id {0}; \"{1}\" was left out.").with(entry.id, entry.fileName));
            continue;
        }
        takeImage(entry, byImage.at(entry.id));
        if (i % 1024 == 0) {
            if (context_.shouldStop())
                throw Stopped();
            context_.report(static_cast<double>(i) / static_cast<double>(coco_.images.size()),
                            message("core", "Reading labels"));
        }
    }
}

/// Images in the same folders that the file does not speak of.
void CocoReading::listNewImages()
{
    LabelSet &set = read_.set;
    std::unordered_set<std::string> known;
    std::set<std::string> folders;
    for (const CocoImage &image : coco_.images) {  // those that were refused, too
        fs::path path = fs::path(imagePath(set.root, image.fileName)).lexically_normal();
        known.insert(path.generic_string());
        if (!leadsOutside(image.fileName))
            folders.insert(path.parent_path().generic_string());
    }
    for (const std::string &folder : folders) {
        std::error_code error;
        if (!fs::is_directory(set.root / folder, error))
            continue;
        for (const std::string &name : imageFilesBelow(set.root / folder, false)) {
            ImageEntry image;
            image.path = folder.empty() ? name : folder + "/" + name;
            if (known.contains(image.path))
                continue;
            image.key = set.newKey();
            set.images.push_back(std::move(image));
        }
    }
}

ReadLabels readCoco(const ReadRequest &request, const RunContext &context)
{
    return CocoReading(request, context).read();
}

}  // namespace

extern const Format cocoFormat{LabelFormat::Coco, "coco", false, recogniseCoco, readCoco, writeCoco};

}  // namespace fcoscope
