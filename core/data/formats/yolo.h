// SPDX-License-Identifier: GPL-3.0-or-later
// YOLO's label files: one .txt for each image, "class cx cy w h" in fractions of its sides. Private to core/data.
//
// Read are
//     blanks, tabs, CRLF, a class as "1.0"   as they come (labelImg and X-AnyLabeling stumble over some of them)
//     five numbers behind the class   the fifth is a confidence: the score
//     more numbers    a polygon (segmentation, oriented boxes), with a confidence where they are odd: the box around
//     it,
//                     the polygon in the extra as labelme has it; key points where data.yaml has "kpt_shape"
//     a class beyond the names   becomes a class named by its number; listed
//     a box that reaches out of the image by more than half a pixel   is clipped; listed. So are polygons
//     an empty file   Empty; no file: New. A file of nothing but bad lines: New
// Written are lines of one kind: "class cx cy w h", or polygons in a file where a box has one (the others as their four
// corners; Ultralytics takes the two kinds in one file for nonsense). Scores are not written: Ultralytics refuses
// training labels with six columns. How exact the numbers are: yolo_numbers.h. Difficult, crowd, Verified and unknown
// fields have no place and are listed.
#pragma once

#include <map>
#include <optional>

#include "core/data/formats/format.h"
#include "core/data/formats/yolo_names.h"

namespace fcoscope {

/// The classes of a set by their numbers in the label files.
class YoloClasses {
public:
    /// Adds the names to the set, which is without classes, or takes those that it has.
    YoloClasses(LabelSet &set, const YoloNames &names);
    Key of(size_t number, const std::filesystem::path &file, std::vector<Problem> &problems);

private:
    Key added(size_t number, const std::string &name);

    LabelSet &set_;
    YoloNames names_;
    std::map<size_t, Key> keys_;
};

/// The image as the bytes of its file say it: `present` with new boxes, status and extra; its size is known. `unread`
/// gets the lines that are left out, as they stand.
ImageEntry yoloEntry(const std::filesystem::path &file, std::string_view bytes, LabelSet &set, YoloClasses &classes,
                     const ImageEntry &present, size_t keypoints, bool extras, std::vector<Problem> &problems,
                     std::string *unread = nullptr);

/// The bytes of the image's file; `size` has an area.
std::string yoloText(const ImageEntry &image, Size size, const std::map<Key, size_t> &numbers,
                     ConversionReport &report);

// --- Folders (yolo_folder.cpp)

/// What a path holds: where images are and what numbers mean.
struct YoloFolder {
    std::filesystem::path root;
    std::optional<std::filesystem::path> namesFile;
    YoloNames names;
    size_t keypoints = 0;
    std::filesystem::path images;    ///< "images_root" or the option: labels mirror what is below it; "" is usual
    std::vector<std::string> files;  ///< images, below the root or absolute, in order
    std::vector<Problem> problems;
    bool listing = true;  ///< whether `files` and `problems` were looked for
};
/// `listing` false: only the names are looked for.
YoloFolder openYolo(const std::filesystem::path &path, const DatasetOptions &options, bool listing = true);

/// a/images/b/c.jpg → a/labels/b/c.txt, by the last folder named images; "" if there is none.
std::filesystem::path mirroredLabel(const std::filesystem::path &image);

// --- Recognising (yolo_recognise.cpp)

bool isFolder(const std::filesystem::path &path);
bool isFile(const std::filesystem::path &path);
bool isText(const std::filesystem::path &path);  ///< by its ending
bool recogniseYolo(const std::filesystem::path &path);
/// Whether a quarter of this file's first lines are a class and fractions; an empty one is YOLO's, too.
bool looksLikeYolo(const std::filesystem::path &text);
bool isDarknet(const std::filesystem::path &file);
std::optional<std::filesystem::path> darknetIn(const std::filesystem::path &folder);

// --- Reading and writing (yolo.cpp)

void writeYolo(const WriteRequest &request, const RunContext &context, ConversionReport &report);

}  // namespace fcoscope
