// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/sidecars.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
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

struct OriginName {
    VocOrigin origin;
    const char *name;
};
constexpr std::array originNames{OriginName{VocOrigin::Edges, "edges"}, OriginName{VocOrigin::PixelsFrom1, "1"},
                                 OriginName{VocOrigin::PixelsFrom0, "0"}};

const char *extensionOf(LabelFormat format)
{
    return format == LabelFormat::Voc ? ".xml" : format == LabelFormat::Yolo ? ".txt" : ".json";
}

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

/// The bytes of a label file as an image.
ImageEntry parsed(const SidecarLayout &layout, const fs::path &file, const std::string &bytes, LabelSet &set,
                  const ImageEntry &present, bool extras)
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
        return yoloEntry(file, bytes, set, classes, image, list.keypoints, extras, problems);
    }
    if (layout.format == LabelFormat::Labelme) {
        ClassKeys classes(set);
        return labelmeEntry(file, parseLabelme(file, bytes), set, classes, image, extras, problems);
    }
    const ReadRequest request{layout.labels, optionsOf(layout), extras};
    return readVocImage(file, bytes, set, image, request, problems);
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
    const Size size = sizeOrHeader(set, image), declared = content.declared;
    if (declared.width > 0 && declared.height > 0 && size.width > 0 && declared != size)
        throw UserError(message("core",
                                "The labels in {0} were made for {1} × {2} pixels, but the image has {3} × {4}; "
                                "the file is left as it is.")
                            .with(file.string(), declared.width, declared.height, size.width, size.height));
}

std::string labelmeSidecar(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image,
                           const std::string &before)
{
    ConversionReport report;
    const fs::path file = sidecarOf(layout, set, image);
    const bool isNew = image.status == ReviewStatus::New;
    if (before.empty())
        return isNew ? "" : labelmeText(set, image, labelmeImagePath(set, image, file), nullptr, {}, report);
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
    return labelmeText(set, image, "", &content, shapeOf, report);
}

/// Extras of the file's boxes, for those boxes that have none in memory.
void takeExtras(ImageEntry &image, const LabelSet &set, const ImageEntry &there, const LabelSet &thereSet)
{
    const auto was = sameBoxes(namedBoxes(thereSet, there), namedBoxes(set, image), true);
    for (size_t i = 0; i < was.size(); ++i)
        if (was[i] >= 0 && image.boxes[i].extra.empty())
            image.boxes[i].extra = there.boxes[static_cast<size_t>(was[i])].extra;
    if (image.extra.empty())
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

// --- Where the files are

struct Candidate {
    fs::path images, labels;
};

std::vector<Candidate> candidatesFor(const fs::path &path, const ReadLabels &read)
{
    const fs::path &root = read.set.root;
    const fs::path given = fs::absolute(path).lexically_normal();
    std::vector<Candidate> candidates;
    if (read.format == LabelFormat::Voc)
        candidates = {{root / "JPEGImages", root / "Annotations"},
                      {root / "images", root / "Annotations"},
                      {root / "images", root / "annotations"},
                      {root, root / "Annotations"}};
    if (read.format == LabelFormat::Yolo)
        candidates = {{root, root / "labels"}, {root, mirroredLabel(root / "x").parent_path()}};
    if (read.format == LabelFormat::Yolo) {  // labels of images that lie elsewhere
        const fs::path here = fs::is_directory(given) ? given : given.parent_path();
        candidates.push_back({root, here / "labels"});
        candidates.push_back({root, here});
    }
    candidates.push_back({root, root});
    if (read.format != LabelFormat::Yolo && fs::is_directory(given)) {
        candidates.push_back({root, given});
        std::map<fs::path, size_t> folders;  // images elsewhere, in one folder
        for (const ImageEntry &image : read.set.images)
            ++folders[read.set.fileOf(image).parent_path()];
        if (folders.size() == 1)
            candidates.push_back({folders.begin()->first, given});
    }
    std::erase_if(candidates, [](const Candidate &c) { return c.labels.empty(); });
    return candidates;
}

size_t filesThere(const SidecarLayout &layout, const LabelSet &set, size_t &looked)
{
    constexpr size_t most = 200;
    size_t there = 0;
    looked = 0;
    for (const ImageEntry &image : set.images) {
        if (image.status == ReviewStatus::New)
            continue;
        std::error_code error;
        there += fs::is_regular_file(sidecarOf(layout, set, image), error);
        if (++looked == most)
            break;
    }
    return there;
}

}  // namespace

