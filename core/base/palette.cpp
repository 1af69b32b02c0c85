// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/palette.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fcoscope {
namespace {

constexpr std::array<Colour, 8> firstColours{{
    {0x3a, 0xa9, 0xf2},  // blue
    {0xff, 0xa0, 0x1c},  // orange
    {0x12, 0xb8, 0x86},  // green
    {0xf5, 0xe6, 0x4a},  // yellow
    {0xe8, 0x50, 0x2a},  // red
    {0x2f, 0x62, 0xd9},  // deep blue
    {0xe5, 0x8f, 0xc8},  // pink
    {0xd9, 0xdd, 0xe2},  // silver
}};

/// Hue, saturation and lightness, all 0…1, as sRGB.
Colour fromHsl(double hue, double saturation, double lightness)
{
    const double chroma = (1 - std::abs(2 * lightness - 1)) * saturation;
    const auto channel = [&](double shift) {
        const double place = std::fmod(hue * 6 + shift, 6.0);
        const double share = std::clamp(std::abs(place - 3) - 1, 0.0, 1.0);
        return static_cast<uint8_t>(std::lround(255 * (lightness + chroma * (share - 0.5))));
    };
    return {channel(0), channel(4), channel(2)};
}

}  // namespace

double relativeLuminance(Colour colour)
{
    const auto linear = [](uint8_t value) {
        const double v = value / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

Colour classColour(int classIndex)
{
    if (classIndex < 0)
        return {0x9a, 0xa0, 0xa8};
    if (static_cast<size_t>(classIndex) < firstColours.size())
        return firstColours[static_cast<size_t>(classIndex)];
    const int further = classIndex - static_cast<int>(firstColours.size());
    static constexpr double lightness[] = {0.62, 0.48, 0.74};
    const double hue = std::fmod(0.05 + further * 0.6180339887498949, 1.0);
    double light = lightness[further % 3];
    Colour colour = fromHsl(hue, 0.75, light);
    while (relativeLuminance(colour) < 0.16)  // blues are far darker than their lightness says
        colour = fromHsl(hue, 0.75, light += 0.03);
    return colour;
}

Colour inkOn(Colour background)
{
    const double luminance = relativeLuminance(background);
    return (1.05 / (luminance + 0.05)) >= ((luminance + 0.05) / 0.05) ? Colour{255, 255, 255} : Colour{0, 0, 0};
}

}  // namespace fcoscope
