// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/locations.h"

#include <cmath>

namespace fcoscope {

std::optional<int> pyramidNumber(double stride)
{
    const double power = std::log2(stride);
    if (!(stride >= 1) || power != std::floor(power))
        return std::nullopt;
    return static_cast<int>(power);
}

ImageTransform inferenceTransform(Size image, const Profile &profile)
{
    return fitTransform(image, profile.shortSide, profile.longSide, profile.sizeDivisor, profile.sizeRounding);
}

std::vector<Level> levelsFor(const Profile &profile, Size padded)
{
    std::vector<Level> levels;
    for (size_t i = 0; i < profile.strides.size(); ++i) {
        Level level;
        level.stride = profile.strides[i];
        level.width = static_cast<int>(std::ceil(padded.width / level.stride));
        level.height = static_cast<int>(std::ceil(padded.height / level.stride));
        level.rangeLow = profile.rangeLow(i);
        level.rangeHigh = profile.rangeHigh(i);
        if (profile.locations == LocationRule::Torchvision) {
            level.stepX = std::floor(static_cast<double>(padded.width) / level.width);
            level.stepY = std::floor(static_cast<double>(padded.height) / level.height);
        } else {
            level.stepX = level.stepY = level.stride;
            level.firstX = level.firstY = level.stride / 2;
        }
        levels.push_back(level);
    }
    return levels;
}

}  // namespace fcoscope
