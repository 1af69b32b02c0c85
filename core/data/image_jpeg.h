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

/// Decodes into `rgb`, size.width × size.height × 3 bytes, orientation as stored. `size` must be the header's.
JpegOutcome decodeJpeg(std::string_view bytes, Size size, uint8_t *rgb);

}  // namespace fcoscope
