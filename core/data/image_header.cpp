// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_header.h"

#include <algorithm>
#include <cstdint>

#include "core/data/exif.h"

namespace fcoscope {
namespace {

using State = ImageHeader::State;

uint32_t littleEndian(std::string_view bytes, size_t offset, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = count; i-- > 0;)
        value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
    return value;
}

uint32_t bigEndian(std::string_view bytes, size_t offset, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i)
        value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
    return value;
}

/// Sizes are kept in int; no format we read can claim a larger side and be honest.
Size sizeOf(int64_t width, int64_t height)
{
    const auto side = [](int64_t n) { return static_cast<int>(std::clamp<int64_t>(n, 0, INT32_MAX)); };
    return {side(width), side(height)};
}

int orientationOf(std::string_view exif)
{
    constexpr std::string_view mark("Exif\0\0", 6);
    if (exif.substr(0, mark.size()) == mark)
        exif.remove_prefix(mark.size());
    const auto facts = readTiffFacts(exif);
    return facts ? facts->orientation : 1;
}

bool isStartOfFrame(uint8_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// The marker segments up to the frame header, which every EXIF block precedes.
ImageHeader jpegHeader(std::string_view bytes)
{
    ImageHeader header;
    for (size_t at = 2;;) {
        if (at + 4 > bytes.size()) {
            header.state = State::Incomplete;
            return header;
        }
        if (static_cast<uint8_t>(bytes[at]) != 0xFF)
            return header;
        const uint8_t marker = static_cast<uint8_t>(bytes[at + 1]);
        if (marker == 0xFF) {  // a filling byte
            ++at;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // markers that stand alone
            at += 2;
            continue;
        }
        const uint32_t length = bigEndian(bytes, at + 2, 2);
        if (length < 2 || marker == 0xD9 || marker == 0xDA)
            return header;
        if (at + 2 + length > bytes.size()) {
            header.state = State::Incomplete;
            return header;
        }
        const std::string_view segment = bytes.substr(at + 4, length - 2);
        if (marker == 0xE1 && segment.substr(0, 4) == "Exif" && header.orientation == 1)
            header.orientation = orientationOf(segment);
        if (isStartOfFrame(marker)) {
            if (segment.size() < 6)
                return header;
            header.stored = sizeOf(bigEndian(segment, 3, 2), bigEndian(segment, 1, 2));
            header.state = State::Good;
            return header;
        }
        at += 2 + length;
    }
}

/// Every chunk is walked, because eXIf may also stand behind the picture.
ImageHeader pngHeader(std::string_view bytes, bool wholeFile)
{
    ImageHeader header;
    if (bytes.size() < 33) {
        header.state = State::Incomplete;
        return header;
    }
    if (bytes.substr(12, 4) != "IHDR" || bigEndian(bytes, 8, 4) != 13)
        return header;
    header.stored = sizeOf(bigEndian(bytes, 16, 4), bigEndian(bytes, 20, 4));
    header.state = State::Good;
    for (size_t at = 33; bytes.substr(std::min(at + 4, bytes.size()), 4) != "IEND";) {
        if (at + 12 > bytes.size() || bigEndian(bytes, at, 4) > bytes.size() - at - 12) {
            header.state = wholeFile ? State::Good : State::Incomplete;  // readImage says where it is cut short
            return header;
        }
        const uint32_t length = bigEndian(bytes, at, 4);
        if (bytes.substr(at + 4, 4) == "eXIf")
            header.orientation = orientationOf(bytes.substr(at + 8, length));
        at += 12 + size_t(length);
    }
    return header;
}

ImageHeader bmpHeader(std::string_view bytes)
{
    ImageHeader header;
    if (bytes.size() < 26) {
        header.state = State::Incomplete;
        return header;
    }
    if (littleEndian(bytes, 14, 4) == 12) {
        header.stored = sizeOf(littleEndian(bytes, 18, 2), littleEndian(bytes, 20, 2));
    } else {
        // A negative height says that the rows go from the top down.
        const int64_t height = static_cast<int32_t>(littleEndian(bytes, 22, 4));
        header.stored = sizeOf(static_cast<int32_t>(littleEndian(bytes, 18, 4)), height < 0 ? -height : height);
    }
    header.state = State::Good;
    return header;
}

ImageHeader webpHeader(std::string_view bytes, bool wholeFile)
{
    ImageHeader header;
    header.state = State::Incomplete;
    if (bytes.size() < 30)
        return header;
    const std::string_view kind = bytes.substr(12, 4);
    if (kind == "VP8 " && bytes.substr(23, 3) == "\x9D\x01\x2A") {
        header.stored = sizeOf(littleEndian(bytes, 26, 2) & 0x3FFF, littleEndian(bytes, 28, 2) & 0x3FFF);
    } else if (kind == "VP8L" && bytes[20] == 0x2F) {
        const uint32_t bits = littleEndian(bytes, 21, 4);
        header.stored = sizeOf((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
    } else if (kind == "VP8X") {
        const uint8_t flags = static_cast<uint8_t>(bytes[20]);
        header.animated = (flags & 0x02) != 0;
        header.stored = sizeOf(int64_t(littleEndian(bytes, 24, 3)) + 1, int64_t(littleEndian(bytes, 27, 3)) + 1);
        if ((flags & 0x08) != 0) {  // an EXIF chunk follows somewhere
            for (size_t at = 30; at + 8 <= bytes.size();) {
                const size_t length = littleEndian(bytes, at + 4, 4);
                if (bytes.substr(at, 4) == "EXIF") {
                    if (length > bytes.size() - at - 8)
                        break;
                    header.orientation = orientationOf(bytes.substr(at + 8, length));
                    header.state = State::Good;
                    return header;
                }
                at += 8 + length + (length & 1);
            }
            header.state = wholeFile ? State::Good : State::Incomplete;
            return header;
        }
    } else {
        header.state = State::Damaged;
        return header;
    }
    header.state = State::Good;
    return header;
}

ImageHeader tiffHeader(std::string_view bytes, bool wholeFile)
{
    ImageHeader header;
    const auto facts = readTiffFacts(bytes);
    if (!facts) {
        header.state = wholeFile ? State::Damaged : State::Incomplete;  // the directory often stands at the end
        return header;
    }
    header.stored = sizeOf(facts->width, facts->height);
    header.orientation = facts->orientation;
    header.state = State::Good;
    return header;
}

ImageFormat isoMediaFormat(std::string_view brand)
{
    if (brand == "avif" || brand == "avis")
        return ImageFormat::Avif;
    for (const char *heic : {"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"})
        if (brand == heic)
            return ImageFormat::Heic;
    return ImageFormat::Unknown;
}

}  // namespace

const char *formatName(ImageFormat format)
{
    switch (format) {
    case ImageFormat::Jpeg:
        return "JPEG";
    case ImageFormat::Png:
        return "PNG";
    case ImageFormat::Bmp:
        return "BMP";
    case ImageFormat::WebP:
        return "WebP";
    case ImageFormat::Tiff:
        return "TIFF";
    case ImageFormat::Gif:
        return "GIF";
    case ImageFormat::Heic:
        return "HEIC";
    case ImageFormat::Avif:
        return "AVIF";
    case ImageFormat::Jpeg2000:
        return "JPEG 2000";
    case ImageFormat::Photoshop:
        return "Photoshop";
    case ImageFormat::JpegXl:
        return "JPEG XL";
    case ImageFormat::Unknown:
        break;
    }
    return "unknown";
}

bool isReadFormat(ImageFormat format)
{
    return format == ImageFormat::Jpeg || format == ImageFormat::Png || format == ImageFormat::Bmp ||
           format == ImageFormat::WebP || format == ImageFormat::Tiff;
}

ImageFormat imageFormatOf(std::string_view bytes)
{
    const auto starts = [&](std::string_view magic) { return bytes.substr(0, magic.size()) == magic; };
    if (starts("\xFF\xD8\xFF"))
        return ImageFormat::Jpeg;
    if (starts("\x89PNG\r\n\x1A\n"))
        return ImageFormat::Png;
    if (starts("GIF87a") || starts("GIF89a"))
        return ImageFormat::Gif;
    if (starts("RIFF") && bytes.substr(std::min<size_t>(8, bytes.size()), 4) == "WEBP")
        return ImageFormat::WebP;
    using namespace std::string_view_literals;
    if (starts("II*\0"sv) || starts("MM\0*"sv) || starts("II+\0"sv) || starts("MM\0+"sv))
        return ImageFormat::Tiff;
    // "BM" is also how a sentence may begin: the two reserved words of a bitmap are 0.
    if (starts("BM") && bytes.size() >= 10 && bytes.substr(6, 4) == "\0\0\0\0"sv)
        return ImageFormat::Bmp;
    if (starts("8BPS"))
        return ImageFormat::Photoshop;
    if (starts("\0\0\0\x0CjP  "sv))
        return ImageFormat::Jpeg2000;
    if (starts("\0\0\0\x0CJXL "sv) || starts("\xFF\x0A"))
        return ImageFormat::JpegXl;
    if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp")
        return isoMediaFormat(bytes.substr(8, 4));
    return ImageFormat::Unknown;
}

ImageHeader readImageHeader(ImageFormat format, std::string_view bytes, bool wholeFile)
{
    ImageHeader header;
    switch (format) {
    case ImageFormat::Jpeg:
        header = jpegHeader(bytes);
        break;
    case ImageFormat::Png:
        header = pngHeader(bytes, wholeFile);
        break;
    case ImageFormat::Bmp:
        header = bmpHeader(bytes);
        break;
    case ImageFormat::WebP:
        header = webpHeader(bytes, wholeFile);
        break;
    case ImageFormat::Tiff:
        header = tiffHeader(bytes, wholeFile);
        break;
    default:
        break;
    }
    if (header.state == State::Good && (header.stored.width < 1 || header.stored.height < 1))
        header.state = State::Damaged;
    return header;
}

}  // namespace fcoscope
