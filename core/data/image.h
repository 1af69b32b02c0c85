// SPDX-License-Identifier: GPL-3.0-or-later
// Image files. One decoder serves the screen, training and evaluation, so that a box is right on all of them.
//
// What is read: JPEG, PNG, BMP, WebP and TIFF, told apart by their first bytes, never by their names. The result is
// always 8-bit RGB with the EXIF orientation applied:
//     16 bits     divided by 257 and rounded              grey, palette   spread to RGB
//     alpha       laid over white (BMP: ignored)          CMYK JPEG       by Adobe's convention (255 = no ink)
//     several pages or frames   the first one             colour profiles ignored
// The size is read from the header and checked against a limit before any pixel is decoded, because a file of 100 KB
// can claim gigabytes. Everything here is safe to call from several threads. Errors are UserErrors that name the file.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/values.h"

namespace fcoscope {

struct ReadLimits {
    double megapixels = 200;  ///< larger images are refused by their header
};
void visit(OptionTable &table, ReadLimits &limits);

/// The picture; its id is `path`. A file that is empty, cut short, damaged, too large or of another kind is refused.
Image readImage(const std::string &path, const ReadLimits &limits = {});

/// Its size from the header alone, as readImage would return it (EXIF orientation applied).
Size readImageSize(const std::string &path);

/// Whether the first bytes are those of an image, also of a kind that is recognised but not read (GIF, HEIC, AVIF, …).
/// False for what cannot be opened.
bool isImageFile(const std::string &path);

/// Writes an 8-bit RGB PNG; a crash leaves the old file or the new one.
void writePng(const std::string &path, const Image &image);

/// The image files of a folder (not of folders inside it), "img2" before "img10": every file with an image's extension,
/// so that a damaged one is seen and not lost, and any other whose content is an image. Hidden files are passed over.
/// `first` is told the first of them before they are sorted: among a hundred thousand that takes a while.
std::vector<std::string> imageFilesIn(const std::filesystem::path &folder,
                                      const std::function<void(const std::string &)> &first = {});

/// Whether `a` comes before `b` in natural order: runs of digits by value, letters without regard to case.
bool naturallyBefore(const std::string &a, const std::string &b);

}  // namespace fcoscope
