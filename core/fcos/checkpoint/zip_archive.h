// SPDX-License-Identifier: GPL-3.0-or-later
// The table of contents of a zip archive, believed only where all that it says twice is the same both times.
//
// A zip archive names each file in its directory at the end and again in front of the data. Programs that believe one
// of the two can be shown another file than programs that believe the other; so here both must agree, entries may not
// overlap, nothing may stand before the first, between them or behind the end, and names must be plain. Nothing is ever
// unpacked to the disk. Of a PyTorch file, entries are stored as they are (method 0).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/fcos/checkpoint/byte_source.h"

namespace fcoscope {

struct ZipEntry {
    std::string name;
    uint16_t flags = 0;
    uint16_t method = 0;        ///< 0: stored as it is; 8: deflated
    uint32_t checksum = 0;      ///< CRC-32; 0 also where the writer made none
    uint64_t headerOffset = 0;  ///< of what stands before the data
    uint64_t offset = 0;        ///< of the data
    uint64_t packedBytes = 0, bytes = 0;
};

/// All entries, ordered by name. Throws UserError for an archive that is damaged or contradicts itself.
std::vector<ZipEntry> readZipDirectory(const ByteSource &source);

/// The entry of that name, or nullptr.
const ZipEntry *findEntry(const std::vector<ZipEntry> &entries, const std::string &name);

}  // namespace fcoscope
