// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <new>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/image_decode.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

constexpr size_t beginnings[] = {4 << 10, 64 << 10};  ///< enough for most headers, and for nearly every one

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

}  // namespace

void visit(OptionTable &table, ReadLimits &limits)
{
    table.add("megapixel-limit", limits.megapixels, 1, 1000, "MP",
              message("core", "Refuse images with more pixels than this."));
}

Image readImage(const std::string &path, const ReadLimits &limits)
{
    try {
        std::string bytes = readFile(path, largestFile);
        const ImageFormat format = checkedFormat(path, bytes);
        const ImageHeader header = checkedHeader(path, format, bytes);
        checkLimit(path, header.stored, limits);
        return {path, header.shown(), decodeUpright(path, format, header, std::move(bytes))};
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
        if (extension.starts_with(".fcoscope"))
            continue;  // a project: to open and close it would take SQLite's locks from whoever writes it here
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
