// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_set.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace fcoscope {
namespace {

struct StatusName {
    ReviewStatus status;
    const char *name;
};
constexpr std::array statusNames = {
    StatusName{ReviewStatus::New, "new"}, StatusName{ReviewStatus::Labelled, "labelled"},
    StatusName{ReviewStatus::Verified, "verified"}, StatusName{ReviewStatus::Empty, "empty"}};

}  // namespace

const char *nameOf(ReviewStatus status)
{
    return std::find_if(statusNames.begin(), statusNames.end(), [&](const StatusName &s) { return s.status == status; })
        ->name;
}

std::optional<ReviewStatus> reviewStatusOf(std::string_view name)
{
    const auto found =
        std::find_if(statusNames.begin(), statusNames.end(), [&](const StatusName &s) { return s.name == name; });
    return found == statusNames.end() ? std::nullopt : std::optional(found->status);
}

const ClassEntry *LabelSet::findClass(Key key) const
{
    const int index = classIndex(key);
    return index < 0 ? nullptr : &classes[static_cast<size_t>(index)];
}

const ClassEntry *LabelSet::findClass(std::string_view name) const
{
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const ClassEntry &c) { return c.name == name; });
    return found == classes.end() ? nullptr : &*found;
}

int LabelSet::classIndex(Key key) const
{
    const auto found = std::find_if(classes.begin(), classes.end(), [&](const ClassEntry &c) { return c.key == key; });
    return found == classes.end() ? -1 : static_cast<int>(found - classes.begin());
}

std::vector<std::string> LabelSet::classNames() const
{
    std::vector<std::string> names;
    for (const ClassEntry &entry : classes)
        names.push_back(entry.name);
    return names;
}

size_t LabelSet::boxCount() const
{
    size_t count = 0;
    for (const ImageEntry &image : images)
        count += image.boxes.size();
    return count;
}

std::filesystem::path LabelSet::fileOf(const ImageEntry &image) const
{
    const std::filesystem::path path = image.path;
    return path.is_absolute() ? path : root / path;
}

std::string pathBelow(const std::filesystem::path &root, const std::filesystem::path &file)
{
    const std::filesystem::path inside = file.lexically_normal().lexically_relative(root);
    return inside.empty() || *inside.begin() == ".." ? file.lexically_normal().string() : inside.generic_string();
}

size_t append(LabelSet &into, const LabelSet &from)
{
    std::unordered_map<Key, Key> keys;
    for (const ClassEntry &entry : from.classes) {
        if (const ClassEntry *there = into.findClass(entry.name)) {
            keys[entry.key] = there->key;
            continue;
        }
        ClassEntry added = entry;
        added.key = keys[entry.key] = into.newKey();
        added.rank = into.classes.empty() ? 0 : into.classes.back().rank + 1;
        into.classes.push_back(std::move(added));
    }
    std::unordered_set<std::string> there;
    for (const ImageEntry &image : into.images)
        there.insert(into.fileOf(image).lexically_normal().string());
    size_t passedOver = 0;
    for (const ImageEntry &image : from.images) {
        const std::filesystem::path file = from.fileOf(image).lexically_normal();
        if (!there.insert(file.string()).second) {
            ++passedOver;
            continue;
        }
        ImageEntry added = image;
        added.key = keys[image.key] = into.newKey();
        added.path = pathBelow(into.root, file);
        for (BoxEntry &box : added.boxes)
            box.key = into.newKey(), box.classKey = keys.at(box.classKey);
        into.images.push_back(std::move(added));
    }
    for (const Refusal &refusal : from.refusals)
        if (const auto image = keys.find(refusal.imageKey); image != keys.end())
            into.refusals.push_back({into.newKey(), image->second, refusal.className, refusal.box});
    return passedOver;
}

const BoxEntry *findBox(const ImageEntry &image, Key key)
{
    const auto found = std::lower_bound(image.boxes.begin(), image.boxes.end(), key,
                                        [](const BoxEntry &box, Key wanted) { return box.key < wanted; });
    return found == image.boxes.end() || found->key != key ? nullptr : &*found;
}

Label labelOf(const LabelSet &set, const BoxEntry &box)
{
    return {box.box, set.classIndex(box.classKey), box.crowd, box.difficult, box.area};
}

}  // namespace fcoscope
