// SPDX-License-Identifier: GPL-3.0-or-later
// Where label files of single images are.
#include <algorithm>
#include <array>
#include <map>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/data/formats/sidecars.h"
#include "core/data/formats/yolo.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

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

/// A path seen from a folder.
bool isInside(const fs::path &below)
{
    return !below.empty() && *below.begin() != "..";
}

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

std::optional<SidecarLayout> relocated(SidecarLayout layout, const fs::path &root)
{
    const fs::path from = layout.root.lexically_normal(), to = root.lexically_normal();
    if (from == to)
        return layout;
    const auto move = [&](fs::path &path) {
        const fs::path below = path.lexically_normal().lexically_relative(from);
        if (!isInside(below))
            return false;
        path = below == "." ? to : to / below;
        return true;
    };
    std::error_code error;
    const bool sameFolder = fs::equivalent(from, to, error);  // by another name
    const bool inside = move(layout.labels) & (layout.classFile.empty() || move(layout.classFile));
    if (!inside && !sameFolder)
        return std::nullopt;
    move(layout.images);  // those elsewhere are only read
    layout.root = root;
    return layout;
}

fs::path sidecarOf(const SidecarLayout &layout, const LabelSet &set, const ImageEntry &image)
{
    const fs::path file = set.fileOf(image).lexically_normal();
    fs::path below = file.lexically_relative(layout.images.lexically_normal());
    if (!isInside(below))
        return {};
    if (layout.format == LabelFormat::Yolo && layout.labels == layout.images / "labels")
        if (const fs::path mirrored = mirroredLabel(below); !mirrored.empty())
            return layout.images / mirrored;
    return (layout.labels / below).replace_extension(extensionOf(layout.format));
}

}  // namespace fcoscope
