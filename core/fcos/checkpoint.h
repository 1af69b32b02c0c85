// SPDX-License-Identifier: GPL-3.0-or-later
// Models on disk: files of other codebases (core/fcos/checkpoint), and our own safetensors (specification at
// github.com/huggingface/safetensors), read by our own readers, which refuse everything that is not exactly well
// formed.
//
// A model file holds weights (what inference loads: averaged where training kept an average) and, as text in the
// header, network, profile, class names, training options and facts. A checkpoint folder of the trainer holds
//     model.safetensors      as above
//     training.safetensors   raw weights, average, optimiser state, counters: what is needed to go on
// and is renamed into place once, so it is whole or not there.
#pragma once

#include <filesystem>

#include "core/fcos/predictor.h"

namespace fcoscope {

/// True for a file whose content looks like weights, whosesoever (4 kB of it are read), and for a folder that the
/// trainer wrote with a checkpoint in it. Whether it can be loaded, loading says.
bool looksLikeModel(const std::filesystem::path &path);

/// Reads what a model file says about itself, without building the network. Files of other codebases are read whole:
/// some of what is assumed about them shows in their values. `profileName` as for Predictor::load.
ModelInfo readModelInfo(const std::filesystem::path &path, const std::string &profileName = "");

struct ExportOptions {
    bool half = false;        ///< weights as float16
    std::string codebase;     ///< of a .pth file: whose; "": the one the model came from, else torchvision
    std::string profileName;  ///< as for Predictor::load
    std::map<std::string, std::string> facts;    ///< added to those it has
    std::map<std::string, std::string> profile;  ///< options of the profile that get other values
};
/// Copies the model of a checkpoint, or of any file that Predictor::load takes, to one file. `to` ends in .safetensors
/// for our own format, or in .pth for another codebase's: then its tensors alone, under its names, as its own
/// load_state_dict(strict=True) wants them. Throws UserError if that codebase has no network that computes the same.
void exportModel(const std::filesystem::path &from, const std::filesystem::path &to, const ExportOptions &options = {});
/// The codebases that a .pth file can be written for.
std::vector<std::string> exportCodebases();

/// Writes a model with first weights drawn from the seed: untrained, for tests and for trying a structure.
void writeRandomModel(const std::filesystem::path &to, const NetworkOptions &network, const Profile &profile,
                      const std::vector<std::string> &classNames, uint64_t seed);

}  // namespace fcoscope
