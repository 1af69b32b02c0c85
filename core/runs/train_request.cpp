// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/train_request.h"

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/fcos/checkpoint.h"

namespace fcoscope {

void addProfileName(OptionTable &options, std::string &profileName)
{
    static const std::vector<std::string> names = profileNames();
    std::vector<std::pair<const char *, std::string>> words;
    for (const auto &name : names)
        words.emplace_back(name.c_str(), name);
    options.addChoice("profile", profileName, std::move(words),
                      message("core", "The kind of FCOS; sets the defaults of the options below."));
}

RequestTables::RequestTables(TrainRequest &r)
{
    data.add("validate", r.validate,
             message("core", "Labelled images to measure on while training, PATH or PATH:SPLIT."));
    data.add("start-from", r.startFrom, message("core", "A model whose weights the training begins with."));
    visit(data, r.data);
    visit(train, r.train);
    visit(augment, r.source);
    visit(network, r.network);
    addProfileName(profile, r.profileName);
    visit(profile, r.profile);
}

std::vector<SettingsTable> RequestTables::inFile() const
{
    return {{"data", &data}, {"train", &train}, {"augment", &augment}, {"network", &network}, {"profile", &profile}};
}

std::vector<std::string> mainOptions()
{
    return {"epochs", "train-width", "train-height", "batch", "device"};
}

std::vector<std::string> lastingOptions(const RequestTables &tables)
{
    std::vector<std::string> names = lastingTrainOptions();
    for (const OptionTable *table : {&tables.network, &tables.profile})
        for (const Option &option : table->all())
            names.push_back(option.name);
    return names;
}

void setStructure(TrainRequest &request, bool profileSaid)
{
    if (request.startFrom.empty()) {
        request.profile = profileNamed(request.profileName);
        request.network = networkOfProfile(request.profileName);
        request.network.backboneNorm = BackboneNorm::Trained;  // first weights are random, and so would frozen norms be
        return;
    }
    const ModelInfo start = readModelInfo(request.startFrom);
    if (!profileSaid && !start.backboneOnly)
        request.profileName = start.profile.name;
    request.profile = profileSaid || start.backboneOnly ? profileNamed(request.profileName) : start.profile;
    request.network = start.backboneOnly ? networkOfProfile(request.profileName) : start.network;
    if (start.backboneOnly)
        takeBackbone(request.network, start.network);
}

void applySettings(std::vector<Setting> settings, const std::string &origin, TrainRequest &request,
                   const RequestTables &tables)
{
    // The data sets are a list of texts, which no option is: they are taken out here.
    std::erase_if(settings, [&](const Setting &setting) {
        const bool taken = setting.key == "dataset" && (setting.table == "data" || setting.table.empty());
        if (taken)
            request.datasets = setting.entries;
        return taken;
    });
    applySettings(settings, origin, tables.inFile());
}

std::string requestText(const TrainRequest &request)
{
    TrainRequest copy = request;
    copy.train.stopAfterSteps = 0;  // meant for one call, not for those that go on
    const RequestTables tables(copy);
    std::string text = "# What this run was asked to do. `fcos train --config` takes it.\n";
    for (const SettingsTable &table : tables.inFile()) {
        text += "\n" + settingsText(table);
        if (table.name == "data")
            text += "dataset = " + jsonTexts(request.datasets) + "\n";
    }
    return text;
}

TrainRequest readRequest(const std::filesystem::path &file)
{
    const std::vector<Setting> settings = readSettings(file);
    TrainRequest request;
    const RequestTables tables(request);
    // The profile first: what the file does not say is what its profile says.
    for (const Setting &setting : settings)
        if (setting.key == "profile" && (setting.table == "profile" || setting.table.empty()))
            tables.profile.set(setting.key, setting.text(), file.string());
    setStructure(request, true);  // no weights are named yet, and none are opened: the file says what they brought
    applySettings(settings, file.string(), request, tables);
    return request;
}

}  // namespace fcoscope
