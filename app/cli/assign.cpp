// SPDX-License-Identifier: GPL-3.0-or-later
// fcos assign DATASET…: what target assignment makes of a labelled data set. No weights, and no pictures either where
// the label file says how large they are.
#include <chrono>
#include <filesystem>

#include "app/cli/command_line.h"
#include "app/cli/labelled_data.h"
#include "app/cli/model_options.h"
#include "app/cli/verbs.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/eval/assignment_report.h"
#include "core/fcos/checkpoint.h"
#include "core/runs/train_request.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace {

struct AssignOptions {
    DatasetOptions data;
    std::string profileName = "fcoscope";
    Profile profile;
    std::string weights, csv;
    bool json = false, problems = false;
    int threads = 0, boxes = 20;
};

/// The tables of the options. They refer to the struct.
struct Tables {
    OptionTable own, data, profile;

    explicit Tables(AssignOptions &o)
    {
        own.add("json", o.json, message("core", "Print one JSON object instead of text."));
        own.add("csv", o.csv,
                message("core", "A folder for levels.csv, classes.csv, pairs.csv and unlearnable.csv, too."));
        own.add("boxes", o.boxes, 0, 1000000, "",
                message("core", "At most so many boxes that no location can learn are listed as text."));
        own.add("problems", o.problems,
                message("core", "List every entry of the data set that could not be used as it stands."));
        own.add("threads", o.threads, 0, 1024, "threads", message("core", "CPU threads; 0 means all cores."));
        visit(data, o.data);
        profile.add("weights", o.weights,
                    message("core", "A model whose profile is taken: a file, a checkpoint folder, or the name of "
                                    "published weights that are here."));
        addProfileName(profile, o.profileName);
        visit(profile, o.profile);
    }
};

/// False if help was asked for and shown.
bool readOptions(const Arguments &arguments, AssignOptions &options, std::vector<std::string> &datasets)
{
    options.data.imageSizes = ImageSizes::Trust;
    options.profile = profileNamed(options.profileName);
    const Tables tables(options);
    CommandLine line("assign", "Tell what target assignment makes of a labelled data set: best possible recall, "
                               "ambiguous samples, positives by level and size, and the boxes that no location can "
                               "learn, each with the reason and a remedy. Needs no model. The paper's tables 1 and 2 "
                               "are for --profile tz-orig, which has no centre sampling.");
    line.positional("DATASET", datasets, 1, 1000,
                    message("core", "A COCO file, a VOC folder; PATH:SPLIT names a split. Several count as one."));
    line.options("Output", tables.own);
    line.options("Data", tables.data);
    line.options("Profile", tables.profile);
    if (!line.parse(arguments))
        return false;
    line.apply(tables.own);
    line.apply(tables.data);
    line.apply(tables.profile);  // a wrong value is told before a file is read
    const std::string named = options.profileName;
    if (line.given("profile") || options.weights.empty())
        options.profile = profileNamed(named);
    else
        options.profile = readModelInfo(weightsMeant(options.weights)).profile;
    line.apply(tables.profile);
    checkProfile(options.profile);
    return true;
}

DatasetLabels labelsOf(Dataset &&dataset)
{
    DatasetLabels data{dataset.name, dataset.classNames, {}};
    data.images.reserve(dataset.images.size());
    for (DatasetImage &image : dataset.images)
        data.images.push_back({image.file, image.size, std::move(image.labels)});
    return data;
}

void writeCsv(const AssignmentStatistics &statistics, const std::filesystem::path &folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw UserError(message("core", "The folder {0} cannot be made: {1}.").with(folder.string(), error.message()));
    for (const CsvFile &file : assignmentCsv(statistics))
        writeFile(folder / file.name, file.text);
}

std::string problemsJson(const Dataset &dataset)
{
    std::vector<std::string> problems;
    for (const Problem &problem : dataset.problems)
        problems.push_back(JsonObject().add("file", problem.file).add("reason", problem.reason.english()).text());
    return jsonArray(problems);
}

}  // namespace

int assignVerb(const Arguments &arguments, Console &console)
{
    AssignOptions options;
    std::vector<std::string> datasets;
    if (!readOptions(arguments, options, datasets))
        return exitDone;
    const auto start = std::chrono::steady_clock::now();
    Dataset dataset = readDatasets(datasets, options.data);
    requireLabels(dataset);
    const Dataset about{dataset.name, {}, {}, {}, dataset.problems};
    const AssignmentStatistics statistics =
        assignmentStatistics(labelsOf(std::move(dataset)), options.profile, console.context(), options.threads);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!options.csv.empty())
        writeCsv(statistics, options.csv);
    if (options.json) {
        print(assignmentJson(statistics).add("seconds", seconds).raw("problems", problemsJson(about)).text() + "\n");
        return exitDone;
    }
    std::string text = assignmentText(statistics, {static_cast<size_t>(options.boxes), 10});
    if (options.data.imageSizes == ImageSizes::Trust)
        text += "\nImage sizes are the label file's where it says them (--image-sizes check opens every image).\n";
    if (!about.problems.empty())
        text += "\n" + printable(problemCount(about)) + (options.problems ? ":\n" : " (--problems lists them)\n");
    if (options.problems)
        text += problemList(about);
    print(text);
    return exitDone;
}

}  // namespace fcoscope
