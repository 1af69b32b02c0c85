// SPDX-License-Identifier: GPL-3.0-or-later
// What an image file says about itself before any pixel is decoded. Private to core/data.
#pragma once

#include <string_view>

#include "core/base/geometry.h"

namespace fcoscope {

enum class ImageFormat { Unknown, Jpeg, Png, Bmp, WebP, Tiff, Gif, Heic, Avif, Jpeg2000, Photoshop, JpegXl };

/// The name as people know it, "JPEG".
const char *formatName(ImageFormat format);

/// Whether readImage reads it, or only knows what it is.
bool isReadFormat(ImageFormat format);

/// By the first bytes; 16 are enough.
ImageFormat imageFormatOf(std::string_view bytes);

struct ImageHeader {
    enum class State {
        Good,
        Incomplete,  ///< `bytes` ended first: more of the file is needed, or it is cut short
        Damaged,
    };
    State state = State::Damaged;
    Size stored;            ///< as the pixels are stored
    int orientation = 1;    ///< EXIF's, 1 … 8
    bool animated = false;  ///< WebP only

    /// The size after the orientation was applied: 5 … 8 lie on their side.
    Size shown() const { return orientation >= 5 ? Size{stored.height, stored.width} : stored; }
};

/// Reads the header of a format that isReadFormat. `wholeFile` says that `bytes` is all there is.
ImageHeader readImageHeader(ImageFormat format, std::string_view bytes, bool wholeFile);

}  // namespace fcoscope
