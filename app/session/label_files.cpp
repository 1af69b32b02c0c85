// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/label_files.h"

#include <unordered_map>

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

/// The images of one part, with all classes: their numbers are the same in every part.
LabelSet partOf(const LabelSet &set, const std::vector<int> &parts, int part)
{
    LabelSet chosen = set;
    chosen.images.clear();
    for (size_t i = 0; i < set.images.size(); ++i)
        if (parts[i] == part)
            chosen.images.push_back(set.images[i]);
    return chosen;
}

}  // namespace

LabelSet withExtras(LabelsToExport source, const RunContext &context)
{
    std::error_code error;
    LabelSet stored;
    if (source.initial)
        stored = *source.initial;
    else if (fs::exists(source.project, error))
        stored = ProjectFile::open(source.project, ProjectFile::Access::Read).read(ProjectFile::Extras::Read, context);
    std::unordered_map<Key, const std::string *> extras;
    for (const ClassEntry &entry : stored.classes)
        extras[entry.key] = &entry.extra;
    for (const ImageEntry &image : stored.images) {
        extras[image.key] = &image.extra;
        for (const BoxEntry &box : image.boxes)
            extras[box.key] = &box.extra;
    }
    const auto give = [&](auto &row) {
        if (const auto at = extras.find(row.key); at != extras.end())
            row.extra = *at->second;
    };
    source.set.extra = stored.extra;
    for (ClassEntry &entry : source.set.classes)
        give(entry);
    for (ImageEntry &image : source.set.images) {
        give(image);
        for (BoxEntry &box : image.boxes)
            give(box);
    }
    return std::move(source.set);
}

std::vector<ConversionReport> exportLabels(const LabelsToExport &source, const ExportRequest &request,
                                           const RunContext &context)
{
    const LabelSet set = withExtras(source, context);
    if (request.fractions.size() < 2)
        return {writeLabels(set, request.format, request.to, request.options, context)};
    SplitOptions options;
    options.fractions = request.fractions;
    options.seed = request.seed;
    const std::vector<int> parts = splitImages(set, options);
    std::vector<ConversionReport> reports;
    for (size_t part = 0; part < request.fractions.size(); ++part)
        reports.push_back(writeLabels(partOf(set, parts, static_cast<int>(part)), request.format,
                                      partPath(request.to, part), request.options, context));
    return reports;
}

fs::path partPath(const fs::path &to, size_t part)
{
    static const char *const names[] = {"train", "val", "test"};
    const std::string name = part < std::size(names) ? names[part] : "part" + std::to_string(part + 1);
    return to.has_extension() ? to.parent_path() / (to.stem().string() + "_" + name + to.extension().string())
                              : to / name;
}

}  // namespace fcoscope
