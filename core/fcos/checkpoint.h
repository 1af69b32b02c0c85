// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints on disk: our own safetensors (specification at github.com/huggingface/safetensors), read by our own
// reader, which refuses everything that is not exactly well formed.
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

/// True for a file whose content looks like weights, whosesoever (4 kB of it are read), and for a folder that the trainer
/// wrote with a checkpoint in it. Whether it can be loaded, loading says.
bool looksLikeModel(const std::filesystem::path &path);

/// Reads what a checkpoint says about itself, without building the network.
ModelInfo readModelInfo(const std::filesystem::path &path);

/// Copies the model of a checkpoint to one file, weights as float16 if `half`. `facts` are added to those it
/// has, and options of the profile may be given other values.
void exportModel(const std::filesystem::path &from, const std::filesystem::path &to, bool half,
                 const std::map<std::string, std::string> &facts = {},
                 const std::map<std::string, std::string> &profile = {});

/// Writes a model with first weights drawn from the seed: untrained, for tests and for trying a structure.
void writeRandomModel(const std::filesystem::path &to, const NetworkOptions &network, const Profile &profile,
                      const std::vector<std::string> &classNames, uint64_t seed);

}  // namespace fcoscope
