// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/message.h"

namespace fcoscope {

std::string fillPlaces(const std::string &text, const std::vector<std::string> &arguments)
{
    std::string filled;
    for (size_t i = 0; i < text.size(); ++i) {
        // A place is {digits}; anything else, an argument's own braces among them, is copied as it stands.
        if (text[i] == '{') {
            size_t end = i + 1, index = 0;
            while (end < text.size() && text[end] >= '0' && text[end] <= '9' && end < i + 3)
                index = index * 10 + static_cast<size_t>(text[end++] - '0');
            if (end > i + 1 && end < text.size() && text[end] == '}' && index < arguments.size()) {
                filled += arguments[index];
                i = end;
                continue;
            }
        }
        filled += text[i];
    }
    return filled;
}

std::string Message::english() const { return fillPlaces(text, arguments); }

}  // namespace fcoscope
