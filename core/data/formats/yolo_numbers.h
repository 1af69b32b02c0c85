// SPDX-License-Identifier: GPL-3.0-or-later
// YOLO's fractions of an image's sides and our pixels, turned into each other without drift. Private to core/data.
//
// A text like 0.407031 stands for every number that would be written so; in pixels that is an interval, some
// thousandths wide. Reading works out the exact decimal value and takes the number with the fewest decimals in that
// interval, so that whole pixels come back whole from the six decimals that labelImg, Ultralytics and X-AnyLabeling
// write. A number is taken for exact to its last digit, but never for rounder than six decimals (programs drop zeros at
// the end), and for exact altogether where one in its line has twelve or more (a program that prints doubles whole).
//
// Writing uses six decimals, and as many more as it takes until reading gives the same doubles again: whole pixels need
// six in images up to 600,000 pixels wide, hundredths up to 6,000, arbitrary doubles about 20. Where 24 are not enough
// (a coordinate that is no zero but closer to it than 1e-9), the error is below 1e-18 pixels.
//
// The arithmetic is exact, in integers of 128 bits; no locale, no rounding mode, no compiler changes a digit.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/geometry.h"

namespace fcoscope {

/// A decimal number as it stands in a file, in units of 1e-24.
struct Fraction {
    __extension__ typedef __int128 Whole;
    Whole value = 0;
    int decimals = 0;  ///< that the text has; its value is known to half of the last one
};

/// Plain or with an exponent, as "1e-05"; none: no number, not finite, or beyond ±100.
std::optional<Fraction> parseFraction(std::string_view text);

/// Says of the numbers of one line how far each is known, as the first comment says.
void settlePrecision(std::span<Fraction> line);

/// Centre and size as fractions of `image`.
Box boxOfFractions(const std::array<Fraction, 4> &centreAndSize, Size image);
/// The same as "cx cy w h"; `image` has an area, the box is finite.
std::string fractionsOf(const Box &box, Size image);

/// Points as polygons have them: x, y, x, y, … of one line.
std::vector<double> pixelsOf(std::span<const Fraction> points, Size image);
std::string fractionsOf(std::span<const double> points, Size image);

}  // namespace fcoscope
