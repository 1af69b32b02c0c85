// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/label_files.h"

#include <algorithm>
#include <unordered_map>

#include "core/data/project/project_file.h"

namespace fcoscope {
namespace fs = std::filesystem;

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

std::vector<fs::path> replacedBy(const ExportRequest &request)
{
    std::vector<fs::path> targets{request.to};
    if (request.fractions.size() >= 2)
        targets = partTargets(request.to, request.format, request.fractions.size());
    std::erase_if(targets, [](const fs::path &target) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(target, error)))
            return true;
        return fs::is_directory(target, error) && fs::is_empty(target, error);
    });
    return targets;
}

std::function<std::string(Key)> extrasOf(Key image, std::shared_ptr<const LabelSet> initial, const fs::path &project)
{
    return [image, initial = std::move(initial), project, file = std::shared_ptr<ProjectFile>()](Key key) mutable {
        std::error_code error;
        if (!file && fs::exists(project, error))
            file = std::make_shared<ProjectFile>(ProjectFile::open(project, ProjectFile::Access::Read));
        if (file)
            return file->extraOf(key);
        if (!initial)
            return std::string();
        const auto entry = std::find_if(initial->images.begin(), initial->images.end(),
                                        [&](const ImageEntry &one) { return one.key == image; });
        if (entry == initial->images.end())
            return std::string();
        const BoxEntry *box = findBox(*entry, key);
        return key == image ? entry->extra : box ? box->extra : std::string();
    };
}

std::vector<ConversionReport> exportLabels(const LabelsToExport &source, const ExportRequest &request,
                                           const RunContext &context)
{
    LabelSet set = withExtras(source, context);
    if (request.fractions.size() < 2)
        return {writeLabels(set, request.format, request.to, request.options, context)};
    std::vector<ConversionReport> reports;
    for (const LabelPart &part : splitLabels(std::move(set), {request.fractions, request.seed},
                                             request.options.writeNew, request.format, request.to))
        reports.push_back(writeLabels(part.set, request.format, part.target, request.options, context));
    return reports;
}

}  // namespace fcoscope
