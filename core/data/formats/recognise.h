// SPDX-License-Identifier: GPL-3.0-or-later
// What lies at a path, a file or a folder. Private to core/data.
//
// Where several formats lie together, the first of these wins:
//     Pascal VOC    an .xml with <annotation> in Annotations/ or beside the images. As in labelImg, XML before TXT
//     COCO          a .json with "images" and "annotations" or "categories", in the folder or in annotations/
//     labelme       a .json with "shapes" or "imagePath"
//     YOLO          data.yaml, or .txt files of class and fractions
//     CSV           a .csv with a box in each line
// and then the only folder inside that holds Pascal VOC, as in VOCdevkit or an unpacked archive.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/formats/label_format.h"

namespace fcoscope {

struct LabelPath {
    LabelFormat format;
    std::filesystem::path path;  ///< to be read: the one that was asked for, or a folder in it
};
/// Throws UserError if several folders inside hold labels.
std::optional<LabelPath> findLabels(const std::filesystem::path &path);

/// What readLabels reads, with the split that is still to be looked for there: as findLabels, else a folder named as
/// the split, else a .json that nothing is known of, so that reading it says what is wrong with it.
struct LabelsToRead {
    LabelPath labels;
    std::string split;
};
std::optional<LabelsToRead> labelsToRead(const std::filesystem::path &path, const std::string &split);

/// "a, b" as a list of different names. Throws UserError.
std::vector<std::string> namesIn(const std::string &classes);

/// Makes the classes those named, in that order; boxes of others are taken out and listed.
void useClasses(ReadLabels &read, const std::vector<std::string> &names);

}  // namespace fcoscope
