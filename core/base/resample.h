// SPDX-License-Identifier: GPL-3.0-or-later
// Resizing a picture in the arithmetic of the libraries that published detectors were trained with, to the pixel. A
// detector notices: a shrunk photograph differs by dozens of grey levels between the two, and by one level between
// either of them and a computation in floats.
//
// The formulas are those of the libraries' documentation and behaviour: Pillow until version 12, whose horizontal pass
// always comes first (13 takes the vertical one first where the height shrinks much more than the width, which resizing
// that keeps the sides' ratio never does), and OpenCV 3 to 5.
#pragma once

#include <functional>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// Calls its argument with parts [first, last) of 0…count that together cover it once, on as many threads as it likes.
using RowLoop = std::function<void(int count, const std::function<void(int first, int last)> &part)>;
/// All rows in one part, on the calling thread.
void allRows(int count, const std::function<void(int first, int last)> &part);

enum class Code {
    Fastest,   ///< what suits this processor best
    Portable,  ///< what every processor can do; the result is the same, and a test says so
};

/// Image.resize(size, BILINEAR): a triangle whose half width is one pixel or, when shrinking, one output pixel; weights
/// in 22-bit fixed point; first the columns, then the rows, rounded to 8 bits in between. `size` must not be empty,
/// neither must the image.
std::vector<uint8_t> resizedAsPillow(const Image &image, Size size, const RowLoop &rows = allRows,
                                     Code code = Code::Fastest);

/// cv2.resize(image, size) of an 8-bit picture: the four nearest pixels whatever the scale, with 11-bit weights.
std::vector<uint8_t> resizedAsOpenCv(const Image &image, Size size, const RowLoop &rows = allRows);

/// cv2.resize(image, size) of the same picture as float32: values stay in 0…255.
std::vector<float> resizedAsOpenCvFloat(const Image &image, Size size, const RowLoop &rows = allRows);

}  // namespace fcoscope
