// SPDX-License-Identifier: GPL-3.0-or-later
// Writing JSON: always valid UTF-8, always finite numbers, whatever file names and figures hold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace fcoscope {

/// The shortest form that reads back to the same value; null for what JSON has no number for (infinite, not a number).
std::string jsonNumber(double value);
/// As many digits as a float32 holds, so that 0.3 stays 0.3.
std::string jsonNumber(float value);
/// [a,b,…] of texts that are JSON already.
std::string jsonArray(const std::vector<std::string> &elements);
std::string jsonTexts(const std::vector<std::string> &texts);

/// {"key":value,…} in the order of the calls.
class JsonObject {
public:
    JsonObject &raw(std::string_view key, std::string_view json);  ///< a value that is JSON already
    JsonObject &add(std::string_view key, std::string_view text) { return raw(key, jsonText(text)); }
    JsonObject &add(std::string_view key, const char *text) { return raw(key, jsonText(text)); }
    JsonObject &add(std::string_view key, double value) { return raw(key, jsonNumber(value)); }
    JsonObject &add(std::string_view key, float value) { return raw(key, jsonNumber(value)); }
    JsonObject &add(std::string_view key, int64_t value) { return raw(key, std::to_string(value)); }
    JsonObject &add(std::string_view key, int value) { return raw(key, std::to_string(value)); }
    JsonObject &add(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }

    std::string text() const { return "{" + members_ + "}"; }

private:
    std::string members_;
};

}  // namespace fcoscope
