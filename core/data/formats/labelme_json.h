// SPDX-License-Identifier: GPL-3.0-or-later
// JSON whose values are carried from file to file as they stand, digit for digit: fields we know nothing of survive at
// every depth. Private to core/data.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fcoscope {

/// `bytes` without blanks between values and without a byte order mark. Throws UserError, naming `file`, for what is no
/// valid JSON, nested deeper than 500, or holds a number beyond what a double or 64 bits hold.
std::string compactJson(const std::filesystem::path &file, std::string_view bytes);

/// As Python's json.dump(indent=2) writes it, which is what labelme and X-AnyLabeling call. `compact` is valid.
std::string indentedJson(std::string_view compact);

/// The elements of an array, none of what is no array. `compact` is valid.
std::vector<std::string_view> jsonElements(std::string_view compact);

/// A number; false for every other value.
bool readJsonNumber(std::string_view value, double &number);
/// With a point or an exponent, as Python writes its floats.
std::string pythonFloat(double value);

/// The fields of an object in their order. Keys and values are text as in the file.
class JsonFields {
public:
    JsonFields() = default;
    /// Of the keys that stand twice, the last value counts, as in Python.
    explicit JsonFields(std::string_view compactObject);

    /// "" where there is none.
    std::string_view get(std::string_view key) const;
    void set(std::string_view key, std::string_view value);  ///< in its place, or at the end
    void erase(std::string_view key);
    const std::vector<std::pair<std::string, std::string>> &all() const { return fields_; }
    std::string text() const;

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace fcoscope
