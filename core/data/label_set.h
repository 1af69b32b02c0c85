// SPDX-License-Identifier: GPL-3.0-or-later
// The labels of a set of images with everything that belongs to them: what a person edits, what the project file holds,
// and what every label format is read into and written from.
//
// Classes, images and boxes each carry a key: a number above 0, unique in the set among all three, that stays with it
// for life and is never given to another, whatever is renamed, reordered, deleted or undone. Boxes name their class by
// its key, so no order of classes can move a label silently. Boxes are in image coordinates, continuous, after the EXIF
// orientation was applied: pixel (0, 0) covers [0, 1)².
//
// `extra` is what a file said beyond the fields here, as one JSON object ({"truncated":1,"pose":"Left"}), or "": a
// format that has a place for it writes it back, others list it in their report. A project holds extras on disk; the
// set that a window edits is without them (readProject), an export reads them anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

using Key = int64_t;

/// What is known of an image as a whole. Only what a person has looked at teaches: New images stay out of exports and
/// of training unless asked for.
enum class ReviewStatus {
    New,       ///< nobody has looked at it
    Labelled,  ///< it has labels
    Verified,  ///< a person says that its labels are right and complete
    Empty,     ///< nothing is in it, on purpose: a negative
};
/// "new", "labelled", "verified", "empty": as files and commands write it.
const char *nameOf(ReviewStatus status);
std::optional<ReviewStatus> reviewStatusOf(std::string_view name);

struct ClassEntry {
    Key key = 0;
    std::string name;
    int rank = 0;           ///< the order in lists and on the number keys: by rising rank, then key
    int64_t formatId = -1;  ///< what the file it came from called it: COCO's category id, YOLO's line; −1: none
    uint32_t colour = 0;    ///< 0xRRGGBB with the top byte set, or 0: the palette's for its place
    std::string extra;
    bool operator==(const ClassEntry &) const = default;
};

struct BoxEntry {
    Key key = 0;
    Key classKey = 0;
    Box box;
    std::optional<float> score;  ///< of the detection it was accepted from, or of the file it came from
    bool crowd = false, difficult = false;
    bool locked = false;  ///< gestures leave it alone
    double area = -1;     ///< as in Label
    std::string extra;
    bool operator==(const BoxEntry &) const = default;
};

struct ImageEntry {
    Key key = 0;
    std::string path;  ///< below LabelSet::root with '/', or absolute; UTF-8
    Size size;         ///< EXIF orientation applied; {0, 0}: not known yet
    ReviewStatus status = ReviewStatus::New;
    int64_t formatId = -1;        ///< COCO's image id; −1: none
    std::vector<BoxEntry> boxes;  ///< by rising key
    std::string extra;
    bool operator==(const ImageEntry &) const = default;
};

/// A detection that a person said no to: one of its class that overlaps it is not shown again. The class is the
/// model's, by name: the set need not have it, and whatever becomes of the set's classes, what was refused stays so.
struct Refusal {
    Key key = 0;
    Key imageKey = 0;
    std::string className;
    Box box;
    bool operator==(const Refusal &) const = default;
};

struct LabelSet {
    std::filesystem::path root;       ///< absolute
    std::vector<ClassEntry> classes;  ///< by rank, then key; names differ
    std::vector<ImageEntry> images;   ///< in the order they are listed; keys in any order
    std::vector<Refusal> refusals;    ///< by rising key
    Key nextKey = 1;                  ///< larger than every key that was ever given
    std::string extra;                ///< COCO's info, licenses, …

    Key newKey() { return nextKey++; }
    const ClassEntry *findClass(Key key) const;
    const ClassEntry *findClass(std::string_view name) const;
    /// Position in `classes`, −1 if there is none.
    int classIndex(Key key) const;
    std::vector<std::string> classNames() const;
    size_t boxCount() const;
    std::filesystem::path fileOf(const ImageEntry &image) const;  ///< absolute
    bool operator==(const LabelSet &) const = default;
};

/// The images of `from` behind those of `into`, whose root stays: classes are matched by name, keys drawn anew. An
/// image that is there already is passed over; how many were.
size_t append(LabelSet &into, const LabelSet &from);

/// How `file` (absolute) is written in a set with that root: relative if it lies below it.
std::string pathBelow(const std::filesystem::path &root, const std::filesystem::path &file);

const BoxEntry *findBox(const ImageEntry &image, Key key);

/// The label as assignment and evaluation take it, its class counted in the order of `set.classes`.
Label labelOf(const LabelSet &set, const BoxEntry &box);

}  // namespace fcoscope
