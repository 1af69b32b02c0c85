// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/voc_write.h"

#include <unordered_set>

#include "core/data/formats/voc_file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

using Kind = ConversionNote::Kind;

/// Where an image lies below the root; its name alone where it lies elsewhere.
fs::path placeOf(const ImageEntry &image)
{
    const fs::path path = fs::path(image.path).lexically_normal();
    return path.is_absolute() || (path.begin() != path.end() && *path.begin() == "..") ? path.filename() : path;
}

/// The folder that all images lie in, below the root.
fs::path commonFolder(const std::vector<const ImageEntry *> &images)
{
    if (images.empty())
        return {};
    fs::path common = placeOf(*images.front()).parent_path();
    for (const ImageEntry *image : images) {
        const fs::path folder = placeOf(*image).parent_path();
        fs::path shared;
        auto a = common.begin();
        for (auto b = folder.begin(); a != common.end() && b != folder.end() && *a == *b; ++a, ++b)
            shared /= *a;
        common = shared;
    }
    return common;
}

/// Names of the label files, below the target: without ending, all different.
std::vector<fs::path> namesFor(const std::vector<const ImageEntry *> &images)
{
    const fs::path common = commonFolder(images);
    std::vector<fs::path> names;
    std::unordered_set<std::string> taken;
    bool nested = false;
    for (const ImageEntry *image : images) {
        const fs::path place = placeOf(*image);
        const fs::path below = common.empty() ? place : place.lexically_relative(common);
        fs::path name = below.parent_path() / below.stem();
        if (taken.contains(name.string()))
            name = below;  // "a.png" beside "a": readers go by <filename> then
        for (int i = 2; !taken.insert(name.string()).second; ++i)
            name = below.parent_path() / (below.filename().string() + " (" + std::to_string(i) + ")");
        nested = nested || name.has_parent_path();
        names.push_back(name);
    }
    if (nested)
        for (fs::path &name : names)
            name = "Annotations" / name;
    return names;
}

void noteWhatHasNoPlace(const LabelSet &set, ConversionReport &report)
{
    noteDroppedExtras(report, "", set.root.string(), set.extra);
    for (const ClassEntry &entry : set.classes)
        noteDroppedExtras(report, "", entry.name, entry.extra);
}

}  // namespace

void writeVoc(const WriteRequest &request, const RunContext &context, ConversionReport &report)
{
    noteWhatHasNoPlace(request.set, report);
    const std::vector<fs::path> names = namesFor(request.images);
    for (size_t i = 0; i < names.size(); ++i) {
        if (context.shouldStop())
            throw Stopped();
        if (i % 64 == 0)
            context.report(static_cast<double>(i) / static_cast<double>(names.size()),
                           message("core", "Writing labels"));
        const ImageEntry &image = *request.images[i];
        if (image.status == ReviewStatus::New && image.boxes.empty())
            continue;
        request.put(request.to / fs::path(names[i].string() + ".xml"), vocText(request, image, report));
    }
}

}  // namespace fcoscope
