// SPDX-License-Identifier: GPL-3.0-or-later
// A random split of a label set into parts, by image, with every class's boxes shared out as evenly as images allow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/data/formats/label_format.h"
#include "core/data/label_set.h"

namespace fcoscope {

struct SplitOptions {
    std::vector<double> fractions{0.8, 0.2};  ///< above 0, sum 1
    uint64_t seed = 0;
};
/// Part of each of set.images. The same for the same paths, labels, fractions and seed, whatever the order of the
/// images. Parts differ from their fractions by less than one image. A class with as many images as there are parts is
/// in each of them, unless no exchange of two images brings it there without taking another class out of a part. Throws
/// UserError for fractions that are not above 0 or do not sum to 1.
std::vector<int> splitImages(const LabelSet &set, const SplitOptions &options);

/// Where `count` parts are written: "labels_train.json", "labels_val.json" and "labels_test.json" for "labels.json",
/// folders "train", "val" and "test" in the target for a format with a file for each image.
std::vector<std::filesystem::path> partTargets(const std::filesystem::path &target, LabelFormat format, size_t count);

/// One part, and where it is to be written.
struct LabelPart {
    std::filesystem::path target;
    LabelSet set;
};
/// The set in parts, each with all classes, so that their numbers are the same everywhere. Unless `withNew`, images
/// without review are not shared out: they stand in the first part, where writeLabels leaves them out and counts them
/// once.
std::vector<LabelPart> splitLabels(LabelSet set, const SplitOptions &options, bool withNew, LabelFormat format,
                                   const std::filesystem::path &target);

}  // namespace fcoscope
