// SPDX-License-Identifier: GPL-3.0-or-later
// The formats, and what is the same for all of them. Which one wins where several lie together stands in recognise.cpp.
#include "core/data/formats/label_format.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/formats/format.h"
#include "core/data/formats/recognise.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

const std::array<const Format *, 5> &formats()
{
    static const std::array<const Format *, 5> all{&cocoFormat, &vocFormat, &yoloFormat, &labelmeFormat, &csvFormat};
    return all;
}

/// The images that are written; what stays out is counted in the report.
std::vector<const ImageEntry *> chosenImages(const LabelSet &set, const FormatOptions &options,
                                             ConversionReport &report)
{
    std::vector<const ImageEntry *> images;
    for (const ImageEntry &image : set.images)
        if (options.writeNew || image.status != ReviewStatus::New) {
            images.push_back(&image);
        } else {
            ++report.imagesLeftOut;
            report.boxesLeftOut += image.boxes.size();
        }
    if (report.imagesLeftOut > 0)
        note(report, ConversionNote::Kind::LeftOut, "",
             message("core", "{0} images without review were left out, with {1} boxes.")
                 .with(report.imagesLeftOut, report.boxesLeftOut));
    return images;
}

using Put = std::function<void(const fs::path &, std::string_view)>;

ConversionReport writeThrough(const LabelSet &set, LabelFormat format, const fs::path &to, const FormatOptions &options,
                              const RunContext &context, Put put)
{
    ConversionReport report;
    report.classes = set.classes.size();
    WriteRequest request{set, chosenImages(set, options, report), to, options, std::move(put)};
    report.images = request.images.size();
    for (const ImageEntry *image : request.images)
        report.boxes += image->boxes.size();
    if (format != LabelFormat::Coco)
        noteColours(set, report);
    if (format != LabelFormat::Coco && format != LabelFormat::Yolo)
        noteClassList(set, report);
    formatOf(format).write(request, context, report);
    return report;
}

fs::path absoluteRoot(const fs::path &root)
{
    std::error_code error;
    const bool climbs = std::find(root.begin(), root.end(), "..") != root.end();  // through links, perhaps
    fs::path absolute = climbs ? fs::canonical(root, error) : fs::absolute(root, error).lexically_normal();
    if (error)
        absolute = fs::absolute(root);
    if (!absolute.has_filename() && absolute.has_parent_path() && absolute != absolute.root_path())
        absolute = absolute.parent_path();
    return absolute;
}

/// Where labels lie in one folder and all images in another, the images' folder is the root: their paths below it are
/// what mirrored label files, and file_name in COCO, are made of.
void takeImagesAsRoot(LabelSet &set)
{
    std::optional<fs::path> common;
    for (const ImageEntry &image : set.images) {
        const fs::path path = image.path;
        if (!path.is_absolute())
            return;
        const fs::path folder = path.lexically_normal().parent_path();
        if (!common)
            common = folder;
        while (common != folder && *folder.lexically_relative(*common).begin() == "..")
            common = common->parent_path();
    }
    if (!common)
        return;
    set.root = *common;
    for (ImageEntry &image : set.images)
        image.path = fs::path(image.path).lexically_normal().lexically_relative(*common).generic_string();
}

}  // namespace

const Format &formatOf(LabelFormat format)
{
    return **std::find_if(formats().begin(), formats().end(), [&](const Format *f) { return f->format == format; });
}

const char *nameOf(LabelFormat format)
{
    return formatOf(format).name;
}

std::optional<LabelFormat> labelFormatOf(std::string_view name)
{
    for (const Format *format : formats())
        if (name == format->name)
            return format->format;
    return std::nullopt;
}

bool isPerImage(LabelFormat format)
{
    return formatOf(format).perImage;
}

void visit(OptionTable &table, FormatOptions &options)
{
    visit(table, options.reading);
    table.addChoice<VocOrigin>(
        "write-voc-origin", options.writtenVocOrigin,
        {{"edges", VocOrigin::Edges}, {"1", VocOrigin::PixelsFrom1}, {"0", VocOrigin::PixelsFrom0}},
        message("core", "What the numbers of a written VOC box mean: its edges, or its first and last pixel counted "
                        "from 1 or from 0."));
    table.add("new", options.writeNew, message("core", "Write images that nobody has reviewed, too."));
}

ReadLabels readLabels(const fs::path &path, const FormatOptions &options, const RunContext &context)
{
    ReadLabels read = readLabelsAsGiven({path, options}, context);
    read.set.root = absoluteRoot(read.set.root);
    takeImagesAsRoot(read.set);
    if (!options.reading.classes.empty())
        useClasses(read, namesIn(options.reading.classes));
    return read;
}

ConversionReport writeLabels(const LabelSet &set, LabelFormat format, const fs::path &to, const FormatOptions &options,
                             const RunContext &context)
{
    return writeThrough(set, format, to, options, context, [](const fs::path &file, std::string_view bytes) {
        std::error_code error;
        fs::create_directories(file.parent_path(), error);  // writeFile says it where this failed
        writeFile(file, bytes);
    });
}

ConversionReport previewLabels(const LabelSet &set, LabelFormat format, const fs::path &to,
                               const FormatOptions &options, const RunContext &context)
{
    ConversionReport report =
        writeThrough(set, format, to, options, context, [](const fs::path &, std::string_view) {});
    report.files.clear();
    return report;
}

bool ConversionReport::lossless() const
{
    return std::all_of(notes.begin(), notes.end(),
                       [](const ConversionNote &n) { return n.kind == ConversionNote::Kind::LeftOut; });
}

}  // namespace fcoscope
