// SPDX-License-Identifier: GPL-3.0-or-later
// What the model saw in a few images, after each validation: pictures/STEP.json in the run's folder, so that somebody
// who watches the run sees more than curves. The same images each time: those in pictures/chosen.json, a list of paths
// that whoever watches writes; without it the first eight of the validation.
//
//     {"format": "fcoscope-pictures", "version": 1, "step": 120, "epoch": 14, "classes": […],
//      "images": [{"file", "width", "height", "detections": [{"box": [x1, y1, x2, y2], "class", "score"}, …]}, …]}
//
// Boxes in image coordinates, classes by number, best score first, at most a hundred boxes of an image.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

struct RunPicture {
    std::string file;
    Size size;                          ///< of the image
    std::vector<Detection> detections;  ///< box, classIndex and score; nothing else is kept
};
struct RunPictures {
    int64_t step = 0, epoch = 0;
    std::vector<std::string> classNames;
    std::vector<RunPicture> images;
};

inline constexpr size_t mostRunPictures = 8;

/// Writes pictures/STEP.json and answers its name in the folder. Throws UserError.
std::string writePictures(const std::filesystem::path &folder, const RunPictures &pictures);
/// None where nobody has chosen.
std::vector<std::string> chosenPictures(const std::filesystem::path &folder);
/// From the next validation on; the first eight count, and none is as if nobody had chosen. Throws UserError.
void choosePictures(const std::filesystem::path &folder, const std::vector<std::string> &files);
/// Throws UserError naming the file if it is not one of these.
RunPictures readPictures(const std::filesystem::path &file);

}  // namespace fcoscope
