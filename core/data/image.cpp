// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iostream>
#include <mutex>
#include <new>
#include <streambuf>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/image_header.h"
#include "core/data/image_jpeg.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largestFile = uint64_t(1) << 30;
constexpr size_t beginnings[] = {4 << 10, 64 << 10};  ///< enough for most headers, and for nearly every one

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

/// The first `count` bytes of a file, or nothing if it is none or cannot be opened.
std::string readBeginning(const std::string &path, size_t count)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error))  // opening a pipe would wait for ever
        return {};
    std::ifstream stream(path, std::ios::binary);
    std::string bytes(count, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<size_t>(std::max<std::streamsize>(0, stream.gcount())));
    return bytes;
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

/// A PNG with only what its pixels need. Text, profiles and times are where the PNG library warns on the error stream
/// and where a small file can make it take a gigabyte; checksums are verified here, so it has nothing to complain of.
std::string bareEssentials(const std::string &path, std::string_view png)
{
    const auto number = [&](size_t at) {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; ++i)
            value = value << 8 | static_cast<uint8_t>(png[at + i]);
        return value;
    };
    std::string kept(png.substr(0, 8));
    kept.reserve(png.size());
    bool hasPixels = false;
    for (size_t at = 8;;) {
        if (at + 12 > png.size() || number(at) > png.size() - at - 12)
            throw cutShort(path);
        const size_t length = number(at);
        const std::string_view kind = png.substr(at + 4, 4);
        if (kind == "IHDR" || kind == "PLTE" || kind == "tRNS" || kind == "IDAT" || kind == "IEND") {
            if (pngChecksum(png.substr(at + 4, 4 + length)) != number(at + 8 + length))
                throw damaged(path, ImageFormat::Png);
            kept.append(png.substr(at, 12 + length));
            hasPixels = hasPixels || kind == "IDAT";
        }
        if (kind == "IEND" && !hasPixels)
            throw damaged(path, ImageFormat::Png);
        if (kind == "IEND")
            return kept;
        at += 12 + length;
    }
}

cv::Mat decoded(const std::string &path, ImageFormat format, std::string_view bytes)
{
    const Quiet quiet;
    std::string essentials;
    if (format == ImageFormat::Png)
        bytes = essentials = bareEssentials(path, bytes);
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char *>(bytes.data()));
    // Unchanged: 16 bits, alpha and orientation are then ours to treat, the same way for every format.
    cv::Mat pixels = cv::imdecode(raw, cv::IMREAD_UNCHANGED | cv::IMREAD_IGNORE_ORIENTATION);
    if (pixels.empty())
        throw damaged(path, format);
    return pixels;
}

/// 8 bits per channel, by rounding v / 257.
cv::Mat eightBits(const std::string &path, const cv::Mat &pixels)
{
    if (pixels.depth() == CV_8U)
        return pixels;
    if (pixels.depth() != CV_16U)
        throw UserError(message("core", "The image {0} has pixels that are neither 8 nor 16 bits wide.").with(path));
    cv::Mat bytes(pixels.size(), CV_MAKETYPE(CV_8U, pixels.channels()));
    for (int y = 0; y < pixels.rows; ++y) {
        const uint16_t *from = pixels.ptr<uint16_t>(y);
        uint8_t *to = bytes.ptr<uint8_t>(y);
        for (int i = 0; i < pixels.cols * pixels.channels(); ++i)
            to[i] = static_cast<uint8_t>((from[i] + 128u) / 257u);
    }
    return bytes;
}

void layOverWhite(cv::Mat &rgba, cv::Mat &rgb)
{
    rgb.create(rgba.size(), CV_8UC3);
    for (int y = 0; y < rgba.rows; ++y) {
        const uint8_t *from = rgba.ptr<uint8_t>(y);
        uint8_t *to = rgb.ptr<uint8_t>(y);
        for (int x = 0; x < rgba.cols; ++x, from += 4, to += 3)
            for (int c = 0; c < 3; ++c)
                to[c] = static_cast<uint8_t>((from[c] * from[3] + 255 * (255 - from[3]) + 127) / 255);
    }
}

cv::Mat toRgb(const std::string &path, ImageFormat format, const cv::Mat &pixels)
{
    cv::Mat bytes = eightBits(path, pixels), rgb;
    switch (bytes.channels()) {
    case 1:
        cv::cvtColor(bytes, rgb, cv::COLOR_GRAY2RGB);
        break;
    case 3:
        cv::cvtColor(bytes, rgb, cv::COLOR_BGR2RGB);
        break;
    case 4:
        if (format == ImageFormat::Bmp) {  // its fourth byte is seldom meant as alpha and often 0
            cv::cvtColor(bytes, rgb, cv::COLOR_BGRA2RGB);
        } else {
            cv::cvtColor(bytes, bytes, cv::COLOR_BGRA2RGBA);
            layOverWhite(bytes, rgb);
        }
        break;
    default:
        throw UserError(
            message("core", "The image {0} has {1} channels; 1, 3 and 4 are read.").with(path, bytes.channels()));
    }
    return rgb;
}

