// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_request.h"

#include <filesystem>

#include "app/cli/labelled_data.h"
#include "app/cli/model_options.h"
#include "app/cli/settings.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/fcos/checkpoint.h"
#include "core/weights/store.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// The tables of one request, as the command line and the TOML file see them. Refers to the request.
struct Tables {
    OptionTable run, data, augment, network, profile, train;

    explicit Tables(TrainRequest &r)
    {
        run.add("run", r.run,
                message("core", "Folder of the run; if it holds a run, that goes on. Without it runs/1, runs/2, …"));
        run.add("config", r.config, message("core", "A TOML file with options, such as another run's run.toml."));
        run.add("problems", r.problems,
                message("core", "List every entry of the data that could not be used as it stands."));
        data.add("validate", r.validate,
                 message("core", "Labelled images to measure on while training, PATH or PATH:SPLIT."));
        data.add("start-from", r.startFrom, message("core", "A model whose weights the training begins with."));
        visit(data, r.data);
        visit(augment, r.source);
        visit(network, r.network);
        addProfileName(profile, r.profileName);
        visit(profile, r.profile);
        visit(train, r.train);
    }

    /// What the file and run.toml hold: [run] is this call's own affair.
    std::vector<SettingsTable> inFile() const
    {
        return {
            {"data", &data}, {"train", &train}, {"augment", &augment}, {"network", &network}, {"profile", &profile}};
    }
};

struct File {
    std::string path;
    std::vector<Setting> settings;
};

/// The data sets are a list of texts, which no option is: they are taken out here.
void takeDatasets(File &file, TrainRequest &request)
{
    std::erase_if(file.settings, [&](const Setting &setting) {
        const bool taken = setting.key == "dataset" && (setting.table == "data" || setting.table.empty());
        if (taken)
            request.datasets = setting.entries;
        return taken;
    });
}

/// The files in rising rank.
std::vector<File> filesOf(const TrainRequest &request)
{
    std::vector<File> files;
    const fs::path earlier = fs::path(request.run) / "run.toml";
    if (!request.run.empty() && fs::exists(earlier))
        files.push_back({earlier.string(), readSettings(earlier)});
    if (!request.config.empty())
        files.push_back({request.config, readSettings(request.config)});
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

/// Network and profile before any option of theirs was said: those of the weights that training begins with, so that a
/// person fine-tunes what they have; without weights, or with another profile named, the codebase's own.
void setDefaults(TrainRequest &request, bool profileSaid, bool goesOn)
{
    if (request.startFrom.empty() || goesOn) {  // a run that goes on has written down every option of its own
        request.profile = profileNamed(request.profileName);
        request.network = networkOfProfile(request.profileName);
        request.network.backboneNorm = BackboneNorm::Trained;  // first weights are random, and so would frozen norms be
        return;
    }
    const ModelInfo start = readModelInfo(weightsMeant(request.startFrom));
    if (!profileSaid && !start.backboneOnly)
        request.profileName = start.profile.name;
    request.profile = profileSaid || start.backboneOnly ? profileNamed(request.profileName) : start.profile;
    request.network = start.backboneOnly ? networkOfProfile(request.profileName) : start.network;
    if (start.backboneOnly)
        takeBackbone(request.network, start.network);
}

/// Sets everything in rising rank: the weights to start from or the profile, files, flags.
void fill(TrainRequest &request, const CommandLine &line, const Tables &tables)
{
    std::vector<std::string> named = request.datasets;
    std::vector<File> files = filesOf(request);
    // These two first, wherever they were said: the options of network and profile start from them.
    setEarly("start-from", "data", tables.data, files, line);
    const bool profileSaid = setEarly("profile", "profile", tables.profile, files, line);
    setDefaults(request, profileSaid, !request.run.empty() && fs::exists(fs::path(request.run) / "run.toml"));
    const std::string profile = request.profileName;

    for (File &file : files) {
        takeDatasets(file, request);
        applySettings(file.settings, file.path, tables.inFile());
    }
    for (const OptionTable *table : {&tables.data, &tables.augment, &tables.network, &tables.profile, &tables.train})
        line.apply(*table);
    request.profileName = profile;
    if (!named.empty())
        request.datasets = named;
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

bool readTrainRequest(const std::vector<std::string> &arguments, TrainRequest &request)
{
    request.profile = profileNamed(request.profileName);
    const Tables tables(request);
    CommandLine line("train",
                     "Train a detector. Ctrl-C stops cleanly; the same command with --run goes on where it stopped.");
    line.positional("DATASET", request.datasets, 0, 1000,
                    message("core", "COCO files or VOC folders, PATH or PATH:SPLIT; several are joined."));
    line.options("Run", tables.run);
    line.options("Data", tables.data);
    line.options("Training", tables.train);
    line.options("Samples ([augment] in a file)", tables.augment);
    line.options("Network", tables.network, {"class-count"});  // the data says how many
    line.options("Profile", tables.profile);
    if (!line.parse(arguments))
        return false;
    line.apply(tables.run);
    fill(request, line, tables);
    if (request.datasets.empty())
        throw UserError(message(
            "core",
            "fcos train needs a data set: fcos train DATASET, or --run with the folder of a run to go on with."));
    checkProfile(request.profile);
    checkAugment(request.source.augment);
    makePathsAbsolute(request);
    return true;
}

std::string runToml(const TrainRequest &request)
{
    TrainRequest copy = request;
    copy.train.stopAfterSteps = 0;  // meant for one call, not for those that go on
    const Tables tables(copy);
    std::string text = "# What this run was asked to do. `fcos train --config` takes it.\n";
    for (const SettingsTable &table : tables.inFile()) {
        text += "\n" + settingsText(table);
        if (table.name == "data")
            text += "dataset = " + jsonTexts(request.datasets) + "\n";
    }
    return text;
}

}  // namespace fcoscope
