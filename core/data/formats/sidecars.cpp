// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/sidecars.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/data/formats/labelme.h"
#include "core/data/formats/labelme_folder.h"
#include "core/data/formats/sidecars_match.h"
#include "core/data/formats/voc_file.h"
#include "core/data/formats/yolo.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largestSidecar = uint64_t(1) << 30;

/// A set with the classes alone, for reading the file that is there without touching the one that people edit.
LabelSet classesOf(const LabelSet &set)
{
    LabelSet scratch;
    scratch.root = set.root;
    scratch.classes = set.classes;
    scratch.nextKey = set.nextKey;
    return scratch;
}

YoloNames namesOf(const SidecarLayout &layout)
{
    return layout.classFile.empty() ? YoloNames() : readYoloNames(layout.classFile);
}

FormatOptions optionsOf(const SidecarLayout &layout)
{
    FormatOptions options;
    options.reading.vocOrigin = options.writtenVocOrigin = layout.vocOrigin;
    return options;
}

/// The bytes of a label file as an image, extras included. `unread` gets what is no label of the image and is to stay
/// in its file.
ImageEntry parsed(const SidecarLayout &layout, const fs::path &file, const std::string &bytes, LabelSet &set,
                  const ImageEntry &present, std::string *unread = nullptr)
{
    std::vector<Problem> problems;
    ImageEntry image = present;
    image.size = sizeOrHeader(set, present);
    if (layout.format == LabelFormat::Yolo) {
        if (image.size.width <= 0 || image.size.height <= 0)
            throw UserError(message("core", "The size of {0} is not known, so its label file {1} cannot be read.")
                                .with(set.fileOf(image).string(), file.string()));
        YoloYaml list;
        if (isYaml(layout.classFile))
            list = readYoloYaml(layout.classFile);
        else
            list.names = namesOf(layout);
        YoloClasses classes(set, list.names);
        return yoloEntry(file, bytes, set, classes, image, list.keypoints, true, problems, unread);
    }
    if (layout.format == LabelFormat::Labelme) {
        ClassKeys classes(set);
        return labelmeEntry(file, parseLabelme(file, bytes), set, classes, image, true, problems);
    }
    if (unread)
        *unread = unreadVocObjects(file, bytes, layout.vocOrigin, image.size);
    const ReadRequest request{layout.labels, optionsOf(layout)};
    return readVocImage(file, bytes, set, image, request, problems);
}

void checkSize(const fs::path &file, Size declared, const LabelSet &set, const ImageEntry &image)
{
    const Size size = sizeOrHeader(set, image);
    if (declared.width > 0 && declared.height > 0 && size.width > 0 && declared != size)
        throw UserError(message("core",
                                "The labels in {0} were made for {1} × {2} pixels, but the image has {3} × {4}; "
                                "the file is left as it is.")
                            .with(file.string(), declared.width, declared.height, size.width, size.height));
}

/// What the bytes hold is of this image, or nothing is written over them.
void checkIsOf(const fs::path &file, const LabelmeFile &content, const LabelSet &set, const ImageEntry &image)
{
    const std::string name = fs::path(content.imagePath).filename().string();
    const std::string own = fs::path(image.path).filename().string();
    std::error_code error;
    const fs::path other = file.parent_path() / content.imagePath;
    if (!name.empty() && name != own && content.imagePath.find('\0') == std::string::npos &&
        fs::is_regular_file(other, error))
        throw UserError(message("core", "{0} holds the labels of {1}, so those of {2} cannot be kept in it.")
                            .with(file.string(), other.string(), own));
    checkSize(file, content.declared, set, image);
}

/// The same before its labels are taken.
void checkIsOf(LabelFormat format, const fs::path &file, const std::string &bytes, const LabelSet &set,
               const ImageEntry &image)
{
    if (format == LabelFormat::Labelme)
        return checkIsOf(file, parseLabelme(file, bytes), set, image);
    if (format != LabelFormat::Voc)
        return;
    VocFile content;
    content.path = file;
    std::vector<Problem> problems;
    parseVoc(content, std::string(bytes), false, problems);
    checkSize(file, content.declared, set, image);
}

/// `was` has the place of each box in the file that is there, or −1: then its extra is the one that it had.
void bringExtras(ImageEntry &image, const std::vector<int> &was, const ExtraOfKey &extraOf)
{
    for (size_t i = 0; i < image.boxes.size(); ++i)
        if (BoxEntry &box = image.boxes[i]; (i >= was.size() || was[i] < 0) && box.extra.empty() && extraOf)
            box.extra = extraOf(box.key);
}

