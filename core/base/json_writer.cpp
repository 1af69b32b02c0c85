// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_writer.h"

#include <charconv>
#include <cmath>

namespace fcoscope {
namespace {

template <typename Value> std::string shortest(Value value)
{
    if (!std::isfinite(value))
        return "null";
    char buffer[64];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace

std::string jsonNumber(double value)
{
    return shortest(value);
}
std::string jsonNumber(float value)
{
    return shortest(value);
}

std::string jsonArray(const std::vector<std::string> &elements)
{
    std::string text = "[";
    for (const auto &element : elements)
        text += (text.size() > 1 ? "," : "") + element;
    return text + "]";
}

std::string jsonTexts(const std::vector<std::string> &texts)
{
    std::vector<std::string> quoted;
    for (const auto &text : texts)
        quoted.push_back(jsonText(text));
    return jsonArray(quoted);
}

JsonObject &JsonObject::raw(std::string_view key, std::string_view json)
{
    members_ += (members_.empty() ? "" : ",") + jsonText(key) + ":";
    members_ += json;
    return *this;
}

}  // namespace fcoscope
