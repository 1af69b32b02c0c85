// SPDX-License-Identifier: GPL-3.0-or-later
// What a training is asked to do, whoever asks: the command with its flags, the window with its form. It is written to
// run.toml in the run's folder, complete, and `fcos train --run FOLDER` goes by that file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/dataset_source.h"
#include "core/fcos/network_options.h"
#include "core/fcos/trainer.h"
#include "core/rules/profile.h"
#include "core/runs/settings.h"

namespace fcoscope {

struct TrainRequest {
    /// PATH or PATH:SPLIT. Empty: the images of the run's dataset.json, which was written by whoever made the run.
    std::vector<std::string> datasets;
    std::string validate;   ///< PATH or PATH:SPLIT; empty: no validation, or that of dataset.json
    std::string startFrom;  ///< a model whose weights the training begins with; empty: random weights
    DatasetOptions data;
    DatasetSourceOptions source;
    NetworkOptions network;
    std::string profileName = "fcoscope";
    Profile profile;
    TrainOptions train;
};

/// The option that names the profile from which the options of visit(Profile) start.
void addProfileName(OptionTable &table, std::string &profileName);

/// The options of a request by the tables of its file: [data], [train], [augment], [network], [profile]. They refer to
/// the request and must not outlive it.
struct RequestTables {
    OptionTable data, train, augment, network, profile;
    explicit RequestTables(TrainRequest &request);
    std::vector<SettingsTable> inFile() const;
};

/// The options that a form shows open, by name: how long, at which size, how many together, where.
std::vector<std::string> mainOptions();
/// Those that a run keeps when it goes on, by name: network, profile, and what lasts of the training.
std::vector<std::string> lastingOptions(const RequestTables &tables);

/// Network and profile before any option of theirs was said: those of the weights that training begins with, so that a
/// person fine-tunes what they have; without weights, or with another profile named, the codebase's own. `startFrom` is
/// the file itself.
void setStructure(TrainRequest &request, bool profileSaid);

/// Sets what a file says: options, and the data sets (key `dataset`, a list of texts, as no option is).
void applySettings(std::vector<Setting> settings, const std::string &origin, TrainRequest &request,
                   const RequestTables &tables);

/// The whole request as TOML, and back. What a file leaves out is as its profile has it: weights to start from are
/// named in it, but never opened. Throws UserError naming file and line.
std::string requestText(const TrainRequest &request);
TrainRequest readRequest(const std::filesystem::path &file);

}  // namespace fcoscope
