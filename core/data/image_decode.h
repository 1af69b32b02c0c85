// SPDX-License-Identifier: GPL-3.0-or-later
// From the bytes of an image file to its pixels: what readImage and readThumbnail share. A large image is what a
// program runs out of memory with, so there is never a second buffer of its pixels where the decoder can write into the
// first (JPEG, and PNG with three channels of 8 bits), and the file is let go before an image is turned. Private to
// core/data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/image.h"
#include "core/data/image_header.h"

namespace fcoscope {

inline constexpr uint64_t largestFile = uint64_t(1) << 30;

UserError cutShort(const std::string &path);
UserError damaged(const std::string &path, ImageFormat format);

/// A format that is read, or the error that says why this file is not.
ImageFormat checkedFormat(const std::string &path, std::string_view bytes);
/// A header that is whole, of a picture that stands still.
ImageHeader checkedHeader(const std::string &path, ImageFormat format, std::string_view wholeFile);
void checkLimit(const std::string &path, Size size, const ReadLimits &limits);

/// header.shown() pixels of RGB, rows without padding. OpenCV's exceptions and bad_alloc are the caller's.
std::vector<uint8_t> decodeUpright(const std::string &path, ImageFormat format, const ImageHeader &header,
                                   std::string bytes);

/// decodeJpeg, or the error that says why not.
void decodeJpegInto(const std::string &path, Size size, std::string_view bytes, uint8_t *rgb, int eighths = 8);

/// Turns `pixels`, of the size `stored`, as EXIF's orientation asks, so that the first row is the top and the first
/// column the left of the scene.
void turnUpright(std::vector<uint8_t> &pixels, Size stored, int orientation);

}  // namespace fcoscope
