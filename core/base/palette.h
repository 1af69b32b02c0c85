// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of classes, the same in the window, in drawn pictures and in plots. The first eight stay apart for the
// three common kinds of colour blindness (a test measures it), are light enough to be seen on photographs, and differ
// from the pinks and greens that pictures are made of; further ones go round the hues by the golden ratio.
#pragma once

#include <cstdint>

namespace fcoscope {

/// 8-bit sRGB.
struct Colour {
    uint8_t r = 0, g = 0, b = 0;
    bool operator==(const Colour &) const = default;
};

/// The colour of a class; grey for what has none (a negative index).
Colour classColour(int classIndex);

/// How bright a colour looks, 0 (black) to 1 (white): relative luminance of WCAG 2.1.
double relativeLuminance(Colour colour);

/// Black or white, whichever has more contrast as text on `background`.
Colour inkOn(Colour background);

}  // namespace fcoscope
