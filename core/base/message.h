// SPDX-License-Identifier: GPL-3.0-or-later
// A sentence for people, made where it arises and put into words where it is shown.
//
// Core names no Qt, yet its sentences reach people in their own language: a Message is an English template with
// numbered places and the arguments that go there. The command prints english(); the window translates the template
// (it is its own key) and fills the places itself. Write the template as a literal in the call, so that lupdate finds
// it: packaging/translations.sh tells lupdate that message(context, text) is a translate().
//
//     throw UserError(message("core", "The image {0} is cut short after {1} of {2} bytes.").with(path, have, want));
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace fcoscope {

struct Message {
    std::string text;                    ///< English, with places {0}, {1}, …
    std::vector<std::string> arguments;  ///< one for each place

    /// The same message with its places filled by `values`, numbers written the C way (decimal point, no grouping).
    template <typename... Values> Message with(const Values &...values) const
    {
        Message filled = *this;
        (filled.arguments.push_back(written(values)), ...);
        return filled;
    }

    std::string english() const;
    bool operator==(const Message &other) const = default;

private:
    template <typename Value> static std::string written(const Value &value)
    {
        std::ostringstream stream;
        stream.imbue(std::locale::classic());
        stream << value;
        return stream.str();
    }
};

/// `context` is always "core"; it stands in the call because lupdate wants to see it there.
inline Message message(const char * /*context*/, const char *text) { return {text, {}}; }

/// Puts `arguments` into the places of `text`; used by english() and, on the translated text, by the window.
std::string fillPlaces(const std::string &text, const std::vector<std::string> &arguments);

}  // namespace fcoscope
