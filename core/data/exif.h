// SPDX-License-Identifier: GPL-3.0-or-later
// The few facts we need from a TIFF directory: a TIFF file is one, and EXIF is one inside a JPEG, PNG or WebP.
// Private to core/data.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fcoscope {

struct TiffFacts {
    int64_t width = 0, height = 0;  ///< 0 where not given
    int orientation = 1;            ///< 1 … 8; 1 where absent or nonsense
};

/// Reads the first directory of a TIFF block (classic or BigTIFF, either byte order). Nothing if it is not one, or if
/// the directory lies beyond the end of `tiff`.
std::optional<TiffFacts> readTiffFacts(std::string_view tiff);

}  // namespace fcoscope
