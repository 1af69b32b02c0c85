// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_arguments.h"

#include <filesystem>

#include "app/cli/command_line.h"
#include "app/cli/labelled_data.h"
#include "core/base/error.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// Whether the folder already says what is asked.
bool goesOn(const TrainArguments &arguments)
{
    return !arguments.run.empty() && fs::exists(fs::path(arguments.run) / "run.toml");
}

struct File {
    std::string path;
    std::vector<Setting> settings;
};

/// The files in rising rank.
std::vector<File> filesOf(const TrainArguments &arguments)
{
    std::vector<File> files;
    if (goesOn(arguments)) {
        const std::string earlier = (fs::path(arguments.run) / "run.toml").string();
        files.push_back({earlier, readSettings(earlier)});
    }
    if (!arguments.config.empty())
        files.push_back({arguments.config, readSettings(arguments.config)});
    return files;
}

/// Sets one option before its turn, from the files and the flags. False if neither says a word about it.
bool setEarly(const char *option, const char *tableName, const OptionTable &table, const std::vector<File> &files,
              const CommandLine &line)
{
    bool said = line.given(option);
    for (const File &file : files)
        for (const Setting &setting : file.settings)
            if (setting.key == option && (setting.table.empty() || setting.table == tableName)) {
                table.set(option, setting.text(), file.path);
                said = true;
            }
    line.apply(table);
    return said;
}

/// Sets everything in rising rank: the weights to start from or the profile, files, flags.
void fill(TrainArguments &arguments, const CommandLine &line, const RequestTables &tables)
{
    TrainRequest &request = arguments.request;
    const std::vector<std::string> named = request.datasets;
    const std::vector<File> files = filesOf(arguments);
    // These two first, wherever they were said: the options of network and profile start from them.
    setEarly("start-from", "data", tables.data, files, line);
    const bool profileSaid = setEarly("profile", "profile", tables.profile, files, line);
    // A run that goes on has written down every option of its own, and the weights it began with may be gone.
    request.startFrom = goesOn(arguments) ? "" : weightsMeant(request.startFrom).string();
    setStructure(request, profileSaid);
    const std::string profile = request.profileName;

    for (const File &file : files)
        applySettings(file.settings, file.path, request, tables);
    for (const OptionTable *table : {&tables.data, &tables.augment, &tables.network, &tables.profile, &tables.train})
        line.apply(*table);
    request.profileName = profile;
    if (!named.empty())
        request.datasets = named;
}

/// Whether whoever made the run wrote its data beside its request.
bool bringsItsData(const TrainArguments &arguments)
{
    return goesOn(arguments) && fs::exists(fs::path(arguments.run) / "dataset.json");
}

void makePathsAbsolute(TrainRequest &request)
{
    const auto absolute = [](std::string &path) {
        if (!path.empty())
            path = fs::absolute(path).lexically_normal().string();
    };
    for (auto &dataset : request.datasets)
        dataset = datasetName(dataset, request.data.split).text();
    request.data.split.clear();  // now part of each name
    if (!request.validate.empty())
        request.validate = datasetName(request.validate, "").text();
    request.startFrom = weightsMeant(request.startFrom).string();
    absolute(request.startFrom);
    absolute(request.data.images);
}

}  // namespace

bool readTrainArguments(const std::vector<std::string> &words, TrainArguments &arguments)
{
    TrainRequest &request = arguments.request;
    request.profile = profileNamed(request.profileName);
    const RequestTables tables(request);
    OptionTable run;
    run.add("run", arguments.run,
            message("core", "Folder of the run; if it holds a run, that goes on. Without it runs/1, runs/2, …"));
    run.add("config", arguments.config, message("core", "A TOML file with options, such as another run's run.toml."));
    run.add("problems", arguments.problems,
            message("core", "List every entry of the data that could not be used as it stands."));
    CommandLine line("train",
                     "Train a detector. Ctrl-C stops cleanly; the same command with --run goes on where it stopped.");
    line.positional("DATASET", request.datasets, 0, 1000,
                    message("core", "COCO files or VOC folders, PATH or PATH:SPLIT; several are joined."));
    line.options("Run", run);
    line.options("Data", tables.data);
    line.options("Training", tables.train);
    line.options("Samples ([augment] in a file)", tables.augment);
    line.options("Network", tables.network, {"class-count"});  // the data says how many
    line.options("Profile", tables.profile);
    if (!line.parse(words))
        return false;
    line.apply(run);
    fill(arguments, line, tables);
    if (request.datasets.empty() && !bringsItsData(arguments))
        throw UserError(message(
            "core",
            "fcos train needs a data set: fcos train DATASET, or --run with the folder of a run to go on with."));
    checkProfile(request.profile);
    checkAugment(request.source.augment);
    makePathsAbsolute(request);
    return true;
}

}  // namespace fcoscope
