// SPDX-License-Identifier: GPL-3.0-or-later
// COCO's label files: one JSON for all images. Private to core/data.
//
// What tools write, and what is done about it
//     ids        labelme's and X-AnyLabeling's annotations start at 0, Label Studio's categories, too. pycocotools
//     never
//                counts annotation 0 as found: it is listed, and we write annotations from 1 on. Ids of images and
//                categories stay. Of two annotations with one id the second is left out, unless the id is 0: some
//                exporters give it to all
//     file_name  with folders, Windows' separators, or absolute: followed as it stands, then with separators turned
//     area       of the mask where there is one; where it is the box's own nothing is kept (Label::area)
//     ignore     X-AnyLabeling's word for difficult; read as such and written back
//     segmentation, keypoints   polygons and RLE are kept as text with the box they were read with. When that box is
//                another one on writing they are left out and listed, because they would be of another place
//     NaN        Python writes it into what is no JSON then: such a field is left out and listed
// Fields of our own, written only where the rest does not say it already: "fcoscope_status" of an image,
// "fcoscope_locked" of an annotation, "fcoscope_edges" of one whose right or lower edge is no sum of doubles (about one
// in ten thousand of those with all digits), "fcoscope_rank" and "fcoscope_colour" of a category.
#pragma once

#include "core/data/formats/format.h"

namespace fcoscope {

bool recogniseCoco(const std::filesystem::path &path);

/// The COCO file that `path` stands for, a folder's for a split; nothing if there is no JSON file at all. Throws
/// UserError where several fit, or none fits the split.
std::filesystem::path cocoFileOf(const std::filesystem::path &path, const std::string &split);

void writeCoco(const WriteRequest &request, const RunContext &context, ConversionReport &report);

}  // namespace fcoscope
