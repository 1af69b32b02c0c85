// SPDX-License-Identifier: GPL-3.0-or-later
// Image files that OpenCV encodes, a folder to put them into, and what reading them said.
#pragma once

#include <QtTest>

#include <array>
#include <fstream>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/base/error.h"
#include "core/data/image.h"

namespace fcoscope {

using Pixel = std::array<int, 3>;

inline Pixel pixel(const Image &image, int x, int y)
{
    const uint8_t *p = image.row(y) + x * 3;
    return {p[0], p[1], p[2]};
}

/// RGB written here, BGR as OpenCV's encoders want it.
inline cv::Vec3b bgr(const Pixel &rgb)
{
    return {static_cast<uint8_t>(rgb[2]), static_cast<uint8_t>(rgb[1]), static_cast<uint8_t>(rgb[0])};
}

inline std::string encoded(const char *extension, const cv::Mat &pixels, const std::vector<int> &options = {})
{
    std::vector<uint8_t> out;
    cv::imencode(extension, pixels, out, options);
    return {out.begin(), out.end()};
}

inline constexpr Pixel red{220, 20, 20}, green{20, 200, 20}, blue{20, 20, 220}, yellow{220, 210, 20};

/// Four areas: red, green over blue, yellow. 48 × 32, so that sides and corners tell every orientation apart.
inline cv::Mat quarters()
{
    cv::Mat picture(32, 48, CV_8UC3);
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 48; ++x)
            picture.at<cv::Vec3b>(y, x) = bgr(y < 16 ? (x < 24 ? red : green) : (x < 24 ? blue : yellow));
    return picture;
}

/// A folder for image files, gone with the test.
class ImageFolder {
protected:
    std::string pathOf(const char *name) const { return folder_.filePath(QString::fromUtf8(name)).toStdString(); }
    std::string put(const char *name, const std::string &content) const
    {
        std::ofstream(pathOf(name), std::ios::binary) << content;  // writeFile would sync each of hundreds to the disk
        return pathOf(name);
    }
    /// The refusal's sentence, checked to name the file; empty if the file was read.
    static QString refusal(const std::string &path, const ReadLimits &limits = {})
    {
        try {
            readImage(path, limits);
        } catch (const UserError &error) {
            const QString sentence = QString::fromStdString(error.what());
            return sentence.contains(QString::fromStdString(path)) && !sentence.contains('\n')
                       ? sentence
                       : "DOES NOT NAME THE FILE: " + sentence;
        }
        return {};
    }

    QTemporaryDir folder_;
};

}  // namespace fcoscope
