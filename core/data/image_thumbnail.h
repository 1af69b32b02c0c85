// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures of image files, for lists: made for thousands of files while somebody scrolls, so a JPEG is decoded at
// an eighth, a quarter or half of its size, which costs little more than reading its file (docs/benchmarks.md).
#pragma once

#include <string>

#include "core/base/values.h"

namespace fcoscope {

struct ThumbnailLimits {
    double megapixels = 50;  ///< other files than JPEG are decoded whole, so larger ones are not
};

/// The picture, its EXIF orientation applied, shrunk so that the longer side has `side` pixels; never enlarged. Without
/// pixels where it would be too dear (see ThumbnailLimits, and for JPEG ReadLimits). Safe to call from several threads.
/// Refuses the same files as readImage, with the same sentences.
Image readThumbnail(const std::string &path, int side, const ThumbnailLimits &limits = {});

}  // namespace fcoscope
