// SPDX-License-Identifier: GPL-3.0-or-later
// What `fcos train` was asked to do, from all the places where it can be said. A flag ranks before the file that
// --config names, that before the run.toml of a run that goes on, and that before the profile and the defaults.
#pragma once

#include <string>
#include <vector>

#include "core/runs/train_request.h"

namespace fcoscope {

struct TrainArguments {
    TrainRequest request;
    std::string run;  ///< folder; empty: the next of runs/1, runs/2, …
    std::string config;
    bool problems = false;  ///< list them
};

/// Fills `arguments` from the words and the files they name. False if --help was asked for and shown. Paths come out
/// absolute, so that run.toml means the same from everywhere.
bool readTrainArguments(const std::vector<std::string> &words, TrainArguments &arguments);

}  // namespace fcoscope