cv::Mat jpegPixels(const std::string &path, Size size, std::string_view bytes)
{
    cv::Mat rgb(size.height, size.width, CV_8UC3);
    switch (decodeJpeg(bytes, size, rgb.data)) {
    case JpegOutcome::CutShort:
        throw cutShort(path);
    case JpegOutcome::Damaged:
        throw damaged(path, ImageFormat::Jpeg);
    case JpegOutcome::Good:
        break;
    }
    return rgb;
}

/// What EXIF's orientation asks for, so that the first row is the top and the first column the left of the scene.
cv::Mat upright(cv::Mat pixels, int orientation)
{
    cv::Mat turned;
    if (orientation >= 5) {
        cv::transpose(pixels, turned);
        pixels = turned;
    }
    constexpr int none = 2;
    constexpr std::array<int, 9> flipOf{none, none, 1, -1, 0, none, 1, -1, 0};
    if (const int flip = flipOf[static_cast<size_t>(orientation)]; flip != none)
        cv::flip(pixels, pixels, flip);
    return pixels;
}

}  // namespace

void visit(OptionTable &table, ReadLimits &limits)
{
    table.add("megapixel-limit", limits.megapixels, 1, 1000, "MP",
              message("core", "Refuse images with more pixels than this."));
}

Image readImage(const std::string &path, const ReadLimits &limits)
{
    try {
        const std::string bytes = readFile(path, largestFile);
        const ImageFormat format = checkedFormat(path, bytes);
        const ImageHeader header = checkedHeader(path, format, bytes);
        checkLimit(path, header.stored, limits);

        // OpenCV turns a TIFF upright by itself, whatever it is asked.
        const int orientation = format == ImageFormat::Tiff ? 1 : header.orientation;
        const cv::Mat pixels = format == ImageFormat::Jpeg ? jpegPixels(path, header.stored, bytes)
                                                           : toRgb(path, format, decoded(path, format, bytes));
        const cv::Mat rgb = upright(pixels, orientation);
        if (Size{rgb.cols, rgb.rows} != header.shown())
            throw damaged(path, format);
        Image image{path, {rgb.cols, rgb.rows}, {}};
        image.pixels.assign(rgb.data, rgb.data + rgb.total() * 3);  // a Mat that owns its pixels is continuous
        return image;
    } catch (const cv::Exception &) {
        throw damaged(path, imageFormatOf(readBeginning(path, 16)));
    } catch (const std::bad_alloc &) {
        throw UserError(message("core", "There is not enough memory to read the image {0}.").with(path));
    }
}

Size readImageSize(const std::string &path)
{
    for (const size_t count : beginnings) {
        const std::string bytes = readBeginning(path, count);
        if (bytes.empty())
            break;
        const ImageHeader header = readImageHeader(checkedFormat(path, bytes), bytes, bytes.size() < count);
        if (header.state == ImageHeader::State::Good && !header.animated)
            return header.shown();
    }
    const std::string bytes = readFile(path, largestFile);  // also says why a file cannot be opened
    return checkedHeader(path, checkedFormat(path, bytes), bytes).shown();
}

bool isImageFile(const std::string &path)
{
    return imageFormatOf(readBeginning(path, 16)) != ImageFormat::Unknown;
}

void writePng(const std::string &path, const Image &image)
{
    const cv::Mat rgb(image.size.height, image.size.width, CV_8UC3, const_cast<uint8_t *>(image.pixels.data()));
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    std::vector<uint8_t> bytes;
    cv::imencode(".png", bgr, bytes);
    writeFile(path, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

bool naturallyBefore(const std::string &a, const std::string &b)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            const auto run = [&](const std::string &s, size_t &at) {
                while (at < s.size() && s[at] == '0')
                    ++at;
                const size_t first = at;
                while (at < s.size() && digit(s[at]))
                    ++at;
                return std::string_view(s).substr(first, at - first);
            };
            const std::string_view x = run(a, i), y = run(b, j);
            if (x.size() != y.size())
                return x.size() < y.size();
            if (x != y)
                return x < y;
            continue;
        }
        const int x = std::tolower(static_cast<unsigned char>(a[i++])),
                  y = std::tolower(static_cast<unsigned char>(b[j++]));
        if (x != y)
            return x < y;
    }
    if (i < a.size() || j < b.size())
        return j < b.size();
    return a < b;  // equal but for case and leading zeros: still one order only
}

std::vector<std::string> imageFilesIn(const fs::path &folder, const std::function<void(const std::string &)> &first)
{
    constexpr std::array<std::string_view, 13> extensions{".jpg",  ".jpeg", ".jpe",  ".png",  ".bmp", ".webp", ".tif",
                                                          ".tiff", ".gif",  ".heic", ".avif", ".jp2", ".jxl"};
    std::vector<std::string> files;
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error)
        throw UserError(message("core", "The folder {0} cannot be read: {1}.").with(folder.string(), error.message()));
    for (const auto &entry : entries) {
        if (!entry.is_regular_file(error) || entry.path().filename().string().starts_with('.'))
            continue;
        const std::string extension = lowerCase(entry.path().extension().string());
        if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end() ||
            isImageFile(entry.path().string()))
            files.push_back(entry.path().string());
    }
    if (first && !files.empty())
        first(*std::min_element(files.begin(), files.end(), naturallyBefore));
    std::sort(files.begin(), files.end(), naturallyBefore);
    return files;
}

}  // namespace fcoscope
