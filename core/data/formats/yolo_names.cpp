// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/yolo_names.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largestList = uint64_t(4) << 20;
constexpr int64_t mostNumbers = 100000;

std::string_view trimmed(std::string_view text)
{
    const size_t first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

std::vector<std::string_view> linesOf(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The text of a list in lines; what it says already stays byte for byte.
std::string lines(const std::string &before, const YoloNames &were, const YoloNames &names)
{
    const bool grows = were.size() <= names.size() && std::equal(were.begin(), were.end(), names.begin());
    std::string text = grows ? before : "";
    while (grows && !text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    if (!text.empty())
        text += "\n";
    for (size_t i = grows ? were.size() : 0; i < names.size(); ++i)
        text += names[i] + "\n";
    return text;
}

/// What the set's own numbers are, where they are those of a list that begins with 0.
bool keepsItsNumbers(const LabelSet &set)
{
    int64_t last = -1;
    for (const ClassEntry &entry : set.classes) {
        if (entry.formatId <= last || entry.formatId >= mostNumbers)
            return false;
        last = entry.formatId;
    }
    return !set.classes.empty() && set.classes.front().formatId == 0;
}

/// Gives classes their numbers, each to one class only.
class Numbers {
public:
    explicit Numbers(const LabelSet &set) : set_(set) {}

    /// To every class that has none yet, the number that `wanted` says, unless that is −1 or taken.
    template <typename Wanted> void give(Wanted wanted)
    {
        for (const ClassEntry &entry : set_.classes)
            if (const int64_t number = of.contains(entry.key) ? -1 : wanted(entry); number >= 0)
                put(entry, static_cast<size_t>(number));
    }
    void put(const ClassEntry &entry, size_t number)
    {
        if (taken_.insert(number).second)
            of.emplace(entry.key, number);
    }
    size_t next(size_t listed) const { return taken_.empty() ? listed : std::max(listed, *taken_.rbegin() + 1); }

    std::map<Key, size_t> of;

private:
    const LabelSet &set_;
    std::set<size_t> taken_;
};

}  // namespace

YoloNames namesOfLines(std::string_view text)
{
    YoloNames names;
    for (const std::string_view line : linesOf(text))
        names.emplace_back(line);
    while (!names.empty() && names.back().empty())
        names.pop_back();
    return names;
}

std::map<std::string, std::string> readDarknet(const fs::path &file)
{
    std::map<std::string, std::string> values;
    const std::string text = readFile(file, largestList);
    for (const std::string_view line : linesOf(text))
        if (const size_t equals = line.find('='); equals != std::string_view::npos && !line.starts_with('#'))
            values[std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
    return values;
}

YoloNames readYoloNames(const fs::path &file)
{
    return isYaml(file) ? readYoloYaml(file).names : namesOfLines(readFile(file, largestList));
}

std::string yoloLinesText(const std::string &before, const YoloNames &names)
{
    const YoloNames were = namesOfLines(before);
    return were == names && !before.empty() ? before : lines(before, were, names);
}

std::optional<fs::path> namesFileIn(const fs::path &folder)
{
    std::error_code error;
    for (const char *name : {"data.yaml", "dataset.yaml", "data.yml"})
        if (fs::is_regular_file(folder / name, error))
            return folder / name;
    std::set<fs::path> yamls, names;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (isYaml(entry->path()))
            yamls.insert(entry->path());
        else if (entry->path().extension() == ".names")
            names.insert(entry->path());
    }
    for (const fs::path &yaml : yamls)
        try {
            readYoloYaml(yaml);
            return yaml;
        } catch (const UserError &) {
        }
    for (const fs::path &file : {folder / "classes.txt", folder / "labels" / "classes.txt"})
        if (fs::is_regular_file(file, error))
            return file;
    return names.empty() ? std::nullopt : std::optional(*names.begin());
}

std::map<Key, size_t> yoloNumbers(const LabelSet &set, YoloNames &names, bool renamed)
{
    const size_t listed = names.size();
    const bool isNew = listed == 0, keeps = renamed || (isNew && keepsItsNumbers(set));
    const auto place = [&](const std::string &name) {
        const auto same = std::find(names.begin(), names.end(), name);
        return same == names.end() ? -1 : same - names.begin();
    };
    Numbers numbers(set);
    numbers.give([&](const ClassEntry &entry) {  // those that stand in the list where they stood
        const bool same = entry.formatId >= 0 && entry.formatId < static_cast<int64_t>(listed) &&
                          names[static_cast<size_t>(entry.formatId)] == entry.name;
        return same ? entry.formatId : -1;
    });
    numbers.give([&](const ClassEntry &entry) {  // and those that stand in label files though not in the list
        const bool beyond = entry.formatId >= static_cast<int64_t>(listed) && entry.formatId < mostNumbers;
        if (beyond && (keeps || entry.name == std::to_string(entry.formatId)))
            return entry.formatId;
        const bool renames = renamed && entry.formatId >= 0 && !beyond && place(entry.name) < 0 &&
                             !set.findClass(names[static_cast<size_t>(entry.formatId)]);
        return renames ? entry.formatId : -1;
    });
    numbers.give([&](const ClassEntry &entry) { return static_cast<int64_t>(place(entry.name)); });
    std::vector<const ClassEntry *> rest;
    for (const ClassEntry &entry : set.classes)
        if (!numbers.of.contains(entry.key))
            rest.push_back(&entry);
    if (!isNew)  // by age, so that a class that is added later never takes another's number
        std::sort(rest.begin(), rest.end(), [](const auto *a, const auto *b) { return a->key < b->key; });
    for (const ClassEntry *entry : rest)
        numbers.put(*entry, numbers.next(listed));
    for (size_t number = names.size(); number < numbers.next(listed); ++number)
        names.push_back(std::to_string(number));  // Ultralytics wants a name for every number
    for (const ClassEntry &entry : set.classes)
        names[numbers.of.at(entry.key)] = entry.name;
    return numbers.of;
}

}  // namespace fcoscope
