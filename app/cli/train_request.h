// SPDX-License-Identifier: GPL-3.0-or-later
// What `fcos train` was asked to do, from all the places where it can be said. A flag ranks before the file that
// --config names, that before the run.toml of a run that goes on, and that before the profile and the defaults.
#pragma once

#include <string>
#include <vector>

#include "app/cli/command_line.h"
#include "core/data/dataset_source.h"
#include "core/fcos/trainer.h"

namespace fcoscope {

struct TrainRequest {
    std::vector<std::string> datasets;  ///< PATH or PATH:SPLIT
    std::string run;                    ///< folder; empty: the next of runs/1, runs/2, …
    std::string config;
    std::string validate;               ///< PATH or PATH:SPLIT; empty: no validation
    std::string startFrom;
    bool problems = false;
    DatasetOptions data;
    DatasetSourceOptions source;
    NetworkOptions network;
    std::string profileName = "fcoscope";
    Profile profile;
    TrainOptions train;
};

/// Fills `request` from the arguments and the files they name. False if --help was asked for and shown. Paths come out
/// absolute, so that run.toml means the same from everywhere.
bool readTrainRequest(const std::vector<std::string> &arguments, TrainRequest &request);

/// The whole request as TOML.
std::string runToml(const TrainRequest &request);

}  // namespace fcoscope
