// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in a COCO label file, entry by entry, before images, categories and annotations are brought together.
// Private to core/data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace fcoscope {

struct CocoImage {
    int64_t id = 0;
    std::string fileName;
    Size declared;
};

struct CocoCategory {
    int64_t id = 0;
    std::string name;
};

struct CocoAnnotation {
    int64_t position = 0;  ///< in the file, from 0
    std::optional<int64_t> id, imageId, categoryId;
    std::optional<Box> box;
    double area = -1;
    bool crowd = false;

    std::string number() const { return id ? std::to_string(*id) : "#" + std::to_string(position); }
};

struct CocoFile {
    std::vector<CocoImage> images;
    std::vector<CocoCategory> categories;
    std::vector<CocoAnnotation> annotations;
    bool hasImages = false, hasCategories = false, hasAnnotations = false;
};

/// Reads the file; entries that cannot be understood are listed in dataset.problems. Throws UserError where the file is
/// no JSON or no COCO file.
CocoFile readCocoFile(Dataset &dataset, const std::filesystem::path &path);

}  // namespace fcoscope
