// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/exif.h"

namespace fcoscope {
namespace {

/// Unsigned numbers out of a block in its byte order; anything outside the block makes `good` false.
struct Numbers {
    std::string_view block;
    bool bigEndian = false;
    bool good = true;

    uint64_t at(uint64_t offset, unsigned bytes)
    {
        if (offset > block.size() || bytes > block.size() - offset) {
            good = false;
            return 0;
        }
        uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) {
            const unsigned place = bigEndian ? i : bytes - 1 - i;
            value = value << 8 | static_cast<uint8_t>(block[offset + place]);
        }
        return value;
    }
};

constexpr uint64_t tagWidth = 256, tagHeight = 257, tagOrientation = 274;

/// Bytes of one value of a TIFF field type that can hold a size; 0 for the others.
unsigned bytesOfType(uint64_t type)
{
    switch (type) {
    case 1:
        return 1;  // BYTE
    case 3:
        return 2;  // SHORT
    case 4:
        return 4;  // LONG
    case 16:
        return 8;  // LONG8
    default:
        return 0;
    }
}

}  // namespace

std::optional<TiffFacts> readTiffFacts(std::string_view tiff)
{
    Numbers numbers{tiff};
    if (tiff.substr(0, 2) == "MM")
        numbers.bigEndian = true;
    else if (tiff.substr(0, 2) != "II")
        return std::nullopt;
    const uint64_t version = numbers.at(2, 2);
    const bool big = version == 43;
    if (!numbers.good || (!big && version != 42))
        return std::nullopt;

    uint64_t entry = big ? numbers.at(8, 8) : numbers.at(4, 4);
    const uint64_t count = numbers.at(entry, big ? 8 : 2);
    entry += big ? 8 : 2;
    const unsigned entryBytes = big ? 20 : 12;
    TiffFacts facts;
    for (uint64_t i = 0; i < count && i < 4096 && numbers.good; ++i, entry += entryBytes) {
        const uint64_t tag = numbers.at(entry, 2);
        if (tag != tagWidth && tag != tagHeight && tag != tagOrientation)
            continue;
        const unsigned bytes = bytesOfType(numbers.at(entry + 2, 2));
        if (bytes == 0 || bytes > (big ? 8u : 4u))
            continue;
        const uint64_t value = numbers.at(entry + (big ? 12 : 8), bytes);
        if (tag == tagOrientation)
            facts.orientation = value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
        else
            (tag == tagWidth ? facts.width : facts.height) =
                value <= INT32_MAX ? static_cast<int64_t>(value) : INT32_MAX;
    }
    if (!numbers.good)
        return std::nullopt;
    return facts;
}

}  // namespace fcoscope
