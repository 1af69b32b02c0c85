// SPDX-License-Identifier: GPL-3.0-or-later
// Label files as other programs write them, read into a LabelSet and written from one.
//
// A format is told by content, never by a name alone. Reading loses nothing in silence: what cannot be used or had to
// be changed stands in `problems`, what the set has no field for in `extra`. Writing loses nothing in silence either:
// the ConversionReport lists every label that the file does not hold as the set has it. Sub-pixel coordinates,
// difficult, crowd, scores, images that are empty on purpose and unknown fields survive wherever the format has room,
// and come back value-equal when it is read again.
//
// How each tool really writes its files, and what is done about it, stands at each format's reader.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/run_context.h"
#include "core/data/dataset.h"
#include "core/data/label_set.h"

namespace fcoscope {

enum class LabelFormat {
    Coco,     ///< one .json for all images; ids from 1
    Voc,      ///< one .xml for each image (Pascal VOC, labelImg)
    Yolo,     ///< one .txt for each image, class names in data.yaml or classes.txt; fractions of the image's size
    Labelme,  ///< one .json for each image (labelme, X-AnyLabeling)
    Csv,      ///< one line for each box
};
/// "coco", "voc", "yolo", "labelme", "csv".
const char *nameOf(LabelFormat format);
std::optional<LabelFormat> labelFormatOf(std::string_view name);
/// One file for each image: it can be kept in step while people label.
bool isPerImage(LabelFormat format);

/// One file for a set of several options: those of reading that a format needs, and of writing.
struct FormatOptions {
    DatasetOptions reading;  ///< split, folder of the images, voc-origin, image-sizes, classes
    VocOrigin writtenVocOrigin = VocOrigin::Edges;
    bool writeNew = false;  ///< images without review, too
};
void visit(OptionTable &table, FormatOptions &options);

/// Which format `path` holds, a file or a folder; none: it holds no labels. Looks into few files.
std::optional<LabelFormat> recogniseLabels(const std::filesystem::path &path);

struct ReadLabels {
    LabelFormat format = LabelFormat::Coco;
    LabelSet set;
    std::vector<Problem> problems;          ///< entries left out or changed, each with its file
    VocOrigin vocOrigin = VocOrigin::Auto;  ///< the one that was used
};
/// Labels of `path`, and the images they are of, in natural order of their names unless the format orders them. An
/// image in the folder that no label file speaks of is listed as New. Throws UserError for what is no label file.
ReadLabels readLabels(const std::filesystem::path &path, const FormatOptions &options = {},
                      const RunContext &context = {});

/// One thing that is not in the file as it is in the set.
struct ConversionNote {
    enum class Kind {
        Changed,  ///< rounded, clipped, renamed
        Dropped,  ///< has no place in the format
        LeftOut,  ///< by choice: images without review
    };
    Kind kind = Kind::Changed;
    std::string file;  ///< the image, or ""
    Message what;
};
struct ConversionReport {
    size_t images = 0, boxes = 0, classes = 0;  ///< written
    size_t imagesLeftOut = 0, boxesLeftOut = 0;
    std::vector<ConversionNote> notes;
    std::vector<std::filesystem::path> files;  ///< written, but for per-image files
    /// A person would call the two the same: no note but by choice.
    bool lossless() const;
};

/// Writes `set`: COCO and CSV to the file `to`, the others into the folder `to`, which is made if need be. Every file
/// is written beside its place and renamed. Image sizes that are not known are read from the images' headers.
ConversionReport writeLabels(const LabelSet &set, LabelFormat format, const std::filesystem::path &to,
                             const FormatOptions &options = {}, const RunContext &context = {});
/// What writeLabels would report, without writing anything: for asking first, and for `fcos convert --strict`.
ConversionReport previewLabels(const LabelSet &set, LabelFormat format, const std::filesystem::path &to,
                               const FormatOptions &options = {}, const RunContext &context = {});

/// What the trainer, the evaluation and the lenses take: every image with a review (or all), its labels counted in the
/// order of set.classes. Boxes that cannot be used are listed as in readDataset.
Dataset datasetOf(const LabelSet &set, bool withNew);

}  // namespace fcoscope
