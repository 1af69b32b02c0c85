// SPDX-License-Identifier: GPL-3.0-or-later
// One label file of Pascal VOC: the XML of one image, before it is brought together with the image. Private to
// core/data.
//
// What tools write, and what is done about it
//     labelImg     cuts edges to whole numbers and writes 1 for what is below 1; tabs; verified="yes" (our Verified);
//                  an absolute <path>, which leads to images that lie elsewhere. It shows a broken XML as an image
//                  without boxes: here it is a problem that names the file
//     Pascal VOC   first and last pixel, counted from 1; <part>s inside objects, which are no objects
//     CVAT, Label Studio, X-AnyLabeling   <attributes>, <occluded>, <rotation>, empty <folder> and <path>, numbers with
//                  decimals, <source> with <annotation> and <image>
// What is none of the set's fields is kept as JSON: an element with text is a number where it is written as one, else
// a text; one with elements an object, several of one name a list; an XML attribute is a field "@name". So it is
// written back value-equal; only the order of unlike elements, comments and blanks may be another.
// Numbers are written with as many decimals as they have; other programs may cut them.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/formats/format.h"

namespace fcoscope {

struct VocObject {
    std::string name;
    std::array<double, 4> numbers{};  ///< xmin, ymin, xmax, ymax as they stand in the file
    bool difficult = false;
    int position = 0;                    ///< in the file, from 1
    std::optional<float> score;          ///< X-AnyLabeling's and ours
    bool crowd = false, locked = false;  ///< ours, as `area`
    double area = -1;
    std::string extra;
};

struct VocFile {
    std::filesystem::path path;
    std::string fileName;   ///< what the XML says; often wrong, so the XML's own name decides
    std::string imagePath;  ///< <path>: absolute, of the machine it was written on
    Size declared;
    bool fromPascal = false;
    std::optional<ReviewStatus> status;  ///< verified, or ours
    std::vector<VocObject> objects;
    std::string extra;
};

/// Without blanks and line ends around it.
std::string trimmed(std::string_view text);

/// Reads `bytes`, in place; objects that cannot be used are listed. Throws UserError for what is no VOC annotation.
void parseVoc(VocFile &file, std::string &&bytes, bool extras, std::vector<Problem> &problems);

/// <folder> says nothing where it is the image's own.
void dropFolder(std::string &extra, const std::filesystem::path &imageFile);

Box vocBox(const VocObject &object, VocOrigin origin);

/// The boxes of `file` as entries of `image`, whose size is known, with new keys; classes by name.
void takeVocObjects(const VocFile &file, VocOrigin origin, bool extras, LabelSet &set, ClassKeys &classes,
                    ImageEntry &image, std::vector<Problem> &problems);

/// The bytes of one image's file as an image: `present` with status, boxes and extras as the bytes say, boxes with new
/// keys, sizes and paths as they are. `path` names the bytes in problems. Classes that are new are added to the set.
/// Throws UserError for bytes that are no VOC annotation.
ImageEntry readVocImage(const std::filesystem::path &path, std::string_view bytes, LabelSet &set,
                        const ImageEntry &present, const ReadRequest &request, std::vector<Problem> &problems);

/// The <object>s that are no labels of an image of that size, as text: what is written again after its labels.
std::string unreadVocObjects(const std::filesystem::path &path, const std::string &bytes, VocOrigin origin, Size size);

/// The image's file; what it has no place for is listed.
std::string vocText(const WriteRequest &request, const ImageEntry &image, ConversionReport &report);

}  // namespace fcoscope
