// SPDX-License-Identifier: GPL-3.0-or-later
// JSON objects as text, walked without being built: their values are to come out byte for byte.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/data/formats/format.h"

namespace fcoscope {
namespace {

constexpr std::string_view blanks = " \t\r\n";

size_t afterBlanks(std::string_view text, size_t at)
{
    return std::min(text.find_first_not_of(blanks, at), text.size());
}

/// The position behind a string whose opening quote is at `at`; the end if it is not closed.
size_t afterString(std::string_view text, size_t at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return text.size();
}

/// The position behind the value at `at`: of its closing bracket, or of the comma or bracket behind a plain one.
size_t afterValue(std::string_view text, size_t at)
{
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = afterString(text, at);
            if (depth == 0)
                return at;
            continue;
        }
        if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            if (depth == 0)
                return at;
            if (--depth == 0)
                return at + 1;
        } else if (c == ',' && depth == 0) {
            return at;
        }
        ++at;
    }
    return text.size();
}

}  // namespace

std::vector<ExtraField> extraFields(std::string_view extra)
{
    std::vector<ExtraField> fields;
    size_t at = afterBlanks(extra, 0);
    if (at >= extra.size() || extra[at] != '{')
        return fields;
    for (++at;;) {
        at = afterBlanks(extra, at);
        if (at >= extra.size() || extra[at] != '"')
            return fields;
        const size_t keyEnd = afterString(extra, at);
        const size_t colon = afterBlanks(extra, keyEnd);
        if (keyEnd < at + 2 || colon >= extra.size() || extra[colon] != ':')
            return fields;
        const size_t value = afterBlanks(extra, colon + 1), end = afterValue(extra, value);
        const std::string_view whole = extra.substr(value, end - value);
        fields.push_back({extra.substr(at + 1, keyEnd - at - 2), whole.substr(0, whole.find_last_not_of(blanks) + 1)});
        at = afterBlanks(extra, end);
        if (at >= extra.size() || extra[at] != ',')
            return fields;
        ++at;
    }
}

std::string_view extraField(std::string_view extra, std::string_view key)
{
    for (const ExtraField &field : extraFields(extra))
        if (field.key == key)
            return field.value;
    return {};
}

std::string extraText(std::string_view value)
{
    if (!value.starts_with('"'))
        return std::string(value);
    try {
        return parseJson(value).text;
    } catch (const UserError &) {
        return std::string(value);
    }
}

void addExtra(std::string &extra, std::string_view key, std::string_view value)
{
    if (extra.empty())
        extra = "{";
    else
        extra.back() = ',';
    extra += '"';
    extra += key;
    extra += "\":";
    extra += value;
    extra += '}';
}

std::vector<std::string> jsonKeysOf(const std::filesystem::path &file, size_t firstBytes)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    std::vector<std::string> keys;
    try {
        const std::string bytes = readFilePart(file, 0, firstBytes).bytes;
        std::string_view text = bytes;
        if (text.starts_with(byteOrderMark))
            text.remove_prefix(byteOrderMark.size());
        for (const ExtraField &field : extraFields(text))  // one that is cut short is the last
            keys.emplace_back(field.key);
    } catch (const UserError &) {
    }
    return keys;
}

}  // namespace fcoscope
