// SPDX-License-Identifier: GPL-3.0-or-later
// fcos convert SOURCE TARGET: labels of one format as another, with a report of everything that is not as it was.
#include <algorithm>
#include <filesystem>

#include "app/cli/command_line.h"
#include "app/cli/labelled_data.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/data/formats/conversion_report.h"
#include "core/data/formats/split.h"
#include "core/data/project/project_file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

struct ConvertOptions {
    FormatOptions formats;
    std::string to;
    std::vector<double> fractions;
    int64_t seed = 0;
    bool strict = false, json = false;
    int notes = 20;
    std::string source;
    fs::path target;
};

LabelFormat formatMeant(const ConvertOptions &options)
{
    if (const auto format = labelFormatOf(options.to))
        return *format;
    const std::string ending = lowerCase(options.target.extension().string());
    if (options.to.empty() && (ending == ".json" || ending == ".csv"))
        return ending == ".csv" ? LabelFormat::Csv : LabelFormat::Coco;
    if (options.to.empty())
        throw UserError(message("core", "Say which format to write: --to coco, voc, yolo, labelme or csv."));
    throw UserError(
        message("core", "\"{0}\" is no format that can be written; there are coco, voc, yolo, labelme and csv.")
            .with(options.to));
}

/// False if help was asked for and shown.
bool readOptions(const Arguments &arguments, ConvertOptions &options)
{
    options.formats.reading.imageSizes = ImageSizes::Trust;
    OptionTable own, formats;
    own.add("to", options.to,
            message("core", "The format to write: coco, voc, yolo, labelme or csv; told by TARGET's ending if it "
                            "is .json or .csv."));
    own.add("split", options.fractions, 0, 1, "",
            message("core", "Write parts of these sizes (0.8,0.1,0.1) instead of one, split at random by image with "
                            "every class shared out; they are called train, val and test."));
    own.add("seed", options.seed, 0, INT64_MAX, "", message("core", "Another split for another number."));
    own.add("strict", options.strict,
            message("core", "Write nothing, and end with exit code 2, if anything would be dropped or changed."));
    own.add("json", options.json, message("core", "Print the report as one JSON object."));
    own.add("notes", options.notes, 0, INT32_MAX, "",
            message("core", "At most so many things of a kind are listed one by one as text."));
    visit(formats, options.formats);
    std::vector<std::string> paths;
    CommandLine line("convert", "Write labels of one format as another. Everything that is not in TARGET as it was in "
                                "SOURCE is listed. No image is copied.");
    line.positional(
        "SOURCE TARGET", paths, 2, 2,
        message("core",
                "A project, or a file or folder of labels, recognised by its content (PATH:SPLIT names a split); "
                "and the file (COCO, CSV) or folder to write."));
    line.options("Output", own);
    line.options("Formats", formats, {"split", "unreviewed"});
    if (!line.parse(arguments))
        return false;
    line.apply(own);
    line.apply(formats);
    const DatasetName source = datasetName(paths[0], "");
    options.source = source.path;
    options.formats.reading.split = source.split;
    options.target = paths[1];
    return true;
}

/// What is converted, and what it is called.
struct Source {
    std::string format;
    LabelSet set;
    std::vector<Problem> problems;
};

/// A project, or a folder that has one, stands before the label files beside it: it is what people last worked on.
Source readSource(const ConvertOptions &options, Console &console)
{
    // Who names a split means the label files, as in readDataset().
    fs::path project = options.formats.reading.split.empty() ? fs::path(options.source) : fs::path();
    if (std::error_code error; fs::is_directory(project, error)) {
        const ProjectPlace place = projectPlace(project);
        project = place.exists ? place.file : fs::path();
    }
    if (!project.empty() && isProjectFile(project)) {
        if (project != options.source)
            console.error("the labels are those of the project " + printable(project.string()));
        const ProjectFile file = ProjectFile::open(project, ProjectFile::Access::Read);
        return {"project", file.read(ProjectFile::Extras::Read, console.context()), {}};
    }
    ReadLabels read = readLabels(options.source, options.formats, console.context());
    return {nameOf(read.format), std::move(read.set), std::move(read.problems)};
}

std::vector<LabelPart> partsOf(LabelSet &&set, const ConvertOptions &options, LabelFormat format)
{
    std::vector<LabelPart> parts;
    if (options.fractions.empty())
        parts.push_back({options.target, std::move(set)});
    else
        parts = splitLabels(std::move(set), {options.fractions, static_cast<uint64_t>(options.seed)},
                            options.formats.writeNew, format, options.target);
    return parts;
}

std::string problemsJson(const std::vector<Problem> &problems)
{
    std::vector<std::string> listed;
    for (const Problem &problem : problems)
        listed.push_back(JsonObject().add("file", problem.file).add("reason", problem.reason.english()).text());
    return jsonArray(listed);
}

std::string problemsText(const std::vector<Problem> &problems, size_t most)
{
    if (problems.empty())
        return {};
    std::string text = "not read as it stands (" + std::to_string(problems.size()) + "):\n";
    for (size_t i = 0; i < problems.size() && i < most; ++i)
        text += "  " + problems[i].file + ": " + problems[i].reason.english() + "\n";
    if (problems.size() > most)
        text += "  … and " + std::to_string(problems.size() - most) + " more\n";
    return text;
}

void printReport(const ConvertOptions &options, const Source &read, LabelFormat to, const ConversionReport &report,
                 bool written)
{
    if (options.json) {
        print(JsonObject()
                  .add("source", options.source)
                  .add("from", read.format)
                  .add("to", nameOf(to))
                  .add("target", options.target.string())
                  .add("written", written)
                  .raw("problems", problemsJson(read.problems))
                  .raw("report", reportJson(report))
                  .text() +
              "\n");
        return;
    }
    const size_t most = static_cast<size_t>(options.notes);
    std::string text = problemsText(read.problems, most);
    text += read.format + " → " + nameOf(to) + ": " + reportText(report, most);
    std::string safe;
    for (size_t at = 0; at < text.size();) {
        const size_t end = text.find('\n', at);
        safe += printable(text.substr(at, end - at)) + "\n";
        at = end + 1;
    }
    print(safe);
}

using Writing = ConversionReport (*)(const LabelSet &, LabelFormat, const fs::path &, const FormatOptions &,
                                     const RunContext &);

ConversionReport writeParts(const std::vector<LabelPart> &parts, LabelFormat format, const ConvertOptions &options,
                            const RunContext &context, Writing write)
{
    ConversionReport all;
    for (const LabelPart &part : parts)
        append(all, write(part.set, format, part.target, options.formats, context));
    return all;
}

}  // namespace

int convertVerb(const Arguments &arguments, Console &console)
{
    ConvertOptions options;
    if (!readOptions(arguments, options))
        return exitDone;
    const LabelFormat format = formatMeant(options);
    Source read = readSource(options, console);
    const std::vector<LabelPart> parts = partsOf(std::move(read.set), options, format);
    if (options.strict) {
        const ConversionReport preview = writeParts(parts, format, options, console.context(), previewLabels);
        if (!preview.lossless() || !read.problems.empty()) {
            printReport(options, read, format, preview, false);
            console.error("nothing was written, because not everything would be as it was (--strict).");
            return exitUserError;
        }
    }
    printReport(options, read, format, writeParts(parts, format, options, console.context(), writeLabels), true);
    return exitDone;
}

}  // namespace fcoscope
