// SPDX-License-Identifier: GPL-3.0-or-later
// What Session asks of core, as plain functions: so that a test can put a latch where the network would be, and so that
// Session itself names neither the engine nor the image decoder. Each is called on a worker thread and may throw
// UserError; those with a RunContext may throw Stopped.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/data/formats/label_format.h"
#include "core/data/project/project_file.h"
#include "core/fcos/predictor.h"
#include "core/runs/train_request.h"
#include "core/weights/catalogue.h"

namespace fcoscope {

/// A model in memory. `run` is the network on one image, with `features` its feature maps too; all calls are made on
/// one and the same thread.
struct LoadedModel {
    ModelInfo info;
    std::string device;  ///< "cpu", "cuda:0"
    std::function<RawOutputsPtr(const Image &, const RunContext &, bool features)> run;
    /// Gives back the memory that runs keep for the next one; from any thread; may be empty.
    std::function<void()> rest;
};
using ModelPtr = std::shared_ptr<const LoadedModel>;

using DatasetPtr = std::shared_ptr<const Dataset>;

struct Backend {
    std::function<Image(const std::filesystem::path &)> readImage;
    /// The picture, its longer side `side` pixels or fewer.
    std::function<Image(const std::filesystem::path &, int side)> readThumbnail;
    std::function<bool(const std::filesystem::path &)> isImage;
    /// By content: a file of weights, whosesoever, or a folder with a checkpoint in it.
    std::function<bool(const std::filesystem::path &)> looksLikeModel;
    /// `first` is told one of them as soon as there is one; it may be empty.
    std::function<std::vector<std::filesystem::path>(const std::filesystem::path &folder,
                                                     const std::function<void(const ImageId &)> &first)>
        imagesInFolder;
    std::function<bool(const std::filesystem::path &)> holdsLabels;  ///< a file or a folder, by content
    std::function<ReadLabels(const std::filesystem::path &, const RunContext &)> readLabels;
    std::function<ProjectPlace(const std::filesystem::path &folder)> projectPlace;
    std::function<ModelPtr(const std::filesystem::path &, const RunContext &)> loadModel;
    /// The file of published weights, or an empty path if it is not here.
    std::function<std::filesystem::path(const PublishedWeights &)> weightsHere;
    std::function<std::filesystem::path(const PublishedWeights &, bool termsAccepted, const RunContext &)> getWeights;
    /// Seconds that one image takes in such a training; see measuredSecondsPerImage().
    std::function<double(const TrainRequest &, const RunContext &)> trainingPace;
    std::filesystem::path trainer;  ///< the program `fcos`
};

/// Core itself. `device` is "auto", "cpu" or "cuda:N".
Backend coreBackend(const std::string &device = "auto");

}  // namespace fcoscope
