// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/import_labels.h"

#include <algorithm>
#include <unordered_map>

#include "core/data/project/draft_edit.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// The set's images by file, and by name where it stands for one alone.
class ImageFinder {
public:
    explicit ImageFinder(const LabelSet &set)
    {
        for (const ImageEntry &image : set.images) {
            byFile_[set.fileOf(image).lexically_normal().string()] = &image;
            const auto [at, isNew] = byName_.emplace(fs::path(image.path).filename().string(), &image);
            if (!isNew)
                at->second = nullptr;
        }
    }
    const ImageEntry *find(const LabelSet &from, const ImageEntry &image) const
    {
        if (const auto at = byFile_.find(from.fileOf(image).lexically_normal().string()); at != byFile_.end())
            return at->second;
        const auto at = byName_.find(fs::path(image.path).filename().string());
        return at == byName_.end() ? nullptr : at->second;
    }

private:
    std::unordered_map<std::string, const ImageEntry *> byFile_, byName_;
};

}  // namespace

ImportedLabels importLabels(const LabelSet &set, const LabelSet &from)
{
    ImportedLabels imported;
    DraftEdit draft(set);
    std::unordered_map<Key, Key> classes;
    int rank = set.classes.empty() ? 0 : set.classes.back().rank + 1;
    for (const ClassEntry &entry : from.classes) {
        const ClassEntry *known = set.findClass(entry.name);
        classes[entry.key] = known ? known->key : draft.nextKey;
        if (!known)
            draft.edit.classes.push_back(
                {draft.nextKey, ClassEntry{draft.nextKey, entry.name, rank++, entry.formatId, entry.colour, {}}});
        draft.nextKey += known ? 0 : 1;
    }
    const ImageFinder finder(set);
    for (const ImageEntry &image : from.images) {
        const ImageEntry *to = finder.find(from, image);
        if (!to) {
            imported.strangers.push_back(image.path);
            continue;
        }
        std::vector<BoxEntry> fresh;
        for (BoxEntry box : image.boxes) {
            box.classKey = classes.at(box.classKey);
            box.locked = false;
            if (!isUsable(box.box))
                continue;
            if (isTaken(to->boxes, box.classKey, box.box))
                ++imported.known;
            else
                fresh.push_back(std::move(box));
        }
        imported.boxes += fresh.size();
        imported.images += fresh.empty() ? 0 : 1;
        const bool reviewed =
            image.status == ReviewStatus::Verified || (image.status == ReviewStatus::Empty && to->boxes.empty());
        if (fresh.empty() && to->status == ReviewStatus::New && reviewed)
            draft.edit.statuses.push_back({to->key, image.status});
        draft.add(*to, std::move(fresh));
    }
    if (draft.edit.boxes.empty() && draft.edit.statuses.empty())
        draft.edit.classes.clear();
    draft.edit.words = counted(imported.boxes, message("core", "Import a box"), message("core", "Import {0} boxes"));
    imported.edit = std::move(draft.edit);
    return imported;
}

}  // namespace fcoscope
