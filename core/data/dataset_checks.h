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

/// Fills in the size from the file's header. False, with a problem listed, if the file is missing or cannot be read, or
/// if `declared` (0 × 0: not known) is another size: then the labels were made on another picture, or before an EXIF
/// orientation was applied, and would lie in the wrong place. `labelCount` labels go with the image.
bool acceptImage(Dataset &dataset, DatasetImage &image, Size declared, const std::string &labelFile, size_t labelCount);

/// Adds the label to the image; a box that cannot be used is listed instead, one that reaches outside is clipped and
/// listed. Half a pixel outside is taken for rounding and left as it is.
void addLabel(Dataset &dataset, DatasetImage &image, const Label &label, const LabelPlace &place);

}  // namespace fcoscope
