// SPDX-License-Identifier: GPL-3.0-or-later
// labelme's files (versions up to 7) and X-AnyLabeling's: one .json for each image. Private to core/data.
//
//     shapes       see labelme_shapes.h; unknown fields survive at every depth, in place and as they stand
//     checked      true (X-AnyLabeling): Verified. A file without any shape: Empty. One whose shapes are no boxes: New
//     imageData    the picture in base64 or null. It survives untouched where a file is rewritten in place. Elsewhere
//                  it is copied from the file it was read from ("imageDataFrom" in the image's extra): labels of ten
//                  thousand images do not hold ten thousand pictures in memory
//     imagePath    any separators. An image beside the file that has its name is its image, as labelme takes a.json for
//                  the labels of a.jpg; else the one that imagePath names, seen from the file
//     imageHeight, imageWidth   must be those of the image: if not, the labels were made on another picture and are
//                  left out; in place, such a file is not overwritten
// Written are rectangles of two points, since labelme 7.1 takes no others, or of four where the file has such ones from
// X-AnyLabeling ("rectanglePoints" in the image's extra). labelme has no list of classes: they come by name.
#pragma once

#include "core/data/formats/format.h"
#include "core/data/formats/labelme_shapes.h"

namespace fcoscope {

struct LabelmeFile {
    JsonFields top;                     ///< all but the shapes
    std::vector<std::string> shapes;    ///< as they stand
    std::vector<LabelmeShape> meaning;  ///< of each shape
    ShapePoints points = ShapePoints::Two;
    Size declared;
    std::string imagePath;  ///< with '/'
    bool checked = false;
};
/// Throws UserError.
LabelmeFile parseLabelme(const std::filesystem::path &file, std::string_view bytes);

/// The file of an image. `before` is what is there, or none; `shapeOf` says which of its shapes each box of the image
/// is, −1: a new one.
std::string labelmeText(const LabelSet &set, const ImageEntry &image, const std::string &imagePath,
                        const LabelmeFile *before, const std::vector<int> &shapeOf, ConversionReport &report);

}  // namespace fcoscope
