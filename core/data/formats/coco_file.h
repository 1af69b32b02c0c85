// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in a COCO label file, entry by entry, before images, categories and annotations are brought together.
// Private to core/data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/run_context.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"

namespace fcoscope {

struct CocoImage {
    int64_t id = 0;
    std::string fileName;
    Size declared;
    std::optional<ReviewStatus> status;  ///< ours
    std::string extra;
};

struct CocoCategory {
    int64_t id = 0;
    std::string name;
    std::optional<int64_t> rank;  ///< ours, where classes are not in the order of their ids
    uint32_t colour = 0;          ///< ours
    std::string extra;
};

struct CocoAnnotation {
    int64_t position = 0;  ///< in the file, from 0
    std::optional<int64_t> id, imageId, categoryId;
    std::optional<Box> box;
    std::optional<float> score;
    double area = -1;
    bool crowd = false, difficult = false;
    bool locked = false;  ///< ours
    bool placed = false;  ///< `extra` has fields of the box's own place
    std::string extra;    ///< with every field that is none of these, as it stands

    std::string number() const { return id ? std::to_string(*id) : "#" + std::to_string(position); }
};

struct CocoFile {
    std::vector<CocoImage> images;
    std::vector<CocoCategory> categories;
    std::vector<CocoAnnotation> annotations;
    bool hasImages = false, hasCategories = false, hasAnnotations = false;
    std::string extra;  ///< info, licenses, …
};

struct CocoFileRequest {
    std::filesystem::path path;
    bool extras = true;  ///< false: `extra` stays empty everywhere, and what would go there is skipped unread
};
/// Reads the file; entries that cannot be understood are listed in `problems`. Throws UserError where the file is no
/// JSON or no COCO file, Stopped where it was asked to.
CocoFile readCocoFile(const CocoFileRequest &request, std::vector<Problem> &problems, const RunContext &context = {});

}  // namespace fcoscope
