// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_thumbnail.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/file.h"
#include "core/data/image_decode.h"
#include "core/data/image_jpeg.h"

namespace fcoscope {
namespace {

struct Pixels {
    Size size;
    std::vector<uint8_t> rgb;
};

size_t bytesFor(Size size)
{
    return static_cast<size_t>(size.width) * static_cast<size_t>(size.height) * 3;
}

double megapixels(Size size)
{
    return double(size.width) * size.height / 1e6;
}

/// At the smallest scale at which it is still no smaller than asked for.
Pixels readScaled(const std::string &path, Size stored, int side, std::string_view bytes)
{
    int eighths = 1;
    while (eighths < 8 && std::max(jpegSizeAt(stored, eighths).width, jpegSizeAt(stored, eighths).height) < side)
        eighths *= 2;
    Pixels pixels{jpegSizeAt(stored, eighths), {}};
    pixels.rgb.resize(bytesFor(pixels.size));
    decodeJpegInto(path, stored, bytes, pixels.rgb.data(), eighths);
    return pixels;
}

/// Of the whole picture, whatever scale it was decoded at; never larger than it.
Size thumbnailSize(Size whole, int side)
{
    const double scale = std::min(1.0, double(std::max(1, side)) / std::max(whole.width, whole.height));
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
    return {scaled(whole.width), scaled(whole.height)};
}

void shrink(Pixels &pixels, Size size)
{
    if (size == pixels.size)
        return;
    Pixels small{size, std::vector<uint8_t>(bytesFor(size))};
    cv::Mat to(size.height, size.width, CV_8UC3, small.rgb.data());
    cv::resize(cv::Mat(pixels.size.height, pixels.size.width, CV_8UC3, pixels.rgb.data()), to, to.size(), 0, 0,
               cv::INTER_AREA);
    pixels = std::move(small);
}

}  // namespace

Image readThumbnail(const std::string &path, int side, const ThumbnailLimits &limits)
{
    ImageFormat format = ImageFormat::Unknown;
    try {
        std::string bytes = readFile(path, largestFile);
        format = checkedFormat(path, bytes);
        ImageHeader header = checkedHeader(path, format, bytes);
        const bool jpeg = format == ImageFormat::Jpeg;
        if (megapixels(header.stored) > (jpeg ? ReadLimits().megapixels : limits.megapixels))
            return {path, {}, {}};
        // What is small is quickly turned: the orientation comes last. A TIFF comes upright.
        const int orientation = format == ImageFormat::Tiff ? 1 : header.orientation;
        Pixels pixels{format == ImageFormat::Tiff ? header.shown() : header.stored, {}};
        if (format != ImageFormat::Tiff)
            header.orientation = 1;
        const Size size = thumbnailSize(pixels.size, side);
        if (jpeg)
            pixels = readScaled(path, header.stored, side, bytes);
        else
            pixels.rgb = decodeUpright(path, format, header, std::move(bytes));
        shrink(pixels, size);
        turnUpright(pixels.rgb, pixels.size, orientation);
        const Size shown = orientation >= 5 ? Size{pixels.size.height, pixels.size.width} : pixels.size;
        return {path, shown, std::move(pixels.rgb)};
    } catch (const cv::Exception &) {
        throw damaged(path, format);
    } catch (const std::bad_alloc &) {
        throw UserError(message("core", "There is not enough memory to read the image {0}.").with(path));
    }
}

}  // namespace fcoscope
