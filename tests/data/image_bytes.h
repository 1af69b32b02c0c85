// SPDX-License-Identifier: GPL-3.0-or-later
// Image files made byte by byte, for what no encoder writes: a palette, an EXIF orientation, a header that lies.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace bytes {

inline std::string number(uint64_t value, int count, bool bigEndian)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += static_cast<char>(value >> 8 * (bigEndian ? count - 1 - i : i) & 0xFF);
    return text;
}

/// A TIFF block with nothing but an orientation, as EXIF holds it.
inline std::string exif(int orientation, bool bigEndian)
{
    const auto n = [&](uint64_t value, int count) { return number(value, count, bigEndian); };
    std::string block = bigEndian ? "MM" : "II";
    block += n(42, 2) + n(8, 4) + n(1, 2);
    block += n(274, 2) + n(3, 2) + n(1, 4) + n(static_cast<uint64_t>(orientation), 2) + n(0, 2);
    return block + n(0, 4);
}

/// A JPEG with an EXIF segment put in behind its first marker.
inline std::string withExif(const std::string &jpeg, int orientation, bool bigEndian)
{
    const std::string content = std::string("Exif\0\0", 6) + exif(orientation, bigEndian);
    return jpeg.substr(0, 2) + "\xFF\xE1" + number(content.size() + 2, 2, true) + content + jpeg.substr(2);
}

inline uint32_t crc(const std::string &text)
{
    uint32_t sum = 0xFFFFFFFFu;
    for (const char c : text) {
        sum ^= static_cast<uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum & 1) != 0 ? 0xEDB88320u ^ sum >> 1 : sum >> 1;
    }
    return ~sum;
}

inline std::string chunk(const std::string &kind, const std::string &content)
{
    return number(content.size(), 4, true) + kind + content + number(crc(kind + content), 4, true);
}

/// zlib's container with the data stored as they are.
inline std::string stored(const std::string &data)
{
    std::string text = "\x78\x01";
    uint32_t a = 1, b = 0;
    for (const char c : data) {
        a = (a + static_cast<uint8_t>(c)) % 65521;
        b = (b + a) % 65521;
    }
    text += '\x01';
    text += number(data.size(), 2, false) + number(~data.size() & 0xFFFF, 2, false) + data;
    return text + number(b << 16 | a, 4, true);
}

inline const std::string pngSignature = "\x89PNG\r\n\x1A\n";

inline std::string pngHeader(uint32_t width, uint32_t height, int bits, int colourType)
{
    return chunk("IHDR", number(width, 4, true) + number(height, 4, true) + static_cast<char>(bits) +
                             static_cast<char>(colourType) + std::string(3, '\0'));
}

/// `rows` without their filter bytes; `before` and `after` are chunks around the pixels.
inline std::string png(uint32_t width, int bits, int colourType, const std::vector<std::string> &rows,
                       const std::string &before = {}, const std::string &after = {})
{
    std::string data;
    for (const auto &row : rows)
        data += '\0' + row;
    return pngSignature + pngHeader(width, static_cast<uint32_t>(rows.size()), bits, colourType) + before +
           chunk("IDAT", stored(data)) + after + chunk("IEND", {});
}

/// An uncompressed RGB TIFF of 8 or 16 bits.
inline std::string tiff(uint32_t width, uint32_t height, int bits, const std::string &pixels, int orientation)
{
    const auto n = [](uint64_t value, int count) { return number(value, count, false); };
    const auto entry = [&](uint64_t tag, uint64_t type, uint64_t count, uint64_t value) {
        return n(tag, 2) + n(type, 2) + n(count, 4) + (type == 3 && count == 1 ? n(value, 2) + n(0, 2) : n(value, 4));
    };
    const uint64_t depths = 8 + 2 + 12 * 11 + 4, data = depths + 6;
    std::string file = "II" + n(42, 2) + n(8, 4) + n(11, 2);
    file += entry(256, 4, 1, width) + entry(257, 4, 1, height) + entry(258, 3, 3, depths) + entry(259, 3, 1, 1);
    file += entry(262, 3, 1, 2) + entry(273, 4, 1, data) + entry(274, 3, 1, static_cast<uint64_t>(orientation));
    file += entry(277, 3, 1, 3) + entry(278, 4, 1, height) + entry(279, 4, 1, pixels.size()) + entry(284, 3, 1, 1);
    return file + n(0, 4) + n(static_cast<uint64_t>(bits), 2) + n(static_cast<uint64_t>(bits), 2) +
           n(static_cast<uint64_t>(bits), 2) + pixels;
}

}  // namespace bytes
