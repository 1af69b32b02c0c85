// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/recognise.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/formats/coco.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// Folders directly inside that are a VOC root: with Annotations, as in VOCdevkit or an unpacked archive.
std::vector<fs::path> vocFoldersIn(const fs::path &folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->is_directory(error) && fs::is_directory(entry->path() / "Annotations", error) &&
            vocFormat.recognise(entry->path()))
            found.push_back(entry->path());
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

std::optional<LabelPath> findLabels(const fs::path &path)
{
    for (const Format *format : {&vocFormat, &cocoFormat, &labelmeFormat, &yoloFormat, &csvFormat})
        if (format->recognise(path))
            return LabelPath{format->format, path};
    if (std::error_code error; !fs::is_directory(path, error))
        return std::nullopt;
    const auto inside = vocFoldersIn(path);
    if (inside.size() > 1)
        throw UserError(message("core", "The folder {0} holds several data sets, {1}; name one of them.")
                            .with(path.string(), fileNames(inside)));
    return inside.empty() ? std::nullopt : std::optional(LabelPath{LabelFormat::Voc, inside.front()});
}

std::optional<LabelFormat> recogniseLabels(const fs::path &path)
{
    try {
        const auto found = findLabels(path);
        return found ? std::optional(found->format) : std::nullopt;
    } catch (const UserError &) {
        return LabelFormat::Voc;  // several of them: reading says so
    }
}

std::optional<LabelsToRead> labelsToRead(const fs::path &path, const std::string &split)
{
    if (const auto found = findLabels(path))
        return LabelsToRead{*found, split};
    std::error_code error;
    if (!split.empty() && fs::is_directory(path / split, error))
        if (const auto found = labelsToRead(path / split, ""))
            return found;
    const bool folder = fs::is_directory(path, error);
    if (folder ? !cocoFileOf(path, "").empty() : lowerCase(path.extension().string()) == ".json")
        return LabelsToRead{{LabelFormat::Coco, path}, split};
    return std::nullopt;
}

ReadLabels readLabelsAsGiven(const ReadRequest &request, const RunContext &context)
{
    std::error_code error;
    if (!fs::exists(request.path, error))
        throw UserError(message("core", "There is no file or folder {0}.").with(request.path.string()));
    try {
        const auto found = labelsToRead(request.path, request.options.reading.split);
        if (!found)
            throw UserError(message("core", "{0} holds no labels: neither COCO nor Pascal VOC, YOLO, labelme or CSV.")
                                .with(request.path.string()));
        ReadRequest there = request;
        there.path = found->labels.path;
        there.options.reading.split = found->split;
        return formatOf(found->labels.format).read(there, context);
    } catch (const fs::filesystem_error &failure) {
        throw UserError(message("core", "The data set {0} cannot be read: {1}.")
                            .with(request.path.string(), failure.code().message()));
    }
}

std::vector<std::string> namesIn(const std::string &classes)
{
    std::vector<std::string> names;
    for (size_t at = 0; at <= classes.size();) {
        const size_t comma = std::min(classes.find(',', at), classes.size());
        std::string name = classes.substr(at, comma - at);
        name.erase(0, name.find_first_not_of(' '));
        name.erase(name.find_last_not_of(' ') + 1);
        if (name.empty() || std::find(names.begin(), names.end(), name) != names.end())
            throw UserError(
                message("core", "The option classes is \"{0}\"; it must be different names separated by commas.")
                    .with(classes));
        names.push_back(name);
        at = comma + 1;
    }
    return names;
}

void useClasses(ReadLabels &read, const std::vector<std::string> &names)
{
    LabelSet &set = read.set;
    std::vector<ClassEntry> old = std::move(set.classes);
    set.classes.clear();
    for (const std::string &name : names) {
        ClassEntry entry;
        const auto same = std::find_if(old.begin(), old.end(), [&](const ClassEntry &c) { return c.name == name; });
        if (same != old.end()) {
            entry = *same;
        } else {
            entry.key = set.newKey();
            entry.name = name;
        }
        entry.rank = static_cast<int>(set.classes.size());
        set.classes.push_back(std::move(entry));
    }
    std::unordered_map<Key, const ClassEntry *> gone;
    for (const ClassEntry &entry : old)
        if (std::find(names.begin(), names.end(), entry.name) == names.end())
            gone.emplace(entry.key, &entry);
    for (ImageEntry &image : set.images)
        std::erase_if(image.boxes, [&](const BoxEntry &box) {
            const auto found = gone.find(box.classKey);
            if (found == gone.end())
                return false;
            read.problems.push_back({set.fileOf(image).string(),
                                     message("core", "A label of class \"{0}\" was left out: the class is not in use.")
                                         .with(found->second->name)});
            return true;
        });
}

}  // namespace fcoscope
