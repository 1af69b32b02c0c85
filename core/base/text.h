// SPDX-License-Identifier: GPL-3.0-or-later
// Small things that are done to texts everywhere.
#pragma once

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

}  // namespace fcoscope
