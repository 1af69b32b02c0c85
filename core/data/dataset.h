// SPDX-License-Identifier: GPL-3.0-or-later
// A labelled data set in memory, whatever format it was kept in.
//
// readDataset is what readLabels (core/data/formats/label_format) reads, as training, evaluation and the lenses take it:
// COCO, Pascal VOC, YOLO, labelme and CSV, recognised by content; or a project of FCOScope, or a folder that has one (the
// images that somebody has looked at); or a folder of images, or a single image: no labels.
// No entry is dropped in silence: every image or box that cannot be used, and every box that had to be changed, is
// listed in `problems` with its file and the reason, so boxes in the files = boxes in `images` + boxes listed.
// A file that cannot be understood at all is refused with a UserError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/base/options.h"
#include "core/base/values.h"

namespace fcoscope {

/// Something that could not be used as it stands.
struct Problem {
    std::string file;  ///< the label or image file it stands in
    Message reason;    ///< one sentence; says what was done
};

struct DatasetImage {
    ImageId file;  ///< path, usable with readImage
    Size size;     ///< from the file's header, EXIF orientation applied, unless the label file is trusted
    /// In image coordinates; each has an area and lies inside the image (within half a pixel).
    std::vector<Label> labels;
    int64_t id = 0;  ///< COCO's image id; elsewhere the position in the list
};

/// What the numbers in a VOC box mean.
enum class VocOrigin {
    Auto,         ///< PixelsFrom1 if any file says that it comes from "The VOC… Database", else Edges
    Edges,        ///< xmin, xmax are the edges themselves: x1 = xmin, x2 = xmax. labelImg's files, so BCCD's: it cuts
                  ///< continuous edges to whole numbers (and never writes an xmin below 1)
    PixelsFrom1,  ///< first and last pixel of the object, counted from 1, as in Pascal VOC: x1 = xmin − 1, x2 = xmax
    PixelsFrom0,  ///< first and last pixel, counted from 0: x1 = xmin, x2 = xmax + 1
};

/// Where the size of an image comes from, in which its labels lie.
enum class ImageSizes {
    Check,  ///< the header of the image file, which must say the same as the label file
    Trust,  ///< the label file, where it says one: the image file is not opened and need not be there
};

struct Dataset {
    std::string name;                     ///< for people: the folder's or file's name, with the split
    std::vector<std::string> classNames;  ///< COCO: by rising category id; VOC: by name; no entry twice in VOC
    std::vector<int64_t> categoryIds;     ///< COCO's id of each class (elsewhere 1, 2, …), for writing results
    std::vector<DatasetImage> images;     ///< COCO: by rising id; elsewhere in the order of the split or of the names
    std::vector<Problem> problems;
    VocOrigin vocOrigin = VocOrigin::Auto;  ///< the meaning that was used; Auto where the format is not VOC
    bool labelled = true;  ///< false for plain images: "no labels" then says nothing about their content

    size_t labelCount() const;
};

struct DatasetOptions {
    /// VOC: ImageSets/Main/<split>.txt; COCO folder: which of several .json; empty: everything.
    std::string split = {};
    std::string images = {};  ///< folder of a COCO file's images; empty: looked for beside it
    VocOrigin vocOrigin = VocOrigin::Auto;
    ImageSizes imageSizes = ImageSizes::Check;
    std::string classes = {};  ///< names separated by commas: the class order to use; empty: the data set's own
    /// Images that nobody has looked at, too: what is not labelled in them is taught as background.
    bool unreviewed = false;
};
void visit(OptionTable &table, DatasetOptions &options);

Dataset readDataset(const std::filesystem::path &path, const DatasetOptions &options = {});

/// Renumbers the labels to another class list, by name (a model's, or the training split's). Labels of classes that are
/// not in it are taken out and listed in `problems`. categoryIds of classes that the data set does not know become
/// negative numbers that it does not use.
void useClasses(Dataset &dataset, const std::vector<std::string> &classNames);

}  // namespace fcoscope
