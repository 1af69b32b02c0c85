// SPDX-License-Identifier: GPL-3.0-or-later
// How a picture is shown to a person who looks for faint things: brighter, with more contrast, inverted. Only the
// pixels on the screen change; what the network gets and what is saved never does.
#pragma once

#include <QImage>
#include <QRect>

#include <array>
#include <cstdint>

namespace fcoscope {

struct PictureLook {
    int brightness = 0;  ///< -100 … 100: added, in hundredths of the whole range
    int contrast = 0;    ///< -100 … 100: from a quarter of the differences to four times, around the middle
    double gamma = 1;    ///< 0.25 … 4: above 1 lifts the shadows
    bool inverted = false;

    bool operator==(const PictureLook &) const = default;
    bool neutral() const { return *this == PictureLook{}; }
};

/// What becomes of each value of a channel: inverted, then gamma, contrast, brightness.
std::array<uint8_t, 256> lookTable(const PictureLook &look);

/// Applies it to the pixels of `part` of an RGB32 image. Nothing at all is done where the look is neutral.
void applyLook(QImage &image, const QRect &part, const PictureLook &look);

}  // namespace fcoscope
