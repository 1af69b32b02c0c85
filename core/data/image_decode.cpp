// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_decode.h"

#include <array>
#include <cstring>
#include <iostream>
#include <mutex>
#include <streambuf>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/text.h"
#include "core/data/image_jpeg.h"

namespace fcoscope {
namespace {

/// Passes everything on to another buffer, but for what a thread writes while it is decoding.
class QuietWhileDecoding : public std::streambuf {
public:
    explicit QuietWhileDecoding(std::streambuf *next) : next_(next) {}
    static inline thread_local bool decoding = false;

protected:
    int overflow(int byte) override
    {
        return decoding || byte == traits_type::eof() ? traits_type::not_eof(byte)
                                                      : next_->sputc(static_cast<char>(byte));
    }
    std::streamsize xsputn(const char *text, std::streamsize count) override
    {
        return decoding ? count : next_->sputn(text, count);
    }
    int sync() override { return decoding ? 0 : next_->pubsync(); }

private:
    std::streambuf *next_;
};

/// OpenCV writes what it caught to std::cerr; our sentences say it better. While one of these lives, this thread's
/// share of that stream is dropped.
struct Quiet {
    Quiet()
    {
        static std::once_flag once;
        std::call_once(once, [] {
            cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
            static auto *const filter = new QuietWhileDecoding(std::cerr.rdbuf());  // lives as long as std::cerr
            std::cerr.rdbuf(filter);
        });
        QuietWhileDecoding::decoding = true;
    }
    ~Quiet() { QuietWhileDecoding::decoding = false; }
};

uint32_t pngChecksum(std::string_view bytes)
{
    static const auto table = [] {
        std::array<uint32_t, 256> entries{};
        for (uint32_t i = 0; i < 256; ++i) {
            uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit)
                c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1;
            entries[i] = c;
        }
        return entries;
    }();
    uint32_t sum = 0xFFFFFFFFu;
    for (const char byte : bytes)
        sum = table[(sum ^ static_cast<uint8_t>(byte)) & 0xFF] ^ sum >> 8;
    return ~sum;
}

/// Leaves of a PNG only what its pixels need, in place. Text, profiles and times are where the PNG library warns on the
/// error stream and where a small file can make it take a gigabyte; checksums are verified here, so it has nothing to
/// complain of.
void keepEssentials(const std::string &path, std::string &png)
{
    const auto number = [&](size_t at) {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<uint8_t>(png[at + i]);
        return value;
    };
    bool hasPixels = false;
    size_t kept = 8;
    for (size_t at = 8;;) {
        if (at + 12 > png.size() || number(at) > png.size() - at - 12)
            throw cutShort(path);
        const size_t length = number(at);
        const std::string_view kind = std::string_view(png).substr(at + 4, 4);
        const bool last = kind == "IEND";
        if (last || kind == "IHDR" || kind == "PLTE" || kind == "tRNS" || kind == "IDAT") {
            if (pngChecksum(std::string_view(png).substr(at + 4, 4 + length)) != number(at + 8 + length))
                throw damaged(path, ImageFormat::Png);
            hasPixels = hasPixels || kind == "IDAT";
            std::memmove(png.data() + kept, png.data() + at, 12 + length);
            kept += 12 + length;
        }
        if (last && !hasPixels)
            throw damaged(path, ImageFormat::Png);
        if (last)
            break;
        at += 12 + length;
    }
    png.resize(kept);
}

/// What OpenCV makes of the file: into `rgb` if that has the type, else into a matrix of its own.
cv::Mat decoded(const std::string &path, ImageFormat format, std::string_view bytes, cv::Mat rgb)
{
    const Quiet quiet;
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char *>(bytes.data()));
    // Unchanged: 16 bits, alpha and orientation are then ours to treat, the same way for every format.
    const cv::Mat pixels = cv::imdecode(raw, cv::IMREAD_UNCHANGED | cv::IMREAD_IGNORE_ORIENTATION, &rgb);
    if (pixels.empty())
        throw damaged(path, format);
    return pixels;
}

/// 8 bits per channel, by rounding v / 257.
void eightBits(const cv::Mat &row, cv::Mat &bytes)
{
    bytes.create(1, row.cols, CV_MAKETYPE(CV_8U, row.channels()));
    const uint16_t *from = row.ptr<uint16_t>();
    uint8_t *to = bytes.ptr();
    for (int i = 0; i < row.cols * row.channels(); ++i)
        to[i] = static_cast<uint8_t>((from[i] + 128u) / 257u);
}

