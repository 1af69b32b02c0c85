// SPDX-License-Identifier: GPL-3.0-or-later
// The checksum of zip archives (ITU-T V.42, reflected polynomial 0xEDB88320).
#pragma once

#include <cstdint>
#include <string_view>

namespace fcoscope {

/// The checksum of what `before` is the checksum of, followed by `bytes`; about 2 GB/s.
uint32_t crc32(std::string_view bytes, uint32_t before = 0);

}  // namespace fcoscope
