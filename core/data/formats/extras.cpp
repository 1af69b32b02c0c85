// SPDX-License-Identifier: GPL-3.0-or-later
// JSON objects as text, walked without being built: their values are to come out byte for byte.
#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_writer.h"
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

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// The position behind the digits at `at`; npos if there is none.
size_t afterDigits(std::string_view text, size_t at)
{
    const size_t first = at;
    while (at < text.size() && isDigit(text[at]))
        ++at;
    return at == first ? text.npos : at;
}

size_t afterNumber(std::string_view text, size_t at)
{
    if (at < text.size() && text[at] == '-')
        ++at;
    const bool zero = at < text.size() && text[at] == '0';
    at = zero ? at + 1 : afterDigits(text, at);
    if (at < text.size() && text[at] == '.')
        at = afterDigits(text, at + 1);
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            ++at;
        at = afterDigits(text, at);
    }
    return at;
}

/// The position behind a string of which the opening quote is at `at`; npos where it has a control character, an escape
/// that JSON does not know, or no end.
size_t afterCheckedString(std::string_view text, size_t at)
{
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"')
            return at + 1;
        if (static_cast<unsigned char>(text[at]) < 0x20)
            return text.npos;
        if (text[at] != '\\')
            continue;
        if (++at >= text.size() || std::string_view("\"\\/bfnrtu").find(text[at]) == text.npos)
            return text.npos;
        if (text[at] != 'u')
            continue;
        for (int i = 0; i < 4; ++i)
            if (++at >= text.size() || std::string_view("0123456789abcdefABCDEF").find(text[at]) == text.npos)
                return text.npos;
    }
    return text.npos;
}

size_t afterScalar(std::string_view text, size_t at)
{
    if (text[at] == '"')
        return afterCheckedString(text, at);
    for (const std::string_view word : {"true", "false", "null"})
        if (text.substr(at, word.size()) == word)
            return at + word.size();
    return afterNumber(text, at);
}

/// The position behind the value at `at`; npos if it is none.
size_t afterCheckedValue(std::string_view text, size_t at, int depth)
{
    constexpr int deepest = 256;
    if (at >= text.size() || depth > deepest)
        return text.npos;
    const bool object = text[at] == '{';
    if (!object && text[at] != '[')
        return afterScalar(text, at);
    const char close = object ? '}' : ']';
    at = afterBlanks(text, at + 1);
    if (at < text.size() && text[at] == close)
        return at + 1;
    for (;;) {
        if (object) {
            if (at >= text.size() || text[at] != '"')
                return text.npos;
            at = afterCheckedString(text, at);
            at = at == text.npos ? at : afterBlanks(text, at);
            if (at >= text.size() || text[at] != ':')
                return text.npos;
            at = afterBlanks(text, at + 1);
        }
        at = afterCheckedValue(text, at, depth + 1);
        at = at == text.npos ? at : afterBlanks(text, at);
        if (at >= text.size())
            return text.npos;
        if (text[at] == close)
            return at + 1;
        if (text[at] != ',')
            return text.npos;
        at = afterBlanks(text, at + 1);
    }
}

std::string boxJson(const Box &box)
{
    return jsonArray({jsonNumber(box.x1), jsonNumber(box.y1), jsonNumber(box.x2), jsonNumber(box.y2)});
}

}  // namespace

bool isJsonValue(std::string_view text)
{
    const size_t end = afterCheckedValue(text, afterBlanks(text, 0), 0);
    return end != text.npos && afterBlanks(text, end) == text.size();
}

bool isOfAPlace(std::string_view key)
{
    for (const std::string_view field : {"segmentation", "keypoints", "bbox_vis", "points", "part", "polygon", "rbbox"})
        if (key == field)
            return true;
    return false;
}

void rememberBoxAnyway(std::string &extra, const Box &box)
{
    addExtra(extra, rememberedBox, boxJson(box));
}

void rememberBox(std::string &extra, const Box &box)
{
    const auto fields = extraFields(extra);
    if (std::any_of(fields.begin(), fields.end(), [](const ExtraField &field) { return isOfAPlace(field.key); }))
        rememberBoxAnyway(extra, box);
}

std::string extraForBox(ConversionReport &report, const std::string &file, const std::string &className,
                        const BoxEntry &box)
{
    if (box.extra.empty())
        return {};
    const auto fields = extraFields(box.extra);
    const auto remembered =
        std::find_if(fields.begin(), fields.end(), [](const ExtraField &field) { return field.key == rememberedBox; });
    if (remembered == fields.end())
        return box.extra;
    const bool moved = remembered->value != boxJson(box.box);
    std::string kept;
    for (const ExtraField &field : fields) {
        if (field.key == rememberedBox)
            continue;
        if (moved && isOfAPlace(field.key))
            note(report, ConversionNote::Kind::Dropped, file,
                 message("core", "The {0} of a {1} was left out: it belongs to the box as it was before it was moved.")
                     .with(field.key, className));
        else
            addExtra(kept, field.key, field.value);
    }
    return kept;
}

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

std::vector<std::string_view> extraItems(std::string_view list)
{
    std::vector<std::string_view> items;
    size_t at = afterBlanks(list, 0);
    if (at >= list.size() || list[at] != '[')
        return items;
    for (at = afterBlanks(list, at + 1); at < list.size() && list[at] != ']';) {
        const size_t end = afterValue(list, at);
        const std::string_view whole = list.substr(at, end - at);
        items.push_back(whole.substr(0, whole.find_last_not_of(blanks) + 1));
        at = afterBlanks(list, end);
        if (at < list.size() && list[at] == ',')
            at = afterBlanks(list, at + 1);
    }
    return items;
}

std::string_view extraField(std::string_view extra, std::string_view key)
{
    for (const ExtraField &field : extraFields(extra))
        if (field.key == key)
            return field.value;
    return {};
}

std::string scoreText(float score, std::string_view extra)
{
    const std::string digits(extraField(extra, "score"));
    double exact = 0;
    const bool same = parseNumber(digits, exact) && static_cast<float>(exact) == score;
    return same ? digits : jsonNumber(score);
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
