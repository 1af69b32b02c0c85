// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of classes, the same in the window, in drawn pictures and in plots: twelve that stay apart for the three
// common kinds of colour blindness (values after Martin Krzywinski's 12-colour palette, mk.bcgsc.ca/colorblind), ordered
// so that the first few differ most from one another and from the pinks and greens of photographs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fcoscope {

/// 8-bit sRGB.
struct Colour {
    uint8_t r = 0, g = 0, b = 0;
    bool operator==(const Colour &) const = default;
};

inline constexpr std::array<Colour, 12> classPalette{{
    {0x00, 0x8D, 0xF9},  // azure
    {0xFF, 0xC3, 0x3B},  // amber
    {0xE2, 0x01, 0x34},  // crimson
    {0x00, 0x9F, 0x81},  // jungle
    {0xFF, 0x5A, 0xAF},  // pink
    {0x84, 0x00, 0xCD},  // violet
    {0x00, 0xFC, 0xCF},  // aquamarine
    {0xFF, 0x6E, 0x3A},  // orange
    {0x00, 0xC2, 0xF9},  // sky
    {0x9F, 0x01, 0x62},  // plum
    {0xFF, 0xB2, 0xFD},  // lavender
    {0xA4, 0x01, 0x22},  // maroon
}};

/// The colour of a class; classes beyond the palette start it again.
constexpr Colour classColour(int classIndex)
{
    const auto count = static_cast<int>(classPalette.size());
    return classPalette[static_cast<size_t>(((classIndex % count) + count) % count)];
}

/// Black or white, whichever reads better as text on `background` (luma of Rec. 601).
constexpr Colour inkOn(Colour background)
{
    const int luma = 299 * background.r + 587 * background.g + 114 * background.b;
    return luma > 140 * 1000 ? Colour{0, 0, 0} : Colour{255, 255, 255};
}

}  // namespace fcoscope
