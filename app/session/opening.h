// SPDX-License-Identifier: GPL-3.0-or-later
// What a person has dropped, chosen or named on the command line, sorted: images, folders, data sets, weights.
#pragma once

#include <filesystem>
#include <vector>

#include "app/session/backend.h"

namespace fcoscope {

struct Opened {
    std::vector<ImageId> images;    ///< absolute paths, in the order given, none twice
    std::filesystem::path model;    ///< the last one named; empty: none
    std::vector<Message> problems;  ///< what was named and cannot be opened
    std::vector<Problem> skipped;   ///< entries of a data set that cannot be used
};

/// True for a .safetensors file and for a checkpoint folder of the trainer.
bool isModel(const std::filesystem::path &path);

/// Sorts `paths`: weights, data sets (a COCO .json, a folder in COCO's or Pascal VOC's layout), folders (their images,
/// not those of folders inside) and image files. One that cannot be opened is listed and does not hinder the others.
/// Throws Stopped.
Opened openPaths(const std::vector<std::filesystem::path> &paths, const Backend &backend, const RunContext &context);

}  // namespace fcoscope
