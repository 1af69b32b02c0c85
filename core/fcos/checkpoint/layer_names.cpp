// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/layer_names.h"

#include <array>
#include <cstdint>
#include <map>

namespace fcoscope {
namespace {

using Numbers = std::map<char, int64_t>;

/// A place in a pattern: factor · (the number called `name`) + offset.
struct Place {
    int64_t factor = 1, offset = 0;
    char name = 0;
};

/// Reads "3i+1" or "n" or "l-3".
Place placeOf(std::string_view text)
{
    Place place;
    size_t at = 0;
    if (text[at] >= '0' && text[at] <= '9')
        place.factor = text[at++] - '0';
    place.name = text[at++];
    if (at < text.size())
        place.offset = (text[at] == '-' ? -1 : 1) * (text[at + 1] - '0');
    return place;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Whether `text` is `pattern` with numbers in its places; they are put into `numbers`.
bool fits(std::string_view text, std::string_view pattern, Numbers &numbers)
{
    size_t at = 0;
    for (size_t p = 0; p < pattern.size(); ++p) {
        if (pattern[p] != '<') {
            if (at == text.size() || text[at++] != pattern[p])
                return false;
            continue;
        }
        const size_t close = pattern.find('>', p);
        const Place place = placeOf(pattern.substr(p + 1, close - p - 1));
        p = close;
        size_t end = at;
        int64_t value = 0;
        while (end < text.size() && end - at < 4 && isDigit(text[end]))
            value = 10 * value + (text[end++] - '0');
        if (end == at || (end - at > 1 && text[at] == '0'))
            return false;
        at = end;
        value -= place.offset;
        if (value < 0 || value % place.factor != 0)
            return false;
        const auto [known, isNew] = numbers.emplace(place.name, value / place.factor);
        if (!isNew && known->second != value / place.factor)
            return false;
    }
    return at == text.size();
}

/// `pattern` with `numbers` in its places.
std::string filled(std::string_view pattern, const Numbers &numbers)
{
    std::string text;
    for (size_t p = 0; p < pattern.size(); ++p) {
        if (pattern[p] != '<') {
            text += pattern[p];
            continue;
        }
        const size_t close = pattern.find('>', p);
        const Place place = placeOf(pattern.substr(p + 1, close - p - 1));
        text += std::to_string(place.factor * numbers.at(place.name) + place.offset);
        p = close;
    }
    return text;
}

/// Their endings of a layer's name and ours. Ours is "-" for a tensor without a place in our network.
using Endings = std::vector<std::pair<std::string_view, std::string_view>>;
const Endings &endingsOf(Leaf leaf)
{
    static const std::array<Endings, 6> all{
        Endings{{".weight", ".weight"}},
        Endings{{".weight", ".weight"}, {".bias", ".bias"}},
        Endings{{".weight", ".weight"},
                {".bias", ".bias"},
                {".running_mean", ".mean"},
                {".running_var", ".var"},
                {".num_batches_tracked", "-"}},
        Endings{{".scale", ""}},
        Endings{{"_w", ".weight"}, {"_b", ".bias"}},
        Endings{{"_s", ".weight"}, {"_b", ".bias"}},
    };
    return all[static_cast<size_t>(leaf)];
}

}  // namespace

std::optional<std::string> fromTheirs(const Rows &rows, std::string_view name)
{
    for (const Row &row : rows)
        for (const auto &[theirs, ours] : endingsOf(row.leaf)) {
            if (!name.ends_with(theirs))
                continue;
            Numbers numbers;
            if (fits(name.substr(0, name.size() - theirs.size()), row.theirs, numbers))
                return ours == "-" ? std::string() : filled(row.ours, numbers) + std::string(ours);
        }
    return std::nullopt;
}

std::optional<std::string> toTheirs(const Rows &rows, std::string_view name)
{
    for (const Row &row : rows)
        for (const auto &[theirs, ours] : endingsOf(row.leaf)) {
            if (!name.ends_with(ours))
                continue;
            Numbers numbers;
            if (fits(name.substr(0, name.size() - ours.size()), row.ours, numbers))
                return filled(row.theirs, numbers) + std::string(theirs);
        }
    return std::nullopt;
}

}  // namespace fcoscope
