// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/labelme_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <simdjson.h>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

/// The position behind the closing quote of the string at `at`.
size_t behindString(std::string_view text, size_t at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return std::min(at + 1, text.size());
}

}  // namespace

std::string compactJson(const std::filesystem::path &file, std::string_view bytes)
{
    if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.remove_prefix(3);
    simdjson::dom::parser parser;
    auto error = parser.allocate(std::max<size_t>(bytes.size(), 32), 500);
    if (!error) {
        const simdjson::padded_string padded(bytes);
        error = parser.parse(padded).error();
    }
    std::string compact(bytes.size(), '\0');
    size_t length = 0;
    if (!error)
        error = simdjson::minify(bytes.data(), bytes.size(), compact.data(), length);
    if (error)
        throw UserError(message("core", "The label file {0} is not valid JSON ({1}).")
                            .with(file.string(), simdjson::error_message(error)));
    compact.resize(length);
    return compact;
}

std::string indentedJson(std::string_view compact)
{
    std::string text;
    size_t depth = 0;
    const auto newLine = [&] { text += "\n" + std::string(2 * depth, ' '); };
    for (size_t at = 0; at < compact.size();) {
        const char c = compact[at];
        if (c == '"') {
            const size_t end = behindString(compact, at);
            text += compact.substr(at, end - at);
            at = end;
            continue;
        }
        ++at;
        if ((c == '{' || c == '[') && at < compact.size() && (compact[at] == '}' || compact[at] == ']')) {
            (text += c) += compact[at++];
        } else if (c == '{' || c == '[') {
            text += c;
            ++depth;
            newLine();
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
            newLine();
            text += c;
        } else if (c == ',') {
            text += c;
            newLine();
        } else {
            text += c;
            if (c == ':')
                text += ' ';
        }
    }
    return text;
}

std::vector<std::string_view> jsonElements(std::string_view compact)
{
    std::vector<std::string_view> elements;
    if (!compact.starts_with('[') || compact == "[]")
        return elements;
    int depth = 0;
    size_t from = 1;
    for (size_t at = 1; at < compact.size();) {
        const char c = compact[at];
        if (c == '"') {
            at = behindString(compact, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']')) {
            elements.push_back(compact.substr(from, at - from));
            from = at + 1;
        }
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        ++at;
    }
    return elements;
}

bool readJsonNumber(std::string_view value, double &number)
{
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    return !value.empty() && parsed.ec == std::errc() && parsed.ptr == value.data() + value.size() &&
           std::isfinite(number);
}

std::string pythonFloat(double value)
{
    const std::string text = jsonNumber(value);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

JsonFields::JsonFields(std::string_view compactObject)
{
    const auto read = extraFields(compactObject);
    for (const ExtraField &field : read)
        fields_.emplace_back(field.key, field.value);
    std::vector<std::string> keys;
    for (const auto &field : fields_)
        keys.push_back(field.first);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) == keys.end())
        return;
    fields_.clear();
    for (const ExtraField &field : read)
        set(field.key, field.value);
}

std::string_view JsonFields::get(std::string_view key) const
{
    for (const auto &[name, value] : fields_)
        if (name == key)
            return value;
    return {};
}

void JsonFields::set(std::string_view key, std::string_view value)
{
    for (auto &[name, present] : fields_)
        if (name == key) {
            present = value;
            return;
        }
    fields_.emplace_back(key, value);
}

void JsonFields::erase(std::string_view key)
{
    std::erase_if(fields_, [&](const auto &field) { return field.first == key; });
}

std::string JsonFields::text() const
{
    std::string text = "{";
    for (const auto &[name, value] : fields_)
        ((((text += text.size() > 1 ? ",\"" : "\"") += name) += "\":") += value);
    return text + "}";
}

}  // namespace fcoscope
