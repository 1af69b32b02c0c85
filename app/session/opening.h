// SPDX-License-Identifier: GPL-3.0-or-later
// What a person has dropped, chosen or named on the command line, sorted: images, folders, data sets, weights.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/session/backend.h"

namespace fcoscope {

/// A data set with the names of its images, one for each.
struct OpenedDataset {
    DatasetPtr dataset;
    std::vector<ImageId> ids;
};

struct Opened {
    std::vector<ImageId> images;    ///< absolute paths, in the order given, none twice
    std::filesystem::path model;    ///< the last one named; empty: none
    std::vector<Message> problems;  ///< what was named and cannot be opened
    std::vector<OpenedDataset> datasets;
};

/// The endings under which people keep weights, in lower case with their dot.
const std::vector<std::string> &modelExtensions();

/// True for what the person means as a model, even if it turns out to be none: a file with one of those endings (unless
/// it is an image), a file that looks like weights by its content, a folder of the trainer with a checkpoint in it. So
/// that a web page saved as model.pth reaches the loader, which says what it is.
bool isModel(const std::filesystem::path &path, const Backend &backend);

/// Sorts `paths`: weights, data sets (a COCO .json, a folder in COCO's or Pascal VOC's layout), folders (their images,
/// not those of folders inside) and image files. One that cannot be opened is listed and does not hinder the others.
/// Throws Stopped.
Opened openPaths(const std::vector<std::filesystem::path> &paths, const Backend &backend, const RunContext &context);

}  // namespace fcoscope