std::string jsonOf(const SidecarLayout &layout)
{
    const auto origin = std::find_if(originNames.begin(), originNames.end(),
                                     [&](const OriginName &o) { return o.origin == layout.vocOrigin; });
    return JsonObject()
        .add("format", nameOf(layout.format))
        .add("root", layout.root.string())
        .add("images", layout.images.string())
        .add("labels", layout.labels.string())
        .add("vocOrigin", origin == originNames.end() ? "edges" : origin->name)
        .add("classes", layout.classFile.string())
        .text();
}

SidecarLayout parseSidecarLayout(std::string_view json)
{
    const Json parsedJson = parseJson(json);
    const auto text = [&](const char *name) {
        const Json *value = parsedJson.find(name);
        if (!value || value->kind != Json::Kind::String)
            throw UserError(message("core", "The place of the label files lacks \"{0}\".").with(name));
        return value->text;
    };
    SidecarLayout layout;
    const auto format = labelFormatOf(text("format"));
    if (!format || !isPerImage(*format))
        throw UserError(message("core", "The place of the label files names the format \"{0}\".").with(text("format")));
    layout.format = *format;
    layout.root = text("root");
    layout.images = text("images");
    layout.labels = text("labels");
    layout.classFile = text("classes");
    const std::string origin = text("vocOrigin");
    for (const OriginName &name : originNames)
        if (origin == name.name)
            layout.vocOrigin = name.origin;
    return layout;
}

std::optional<SidecarLayout> sidecarLayout(const fs::path &path, const ReadLabels &read)
{
    if (!isPerImage(read.format))
        return std::nullopt;
    SidecarLayout layout;
    layout.format = read.format;
    layout.root = read.set.root;
    if (read.vocOrigin != VocOrigin::Auto)
        layout.vocOrigin = read.vocOrigin;
    if (read.format == LabelFormat::Yolo)
        if (const YoloFolder folder = openYolo(path, {}, false); folder.namesFile)
            layout.classFile = fs::absolute(*folder.namesFile).lexically_normal();
    size_t most = 0, looked = 0;
    const auto candidates = candidatesFor(path, read);
    for (const Candidate &candidate : candidates) {
        SidecarLayout tried = layout;
        tried.images = candidate.images;
        tried.labels = candidate.labels;
        const size_t there = filesThere(tried, read.set, looked);
        if (there > most || layout.labels.empty()) {
            most = there;
            layout = tried;
        }
    }
    if (looked > 0 && most == 0)
        return std::nullopt;
    if (looked == 0) {  // no labels yet: beside the images, unless there is a place for them
        std::error_code error;
        const auto place = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const Candidate &c) { return fs::is_directory(c.labels, error); });
        layout.images = place->images;
        layout.labels = place->labels;
    }
    return layout;
}

fs::path sidecarOf(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image)
{
    const fs::path file = set.fileOf(image).lexically_normal();
    fs::path below = file.lexically_relative(layout.images.lexically_normal());
    if (below.empty() || *below.begin() == "..")
        below = file.filename();
    if (layout.format == LabelFormat::Yolo && layout.labels == layout.images / "labels")
        if (const fs::path mirrored = mirroredLabel(below); !mirrored.empty())
            return layout.images / mirrored;
    return (layout.labels / below).replace_extension(extensionOf(layout.format));
}

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
                        const std::string &before)
{
    if (layout.format == LabelFormat::Labelme)
        return labelmeSidecar(layout, set, image, before);
    if (image.status == ReviewStatus::New)
        return "";
    ImageEntry written = image;
    written.size = sizeOrHeader(set, image);
    if (!before.empty()) {
        LabelSet scratch = classesOf(set);
        const ImageEntry there = parsed(layout, sidecarOf(layout, set, image), before, scratch, image, true);
        takeExtras(written, set, there, scratch);
    }
    ConversionReport report;
    if (layout.format == LabelFormat::Yolo) {
        if (written.size.width <= 0 || written.size.height <= 0)
            throw UserError(message("core", "The size of {0} is not known, so its labels cannot be written for YOLO.")
                                .with(set.fileOf(image).string()));
        YoloNames names = namesOf(layout);
        return yoloText(written, written.size, yoloNumbers(set, names, true), report);
    }
    const WriteRequest request{set, {}, layout.root, optionsOf(layout), {}};
    return vocText(request, written, report);
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
    image = parsed(layout, file, readFile(file, largestSidecar), set, present, false);
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