std::string labelmeSidecar(const SidecarLayout &layout, const LabelSet &set, ImageEntry image,
                           const std::string &before, const ExtraOfKey &extraOf)
{
    ConversionReport report;
    const fs::path file = sidecarOf(layout, set, image);
    const bool isNew = image.status == ReviewStatus::New;
    if (before.empty() && isNew)
        return "";
    if (before.empty()) {
        bringExtras(image, {}, extraOf);
        if (image.extra.empty() && extraOf)
            image.extra = extraOf(image.key);
        return labelmeText(set, image, labelmeImagePath(set, image, file), nullptr, {}, report);
    }
    const LabelmeFile content = parseLabelme(file, before);
    checkIsOf(file, content, set, image);
    std::vector<NamedBox> boxes;
    std::vector<int> shapes;
    for (size_t i = 0; i < content.meaning.size(); ++i)
        if (content.meaning[i].box) {
            boxes.push_back({content.meaning[i].label, *content.meaning[i].box});
            shapes.push_back(static_cast<int>(i));
        }
    if (isNew && shapes.size() == content.shapes.size())
        return "";
    std::vector<int> shapeOf = sameBoxes(boxes, namedBoxes(set, image), true);
    for (int &position : shapeOf)
        position = position < 0 ? -1 : shapes[static_cast<size_t>(position)];
    bringExtras(image, shapeOf, extraOf);
    return labelmeText(set, image, "", &content, shapeOf, report);
}

/// Extras of the file's boxes as they are now; of the others, those that they had.
void takeExtras(ImageEntry &image, const LabelSet &set, const ImageEntry &there, const LabelSet &thereSet,
                const ExtraOfKey &extraOf)
{
    const auto was = sameBoxes(namedBoxes(thereSet, there), namedBoxes(set, image), true);
    for (size_t i = 0; i < was.size(); ++i)
        if (was[i] >= 0)
            image.boxes[i].extra = there.boxes[static_cast<size_t>(was[i])].extra;
    bringExtras(image, was, extraOf);
    image.extra = there.extra;
}

/// What the format has no place for stays as it was.
void keepUnsaid(LabelFormat format, BoxEntry &box, const BoxEntry &was)
{
    box.locked = was.locked;
    if (format == LabelFormat::Labelme)
        return;
    if (!box.score)
        box.score = was.score;
    if (box.box == was.box)
        box.area = was.area;
    box.crowd = box.crowd || was.crowd;
    if (format == LabelFormat::Yolo)
        box.difficult = was.difficult;
}

}  // namespace

std::string fingerprintOf(const fs::path &file)
{
    std::error_code error;
    return fs::exists(file, error) ? sha256OfFile(file) : "";
}

std::string sidecarClasses(const SidecarLayout &layout, const LabelSet &set, const std::string &before)
{
    if (layout.format != LabelFormat::Yolo || layout.classFile.empty())
        return "";
    YoloNames names = isYaml(layout.classFile) && !before.empty() ? parseYoloYaml(layout.classFile, before).names
                                                                  : namesOfLines(before);
    yoloNumbers(set, names, true);
    return yoloNamesText(layout.classFile, before, names);
}

std::string sidecarText(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image,
                        const std::string &before, const ExtraOfKey &extraOf)
{
    if (layout.format == LabelFormat::Labelme)
        return labelmeSidecar(layout, set, image, before, extraOf);
    if (image.status == ReviewStatus::New && before.empty())
        return "";
    ImageEntry written = image;
    written.size = sizeOrHeader(set, image);
    std::string unread;
    if (!before.empty()) {
        LabelSet scratch = classesOf(set);
        const ImageEntry there = parsed(layout, sidecarOf(layout, set, image), before, scratch, image, &unread);
        takeExtras(written, set, there, scratch, extraOf);
    } else {
        bringExtras(written, {}, extraOf);
        if (written.extra.empty() && extraOf)
            written.extra = extraOf(image.key);
    }
    if (image.status == ReviewStatus::New && unread.empty())
        return "";
    ConversionReport report;
    if (layout.format == LabelFormat::Yolo) {
        if (written.size.width <= 0 || written.size.height <= 0)
            throw UserError(message("core", "The size of {0} is not known, so its labels cannot be written for YOLO.")
                                .with(set.fileOf(image).string()));
        YoloNames names = namesOf(layout);
        return yoloText(written, written.size, yoloNumbers(set, names, true), report) + unread;
    }
    const WriteRequest request{set, {}, layout.root, optionsOf(layout), {}};
    std::string text = vocText(request, written, report);
    return text.insert(text.rfind("</annotation>"), unread);
}

ImageEntry readSidecar(const SidecarLayout &layout, LabelSet &set, const ImageEntry &present)
{
    const fs::path file = sidecarOf(layout, set, present);
    ImageEntry image = present;
    if (std::error_code error; !fs::exists(file, error)) {
        image.boxes.clear();
        image.status = ReviewStatus::New;
        return image;
    }
    const auto before = namedBoxes(set, present);
    const std::string bytes = readFile(file, largestSidecar);
    checkIsOf(layout.format, file, bytes, set, present);
    image = parsed(layout, file, bytes, set, present);
    image.extra = present.extra;
    image.size = present.size;
    const auto was = sameBoxes(before, namedBoxes(set, image), false);
    bool same = image.boxes.size() == present.boxes.size();
    for (size_t i = 0; i < was.size(); ++i) {
        if (was[i] < 0) {
            same = false;
            continue;
        }
        const BoxEntry &old = present.boxes[static_cast<size_t>(was[i])];
        BoxEntry &box = image.boxes[i];
        box.key = old.key;
        box.extra = old.extra;
        keepUnsaid(layout.format, box, old);
        same = same && box == old;
    }
    std::sort(image.boxes.begin(), image.boxes.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
    if (layout.format == LabelFormat::Yolo && same && present.status == ReviewStatus::Verified)
        image.status = ReviewStatus::Verified;
    return image;
}

}  // namespace fcoscope
