// SPDX-License-Identifier: GPL-3.0-or-later
// Just enough JSON for the header of a safetensors file and for the lines that programs print, so that the engine
// needs no library but LibTorch: strict, no deeper than 32, no number that is not finite. Data sets are read by
// simdjson (core/data).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fcoscope {

struct Json {
    enum class Kind { Null, Boolean, Number, String, Array, Object };

    Kind kind = Kind::Null;
    double number = 0;  ///< Number; 0 or 1 for Boolean
    std::string text;
    std::vector<Json> items;
    struct Member;                // not a pair: Clang 14 cannot complete one that holds the type it is a member of
    std::vector<Member> members;  ///< in the file's order, duplicates kept

    const Json *find(std::string_view name) const;
};
struct Json::Member {
    std::string name;
    Json value;
};

/// Throws UserError saying where the text stops being JSON. Blanks may follow the value, nothing else.
Json parseJson(std::string_view text);

/// `text` in quotes, escaped; bytes that are no UTF-8 become U+FFFD.
std::string jsonText(std::string_view text);

}  // namespace fcoscope
