// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/format.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "core/base/error.h"
#include "core/data/image.h"

namespace fcoscope {

namespace fs = std::filesystem;

std::vector<std::string> imageFilesBelow(const fs::path &folder, bool deep)
{
    std::vector<fs::path> folders{folder};
    std::error_code error;
    if (deep)
        for (auto entry =
                 fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
             !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
            if (!entry->is_directory(error))
                continue;
            if (entry->path().filename().string().starts_with('.'))
                entry.disable_recursion_pending();
            else
                folders.push_back(entry->path());
        }
    std::vector<std::string> files;
    for (const fs::path &one : folders) {
        const std::string below = one == folder ? "" : one.lexically_relative(folder).generic_string() + "/";
        for (const std::string &file : imageFilesIn(one))
            files.push_back(below + fs::path(file).filename().string());
    }
    std::sort(files.begin(), files.end(), naturallyBefore);
    return files;
}

std::string fileNames(const std::vector<fs::path> &paths)
{
    std::string text;
    for (const auto &path : paths)
        text += (text.empty() ? "" : ", ") + path.filename().string();
    return text;
}

Size sizeOrHeader(const LabelSet &set, const ImageEntry &image)
{
    if (image.size.width > 0 && image.size.height > 0)
        return image.size;
    try {
        return readImageSize(set.fileOf(image).string());
    } catch (const UserError &) {
        return {};
    }
}

ClassKeys::ClassKeys(LabelSet &set) : set_(set)
{
    for (const ClassEntry &entry : set.classes)
        keys_.emplace(entry.name, entry.key);
}

Key ClassKeys::of(const std::string &name)
{
    const auto [place, isNew] = keys_.try_emplace(name, 0);
    if (isNew) {
        ClassEntry entry;
        place->second = entry.key = set_.newKey();
        entry.name = name;
        entry.rank = set_.classes.empty() ? 0 : set_.classes.back().rank + 1;
        set_.classes.push_back(std::move(entry));
    }
    return place->second;
}

void sortClassesByName(LabelSet &set)
{
    std::sort(set.classes.begin(), set.classes.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
    int rank = 0;
    for (ClassEntry &entry : set.classes)
        entry.rank = rank++;
}

std::vector<int64_t> idsOf(const std::vector<int64_t> &wanted, int64_t first)
{
    std::unordered_set<int64_t> taken;
    int64_t next = first;
    for (const int64_t id : wanted)
        if (id >= next && id < INT64_MAX / 2)
            next = id + 1;
    std::vector<int64_t> ids;
    for (const int64_t id : wanted)
        ids.push_back(id != -1 && taken.insert(id).second ? id : next++);
    return ids;
}

double exactLength(double from, double to)
{
    const double length = to - from;
    double scale = 1;
    for (int decimals = 0; decimals <= 6; ++decimals, scale *= 10)
        if (const double rounded = std::round(length * scale) / scale; from + rounded == to)
            return rounded;
    for (const double near : {length, std::nextafter(length, 0.0), std::nextafter(length, HUGE_VAL)})
        if (from + near == to)
            return near;
    return length;
}

void note(ConversionReport &report, ConversionNote::Kind kind, const std::string &file, Message what)
{
    report.notes.push_back({kind, file, std::move(what)});
}

void noteColours(const LabelSet &set, ConversionReport &report)
{
    for (const ClassEntry &entry : set.classes)
        if (entry.colour != 0)
            note(report, ConversionNote::Kind::Dropped, "",
                 message("core", "The format has no place for the colour of {0}.").with(entry.name));
}

void noteClassList(const LabelSet &set, ConversionReport &report)
{
    std::unordered_set<Key> used;
    for (const ImageEntry &image : set.images)
        for (const BoxEntry &box : image.boxes)
            used.insert(box.classKey);
    for (const ClassEntry &entry : set.classes)
        if (!used.contains(entry.key))
            note(report, ConversionNote::Kind::Dropped, "",
                 message("core", "The class {0} has no boxes; the format keeps no list of classes.").with(entry.name));
    const auto byName = [](const ClassEntry &a, const ClassEntry &b) { return a.name < b.name; };
    if (!std::is_sorted(set.classes.begin(), set.classes.end(), byName))
        note(
            report, ConversionNote::Kind::Changed, "",
            message("core", "The format keeps no order of classes; read again, they are in the order of their names."));
}

void noteDroppedExtras(ConversionReport &report, const std::string &file, const std::string &of, std::string_view extra,
                       std::span<const std::string_view> written)
{
    std::string names;
    for (const ExtraField &field : extraFields(extra))
        if (std::find(written.begin(), written.end(), field.key) == written.end())
            names += (names.empty() ? "" : ", ") + std::string(field.key);
    if (!names.empty())
        note(report, ConversionNote::Kind::Dropped, file,
             message("core", "The format has no place for these fields of {0}: {1}.").with(of, names));
}

}  // namespace fcoscope
