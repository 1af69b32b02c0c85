// SPDX-License-Identifier: GPL-3.0-or-later
// data.yaml. yaml-cpp reads it (it refuses what is nested too deep, and an alias is another name for one node, so a
// bomb of them stays small as long as nobody walks it: only the fields named here are looked at, two levels deep). It
// is changed as text, so that comments and fields of others stay.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/formats/yolo_names.h"

namespace fcoscope {

std::string yoloLinesText(const std::string &before, const YoloNames &names);  // yolo_names.cpp

namespace {

namespace fs = std::filesystem;

constexpr uint64_t largestYaml = uint64_t(4) << 20;
constexpr size_t mostNames = 100000;

[[noreturn]] void refuse(const fs::path &file, const Message &why)
{
    throw UserError(why.with(file.string()));
}
[[noreturn]] void refuseWithoutNames(const fs::path &file)
{
    refuse(file, message("core", "{0} is no data.yaml of YOLO: it has no \"names\"."));
}

YoloNames namesOf(const fs::path &file, const YAML::Node &node)
{
    YoloNames names;
    if (node.IsSequence()) {
        for (const auto &entry : node) {
            if (!entry.IsScalar() || names.size() >= mostNames)
                refuse(file, message("core", "{0} is no data.yaml of YOLO: an entry of \"names\" is no text."));
            names.push_back(entry.Scalar());
        }
        return names;
    }
    if (!node.IsMap())
        refuseWithoutNames(file);
    for (const auto &entry : node) {
        size_t number = 0;
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
        const auto parsed = std::from_chars(key.data(), key.data() + key.size(), number);
        if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size() || key.empty() || number >= mostNames ||
            !entry.second.IsScalar())
            refuse(file,
                   message("core", "{0} is no data.yaml of YOLO: an entry of \"names\" is no number with a name."));
        if (names.size() <= number)
            names.resize(number + 1);
        names[number] = entry.second.Scalar();
    }
    return names;
}

std::vector<std::string> textsOf(const YAML::Node &node)
{
    if (node && node.IsScalar())
        return {node.Scalar()};
    std::vector<std::string> texts;
    if (node && node.IsSequence())
        for (const auto &entry : node)
            if (entry.IsScalar() && texts.size() < mostNames)
                texts.push_back(entry.Scalar());
    return texts;
}

size_t keypointsOf(const YAML::Node &shape)
{
    if (!shape || !shape.IsSequence() || shape.size() != 2)
        return 0;
    size_t count = 1;
    for (const auto &entry : shape) {
        size_t number = 0;
        const std::string text = entry.IsScalar() ? entry.Scalar() : "";
        std::from_chars(text.data(), text.data() + text.size(), number);
        count *= std::min<size_t>(number, 10000);
    }
    return count;
}

/// Whether a line begins another entry of the outermost map.
bool beginsEntry(std::string_view line)
{
    return !line.empty() && std::string_view(" \t\r#-]})").find(line[0]) == std::string_view::npos;
}

std::string namesBlock(const YoloNames &names)
{
    std::string block = "names:\n";
    for (size_t i = 0; i < names.size(); ++i)
        block += "  " + std::to_string(i) + ": " + jsonText(names[i]) + "\n";
    return block;
}

/// The lines of `before` with "names" and "nc" replaced.
std::string replaced(const std::string &before, const YoloNames &names)
{
    std::string text;
    bool inNames = false, done = false;
    for (size_t at = 0; at < before.size();) {
        const size_t end = std::min(before.find('\n', at), before.size() - 1) + 1;
        const std::string_view line = std::string_view(before).substr(at, end - at);
        at = end;
        if (inNames && !beginsEntry(line) && !line.starts_with('#'))
            continue;
        inNames = line.starts_with("names:");
        if (inNames) {
            text += namesBlock(names);
            done = true;
        } else if (line.starts_with("nc:")) {
            text += "nc: " + std::to_string(names.size()) + "\n";
        } else {
            text += line;
        }
    }
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    return done ? text : text + namesBlock(names);
}

}  // namespace

bool isYaml(const fs::path &file)
{
    const std::string extension = lowerCase(file.extension().string());
    return extension == ".yaml" || extension == ".yml";
}

YoloYaml parseYoloYaml(const fs::path &file, const std::string &text)
{
    try {
        const YAML::Node root = YAML::Load(text);
        if (!root.IsMap() || !root["names"])
            refuseWithoutNames(file);
        YoloYaml yaml;
        yaml.names = namesOf(file, root["names"]);
        const auto one = [&](const char *key) {
            const auto texts = textsOf(root[key]);
            return texts.empty() ? std::string() : texts.front();
        };
        yaml.path = one("path");
        yaml.imagesRoot = one("images_root");
        for (const auto &[key, split] :
             {std::pair{"train", "train"}, {"val", "val"}, {"valid", "val"}, {"test", "test"}})
            if (const auto texts = textsOf(root[key]); !texts.empty())
                yaml.splits.emplace(split, texts);
        yaml.keypoints = keypointsOf(root["kpt_shape"]);
        return yaml;
    } catch (const YAML::Exception &failure) {
        throw UserError(message("core", "{0} is not valid YAML ({1}, line {2}).")
                            .with(file.string(), failure.msg, failure.mark.line + 1));
    }
}

YoloYaml readYoloYaml(const fs::path &file)
{
    return parseYoloYaml(file, readFile(file, largestYaml));
}

std::string yoloNamesText(const fs::path &file, const std::string &before, const YoloNames &names)
{
    if (!isYaml(file))
        return yoloLinesText(before, names);
    if (before.empty())
        return namesBlock(names);
    if (parseYoloYaml(file, before).names == names)
        return before;
    const std::string text = replaced(before, names);
    if (parseYoloYaml(file, text).names !=
        names)  // names in a form that lines do not tell: better a refusal than a loss
        refuse(file, message("core", "The names in {0} cannot be made longer; write one name in each line."));
    return text;
}

}  // namespace fcoscope
