// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG through libjpeg itself rather than through OpenCV, which hides the library's warnings from the program and
// leaves them on the error stream: they are how a picture whose second half is missing is known. Pixels are the same.
// Private to core/data.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/geometry.h"

namespace fcoscope {

enum class JpegOutcome {
    Good,
    CutShort,  ///< the data end before the picture does
    Damaged,   ///< the coded data are broken, so part of the picture would be made up
};

/// The size of a picture that is decoded at 1, 2, 4 or 8 eighths of its own.
Size jpegSizeAt(Size size, int eighths);

/// Decodes into `rgb`, orientation as stored: 3 bytes for each pixel of jpegSizeAt(size, eighths). `size` must be the
/// header's. Below 8 eighths most of the work is left out, not done and thrown away.
JpegOutcome decodeJpeg(std::string_view bytes, Size size, uint8_t *rgb, int eighths = 8);

}  // namespace fcoscope
