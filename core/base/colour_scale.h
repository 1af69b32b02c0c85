// SPDX-License-Identifier: GPL-3.0-or-later
// From a number to a colour, the same in the window, in exported figures and in legends.
#pragma once

#include "core/base/palette.h"

namespace fcoscope {

enum class ColourScale {
    Uniform,    ///< perceptually uniform, dark to light: equal steps look equal, also without red and green and in grey
    BlueToRed,  ///< the paper's: blue, cyan, yellow, red
    Grey,
};

/// The colour at `t`, 0 … 1 from one end of the scale to the other (values beyond are its ends).
Colour colourAt(ColourScale scale, double t);
/// The same for differences: t = 0.5 is neutral, below blue, above orange; both ends equally dark.
Colour divergingColourAt(double t);

}  // namespace fcoscope
