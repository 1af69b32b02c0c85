// SPDX-License-Identifier: GPL-3.0-or-later
// Small things that are done to texts everywhere.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace fcoscope {

/// A … Z in lower case, everything else as it is: for names and endings of files and for words of protocols.
inline std::string lowerCase(std::string text)
{
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

inline std::string joined(const std::vector<std::string> &texts, const char *between = ", ")
{
    std::string text;
    for (const std::string &one : texts)
        text += (text.empty() ? "" : between) + one;
    return text;
}

/// `text` without control characters, so that a file's name cannot move the cursor or break a line.
inline std::string printable(const std::string &text)
{
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02X", static_cast<unsigned>(byte));
            shown += escaped;
        } else {
            shown += c;
        }
    }
    return shown;
}

/// What class `classIndex` is called among `names`: its number where it has no name there.
inline std::string nameOfClass(const std::vector<std::string> &names, int classIndex)
{
    const auto index = static_cast<size_t>(classIndex);
    return classIndex >= 0 && index < names.size() ? names[index] : std::to_string(classIndex);
}

/// A number for people, the C way: no more than `decimals` places, no zeros at the end, "∞" for what has no end.
inline std::string roundedText(double value, int decimals = 1)
{
    if (!std::isfinite(value))
        return std::isnan(value) ? "NaN" : value > 0 ? "∞" : "-∞";
    char digits[400];  // the largest double has 309 before its point
    std::string text(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, decimals).ptr);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.')
            text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

}  // namespace fcoscope