void layOverWhite(const cv::Mat &bgra, cv::Mat &rgb)
{
    const uint8_t *from = bgra.ptr();
    uint8_t *to = rgb.ptr();
    for (int x = 0; x < bgra.cols; ++x, from += 4, to += 3)
        for (int c = 0; c < 3; ++c)
            to[c] = static_cast<uint8_t>((from[2 - c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
}

/// One row of BGR, BGRA or grey bytes; `rgb` may be the very row it is read from.
void toRgb(ImageFormat format, const cv::Mat &row, cv::Mat &rgb, cv::Mat &scratch)
{
    switch (row.channels()) {
    case 1:
        cv::cvtColor(row, rgb, cv::COLOR_GRAY2RGB);
        break;
    case 3:
        cv::cvtColor(row, scratch, cv::COLOR_BGR2RGB);
        scratch.copyTo(rgb);
        break;
    default:
        if (format == ImageFormat::Bmp)  // its fourth byte is seldom meant as alpha and often 0
            cv::cvtColor(row, rgb, cv::COLOR_BGRA2RGB);
        else
            layOverWhite(row, rgb);
    }
}

/// `pixels` as OpenCV decoded them, row by row into `rgb`, so that no whole copy stands between the two.
void toRgb(const std::string &path, ImageFormat format, const cv::Mat &pixels, cv::Mat &rgb)
{
    if (pixels.depth() != CV_8U && pixels.depth() != CV_16U)
        throw UserError(message("core", "The image {0} has pixels that are neither 8 nor 16 bits wide.").with(path));
    if (const int channels = pixels.channels(); channels != 1 && channels != 3 && channels != 4)
        throw UserError(message("core", "The image {0} has {1} channels; 1, 3 and 4 are read.").with(path, channels));
    cv::Mat bytes, scratch;
    for (int y = 0; y < pixels.rows; ++y) {
        cv::Mat to = rgb.row(y), from = pixels.row(y);
        if (pixels.depth() == CV_16U) {
            eightBits(from, bytes);
            from = bytes;
        }
        toRgb(format, from, to, scratch);
    }
}

}  // namespace

void decodeJpegInto(const std::string &path, Size size, std::string_view bytes, uint8_t *rgb, int eighths)
{
    switch (decodeJpeg(bytes, size, rgb, eighths)) {
    case JpegOutcome::CutShort:
        throw cutShort(path);
    case JpegOutcome::Damaged:
        throw damaged(path, ImageFormat::Jpeg);
    case JpegOutcome::Good:
        break;
    }
}

UserError cutShort(const std::string &path)
{
    return UserError(message("core", "The image {0} is cut short.").with(path));
}

UserError damaged(const std::string &path, ImageFormat format)
{
    return UserError(
        message("core", "The image {0} is damaged: its {1} data cannot be decoded.").with(path, formatName(format)));
}

ImageFormat checkedFormat(const std::string &path, std::string_view bytes)
{
    if (bytes.empty())
        throw UserError(message("core", "The file {0} is empty.").with(path));
    const ImageFormat format = imageFormatOf(bytes);
    if (format == ImageFormat::Unknown)
        throw UserError(message("core", "{0} is not an image: JPEG, PNG, BMP, WebP and TIFF are read.").with(path));
    if (!isReadFormat(format))
        throw UserError(
            message("core", "The image {0} is in the format {1}, which is not read; save it as PNG or JPEG.")
                .with(path, formatName(format)));
    return format;
}

ImageHeader checkedHeader(const std::string &path, ImageFormat format, std::string_view wholeFile)
{
    const ImageHeader header = readImageHeader(format, wholeFile, true);
    if (header.state == ImageHeader::State::Incomplete)
        throw cutShort(path);
    if (header.state == ImageHeader::State::Damaged)
        throw damaged(path, format);
    if (header.animated)
        throw UserError(
            message("core", "The image {0} is an animation, which is not read; save one frame as PNG.").with(path));
    return header;
}

void checkLimit(const std::string &path, Size size, const ReadLimits &limits)
{
    if (double(size.width) * size.height > limits.megapixels * 1e6)
        throw UserError(message("core", "The image {0} has {1} × {2} pixels; the limit is {3} megapixels.")
                            .with(path, size.width, size.height, numberText(limits.megapixels)));
}

std::vector<uint8_t> decodeUpright(const std::string &path, ImageFormat format, const ImageHeader &header,
                                   std::string bytes)
{
    // OpenCV turns a TIFF upright by itself, whatever it is asked.
    const bool tiff = format == ImageFormat::Tiff;
    const Size size = tiff ? header.shown() : header.stored;
    if (format == ImageFormat::Png)
        keepEssentials(path, bytes);
    std::vector<uint8_t> pixels(static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * 3);
    if (format == ImageFormat::Jpeg) {
        decodeJpegInto(path, size, bytes, pixels.data());
    } else {
        cv::Mat rgb(size.height, size.width, CV_8UC3, pixels.data());
        const cv::Mat read = decoded(path, format, bytes, rgb);
        if (Size{read.cols, read.rows} != size)
            throw damaged(path, format);
        toRgb(path, format, read, rgb);
    }
    bytes = {};
    if (!tiff)
        turnUpright(pixels, size, header.orientation);
    return pixels;
}

void turnUpright(std::vector<uint8_t> &pixels, Size stored, int orientation)
{
    Size size = stored;
    if (orientation >= 5) {
        std::vector<uint8_t> turned(pixels.size());
        size = {stored.height, stored.width};
        cv::Mat to(size.height, size.width, CV_8UC3, turned.data());
        cv::transpose(cv::Mat(stored.height, stored.width, CV_8UC3, pixels.data()), to);
        pixels.swap(turned);
    }
    constexpr int none = 2;
    constexpr std::array<int, 9> flipOf{none, none, 1, -1, 0, none, 1, -1, 0};
    if (const int flip = flipOf[static_cast<size_t>(orientation)]; flip != none) {
        cv::Mat whole(size.height, size.width, CV_8UC3, pixels.data());
        cv::flip(whole, whole, flip);
    }
}

}  // namespace fcoscope
