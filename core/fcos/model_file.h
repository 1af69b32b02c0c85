// SPDX-License-Identifier: GPL-3.0-or-later
// A model file from the inside: weights by name and, as text in the header, everything else that makes a detector.
#pragma once

#include "core/fcos/checkpoint.h"
#include "core/fcos/detector.h"
#include "core/fcos/safetensors.h"

namespace fcoscope {

/// The file a path means: itself, or the model.safetensors of a checkpoint folder (or of a run's newest checkpoint).
std::filesystem::path modelFileOf(const std::filesystem::path &path);

/// A model file as it was read, ours or another codebase's: weights under our names.
struct ModelContents {
    ModelInfo info;
    Safetensors weights;
};
/// `path` may be a checkpoint folder. With `headerOnly` the tensors have shapes and types alone.
ModelContents readModel(const std::filesystem::path &path, const std::string &profileName = "",
                        bool headerOnly = false);

/// What the header says. Throws UserError if the file is not a model of ours.
ModelInfo infoOf(const Safetensors &file, const std::filesystem::path &path);
/// The header of a model.
std::map<std::string, std::string> metadataOf(const ModelInfo &info);

/// Copies the tensors called `prefix` + name into `into`. Every missing, misshapen or (with `complete`) surplus tensor
/// is listed in one UserError, and nothing is copied then.
void copyTensors(const Safetensors &file, const std::string &prefix, const NamedTensors &into,
                 const std::filesystem::path &path, bool complete);

/// Throws UserError if it is a backbone alone.
void requireDetector(const ModelInfo &info);
/// The network of a model that was read whole, with its weights.
Detector detectorOf(const ModelContents &model);

/// A predictor over a copy of these weights, as validation during training needs it.
Predictor makePredictor(ModelInfo info, const Detector &detector, const at::Device &device);

/// Turns "auto", "cpu" or "cuda:N" into a device that is there. Throws UserError if it is not.
at::Device deviceNamed(const std::string &name);

}  // namespace fcoscope
