// SPDX-License-Identifier: GPL-3.0-or-later
// What each label format does, and what all of them share. Private to core/data.
//
// A format is one Format: functions in its own .cpp, named here and listed in label_format.cpp, which does what is the
// same for all: finding the format, making the root absolute, class lists that are given, leaving out images without
// review. Readers throw UserError where a file is none of theirs, and list everything else as a Problem.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "core/data/formats/label_format.h"

namespace fcoscope {

/// What is read. `split`, `classes` and the paths of options.reading are as the caller gave them; `classes` is applied
/// by readLabels, not by the format.
struct ReadRequest {
    std::filesystem::path path;
    FormatOptions options;
    bool extras = true;  ///< false: nobody will write it again, so `extra` stays empty
    /// Images of the folder that no label file speaks of are listed as New. readDataset of a COCO file goes without.
    bool newImages = true;
};

/// What is written, and where to.
struct WriteRequest {
    const LabelSet &set;
    std::vector<const ImageEntry *> images;  ///< in the set's order, without those that stay out
    std::filesystem::path to;
    FormatOptions options;
    /// Puts a file in place, beside and renamed; a format writes through this only, so that a preview can be made
    /// without a file being touched.
    std::function<void(const std::filesystem::path &file, std::string_view bytes)> put;
};

struct Format {
    LabelFormat format;
    const char *name;
    bool perImage;
    /// Whether `path` holds this format, by content. A folder is asked for itself, not for the folders in it, except
    /// where the format has its own (Annotations, labels). Looks into few files and throws nothing.
    bool (*recognise)(const std::filesystem::path &path);
    /// The set's root may be relative, as request.path is; readLabels makes it absolute. Keys are given here.
    ReadLabels (*read)(const ReadRequest &request, const RunContext &context);
    void (*write)(const WriteRequest &request, const RunContext &context, ConversionReport &report);
};

extern const Format cocoFormat;     // coco_format.cpp
extern const Format vocFormat;      // voc_format.cpp
extern const Format yoloFormat;     // yolo.cpp
extern const Format labelmeFormat;  // labelme.cpp
extern const Format csvFormat;      // csv.cpp

const Format &formatOf(LabelFormat format);

/// readLabels, but for the root, which stays as it was given, and the class list. Which of several formats wins:
/// label_format.cpp.
ReadLabels readLabelsAsGiven(const ReadRequest &request, const RunContext &context);

// --- Images

/// Image files of a folder and of all folders in it but hidden ones, relative to it with '/', in natural order. An
/// image is told as by imageFilesIn. `deep` false: those of the folder alone.
std::vector<std::string> imageFilesBelow(const std::filesystem::path &folder, bool deep = true);

/// "a.json, b.json", for sentences.
std::string fileNames(const std::vector<std::filesystem::path> &paths);

/// The size that is known, else that of the image's header; {0, 0} if it cannot be read.
Size sizeOrHeader(const LabelSet &set, const ImageEntry &image);

/// What an image is that a label file speaks of, without a word about its review.
inline ReviewStatus statusByBoxes(const ImageEntry &image)
{
    return image.boxes.empty() ? ReviewStatus::Empty : ReviewStatus::Labelled;
}

// --- Classes

/// Keys by name, for formats that name the class at each box; an unknown name becomes a class at the end, with
/// `formatId` −1. The set's `classes` must not be changed by another hand while it lives.
class ClassKeys {
public:
    explicit ClassKeys(LabelSet &set);
    Key of(const std::string &name);

private:
    LabelSet &set_;
    std::unordered_map<std::string, Key> keys_;
};

/// Classes in the order of their names, ranks likewise: for formats that have no order of their own.
void sortClassesByName(LabelSet &set);

// --- Extras: JSON objects as text, whose values are kept as they stand

struct ExtraField {
    std::string_view key;  ///< as it stands between the quotes: escapes are not resolved
    std::string_view value;
};
/// The fields of an object that is valid JSON, as readers made it; none of "".
std::vector<ExtraField> extraFields(std::string_view extra);
/// The value of `key`, "" if there is none.
std::string_view extraField(std::string_view extra, std::string_view key);
/// The entries of a list that is valid JSON.
std::vector<std::string_view> extraItems(std::string_view list);
/// The text of a JSON string, escapes resolved; the value itself where it is no string.
std::string extraText(std::string_view value);
/// A score as its file had it, where `extra` has those digits and they still mean it; else as few as tell it.
std::string scoreText(float score, std::string_view extra);
/// Adds "key":value to an object, which may be "" at first.
void addExtra(std::string &extra, std::string_view key, std::string_view value);

/// Whether the whole text is one JSON value: for what is kept without being read.
bool isJsonValue(std::string_view text);

/// Fields that are of a box's own place ("segmentation", "keypoints", VOC's "part", …) are worth nothing once the box
/// was moved. Readers remember, in `extra`, the box that such fields were read with.
bool isOfAPlace(std::string_view key);
inline constexpr std::string_view rememberedBox = "fcoscope_box";  ///< the field that holds it
void rememberBox(std::string &extra, const Box &box);              ///< nothing happens if `extra` has no such field
void rememberBoxAnyway(std::string &extra, const Box &box);
/// `extra` as it can be written for the box as it is now: without what rememberBox left, and, if the box is another
/// one, without the fields of its old place, which are listed.
std::string extraForBox(ConversionReport &report, const std::string &file, const std::string &className,
                        const BoxEntry &box);

/// The keys of the outermost object in the first bytes of a file, in order; none if it is no JSON object. For telling
/// formats apart.
std::vector<std::string> jsonKeysOf(const std::filesystem::path &file, size_t firstBytes = size_t(1) << 16);

// --- Numbers

/// The numbers of a file where they are known and different (−1: not known), new ones above all of them, and from
/// `first` on, for the others.
std::vector<int64_t> idsOf(const std::vector<int64_t> &wanted, int64_t first);

/// The shortest `length` for which from + length is `to` again: so that [x, y, width, height] reads back value-equal.
double exactLength(double from, double to);

// --- Reports

void note(ConversionReport &report, ConversionNote::Kind kind, const std::string &file, Message what);
/// For formats without a place for colours, and for those that name a class at each box and keep no list of them:
/// classes without boxes, and an order that is not that of the names. writeLabels calls them.
void noteColours(const LabelSet &set, ConversionReport &report);
void noteClassList(const LabelSet &set, ConversionReport &report);
/// Lists every field of `extra` but those in `written` as dropped. `of` says what it belongs to: "box 3 (cat)".
void noteDroppedExtras(ConversionReport &report, const std::string &file, const std::string &of, std::string_view extra,
                       std::span<const std::string_view> written = {});

}  // namespace fcoscope
