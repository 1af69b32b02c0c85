// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/crc32.h"

#include <array>
#include <cstring>

namespace fcoscope {
namespace {

/// tables[k][b]: what the byte b does to the checksum when k further bytes follow in the same step.
constexpr auto tables = [] {
    std::array<std::array<uint32_t, 256>, 8> made{};
    for (uint32_t b = 0; b < 256; ++b) {
        uint32_t rest = b;
        for (int bit = 0; bit < 8; ++bit)
            rest = rest & 1 ? rest >> 1 ^ 0xEDB88320u : rest >> 1;
        made[0][b] = rest;
    }
    for (size_t k = 1; k < 8; ++k)
        for (uint32_t b = 0; b < 256; ++b)
            made[k][b] = made[k - 1][b] >> 8 ^ made[0][made[k - 1][b] & 255];
    return made;
}();

}  // namespace

uint32_t crc32(std::string_view bytes, uint32_t before)
{
    uint32_t sum = ~before;
    size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {  // eight bytes a step
        uint64_t word;
        std::memcpy(&word, bytes.data() + i, 8);
        word ^= sum;
        sum = 0;
        for (size_t k = 0; k < 8; ++k)
            sum ^= tables[7 - k][word >> (8 * k) & 255];
    }
    for (; i < bytes.size(); ++i)
        sum = sum >> 8 ^ tables[0][(sum ^ static_cast<uint8_t>(bytes[i])) & 255];
    return ~sum;
}

}  // namespace fcoscope
