// SPDX-License-Identifier: GPL-3.0-or-later
// Where the locations of each level lie in the network's input.
#pragma once

#include <optional>
#include <vector>

#include "core/base/image_transform.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// One pyramid level over one padded input. Location i (row-major) is at (x(i % width), y(i / width)), in pixels of the
/// network's input.
struct Level {
    int width = 0, height = 0;      ///< cells
    double stride = 0;              ///< nominal, px: unit of regression and of the centre region
    double stepX = 0, stepY = 0;    ///< between neighbouring locations; the stride, but for torchvision's
    double firstX = 0, firstY = 0;  ///< location (0, 0)
    double rangeLow = 0, rangeHigh = 0;  ///< px: the regression range

    int locations() const { return width * height; }
    double x(int column) const { return firstX + column * stepX; }
    double y(int row) const { return firstY + row * stepY; }
};

/// k of a level that people call Pk because its stride is 2^k px; nothing for other strides.
std::optional<int> pyramidNumber(double stride);

/// How an image becomes the network's input in validation and inference: resized as a whole and padded by `profile`.
ImageTransform inferenceTransform(Size image, const Profile &profile);

/// The levels of `profile` over an input of `padded` pixels. Every layer that shrinks maps n to ⌈n/2⌉, so a level has
/// ⌈n/stride⌉ cells where strides double.
std::vector<Level> levelsFor(const Profile &profile, Size padded);

}  // namespace fcoscope
