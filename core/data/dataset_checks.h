// SPDX-License-Identifier: GPL-3.0-or-later
// What every reader of labels asks of an image and of a box before it goes into the data set. Private to core/data.
#pragma once

#include <string>

#include "core/data/dataset.h"

namespace fcoscope {

/// Where a box stands in its file, for the sentence about it.
struct LabelPlace {
    std::string file;
    std::string number;  ///< COCO: the annotation's id; VOC: the object's position, from 1
    std::string className;
};

/// The labels that go with an image: their file and how many they are.
struct LabelsOfImage {
    std::string file;
    size_t count = 0;
};

/// Fills in the size from the file's header, or `declared` where `sizes` says to trust it. False, with a problem
/// listed, if the file is missing or cannot be read, or if `declared` (0 × 0: not known) is another size: then the
/// labels were made on another picture, or before an EXIF orientation was applied, and would lie in the wrong place.
bool acceptImage(Dataset &dataset, DatasetImage &image, Size declared, ImageSizes sizes, const LabelsOfImage &labels);

/// Adds the label to the image; a box that cannot be used is listed instead, one that reaches outside is clipped and
/// listed. Half a pixel outside is taken for rounding and left as it is.
void addLabel(Dataset &dataset, DatasetImage &image, const Label &label, const LabelPlace &place);

}  // namespace fcoscope
