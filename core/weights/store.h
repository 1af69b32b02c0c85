// SPDX-License-Identifier: GPL-3.0-or-later
// Where downloaded weights are kept, and getting one that is not here yet. What is here works without a network.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/run_context.h"
#include "core/weights/catalogue.h"

namespace fcoscope {

/// fcoscope/weights in the person's data folder ($XDG_DATA_HOME, else ~/.local/share). Throws UserError if there is no
/// such place.
std::filesystem::path weightsFolder();

/// The file of `entry`, or an empty path if it is not here.
std::filesystem::path weightsHere(const PublishedWeights &entry);

struct GetOptions {
    /// Instead of the publisher: a folder of a server that holds the files under their names. The environment variable
    /// FCOSCOPE_WEIGHTS_FROM says the same for all.
    std::string from;
    bool termsAccepted = false;  ///< by a person who has seen them, where the terms ask for it
    int stallSeconds = 60;
};

/// The file of `entry`, after downloading it if it is not here. Throws UserError, Stopped.
std::filesystem::path getWeights(const PublishedWeights &entry, const GetOptions &options, const RunContext &context);

/// What a person means by the name of weights: a file or folder that exists, or else published weights that are here.
/// Throws UserError for published weights that are not. Any other text comes back as the path that it is.
std::filesystem::path weightsMeant(const std::string &nameOrPath);

}  // namespace fcoscope
