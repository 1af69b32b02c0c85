// SPDX-License-Identifier: GPL-3.0-or-later
// What every reader of labels asks of an image and of a box before it goes into the set. Private to core/data.
#pragma once

#include <optional>
#include <string>

#include "core/data/dataset.h"

namespace fcoscope {

/// Where a box stands in its file, for the sentence about it.
struct LabelPlace {
    std::string file;
    std::string number;  ///< COCO: the annotation's id; elsewhere the object's position, from 1
    std::string className;
};

/// The labels that go with an image: their file and how many they are.
struct LabelsOfImage {
    std::string file;
    size_t count = 0;
};

/// Fills in `size` from the image file's header, or with `declared` where `sizes` says to trust it. False, with a
/// problem listed, if the file is missing or cannot be read, or if `declared` (0 × 0: not known) is another size: then
/// the labels were made on another picture, or before an EXIF orientation was applied, and would lie in the wrong
/// place.
bool acceptImage(std::vector<Problem> &problems, const std::string &imageFile, Size &size, Size declared,
                 ImageSizes sizes, const LabelsOfImage &labels);

/// A box with nothing to be said about: most are.
inline bool liesInside(const Box &box, Size image)
{
    return box.hasArea() && box.x1 >= 0 && box.y1 >= 0 && box.x2 <= image.width && box.y2 <= image.height;
}

/// The box as it can be used: none where it cannot, clipped where it reaches outside; both are listed. Half a pixel
/// outside is taken for rounding and left as it is. An image of size {0, 0} has no edges to reach beyond.
std::optional<Box> usableBox(std::vector<Problem> &problems, const Box &box, Size image, const LabelPlace &place);

}  // namespace fcoscope
