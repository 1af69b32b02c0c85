// SPDX-License-Identifier: GPL-3.0-or-later
// A detector ready to look at images. Names no Torch: everything behind it is the engine's own affair.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// What a model file says about itself.
struct ModelInfo {
    std::filesystem::path path;
    std::string container;  ///< what kind of file it is, for people
    std::string codebase;   ///< whose weights they are ("torchvision", …); "": ours
    bool backboneOnly = false;  ///< no detector: a backbone to begin a training with; of the profile only pixels count
    NetworkOptions network;
    Profile profile;
    std::vector<std::string> classNames;
    bool classesNamed = true;  ///< false: the file names none; the names are COCO's by their count, or numbers
    std::vector<Message> assumptions;  ///< what a file of another codebase does not tell and was assumed, in words
    std::vector<std::string> ignored;  ///< tensors in it that have no place in our network
    std::map<std::string, std::string> training;  ///< the training options it was made with, name → value
    std::map<std::string, std::string> facts;     ///< steps, best figure, data set, … as written by the trainer
    int64_t weightCount = 0;
    bool halfPrecision = false;  ///< weights stored as float16
};

/// The model's class names; of a file that names none those of a data set with as many classes.
const std::vector<std::string> &classNamesOn(const ModelInfo &info, const std::vector<std::string> &datasetNames);

/// An option of profile or network that has another value than in our own.
struct OptionDifference {
    std::string option, value, own;
};
std::vector<OptionDifference> differencesFromOwn(const ModelInfo &info);

/// Times of one run, for `fcos bench`, in milliseconds.
struct RunTimes {
    double resizeMs = 0, networkMs = 0;
};

/// What a run hands back.
enum class Keep {
    Outputs,   ///< what the head says
    Features,  ///< and C3 … C5 and the pyramid's levels, in RawOutputs::features: ten times as much memory and more
};

class Predictor {
public:
    /// Loads a model: a .safetensors file of ours, a folder that the trainer wrote, or a file of one of the codebases
    /// that FCOScope knows, whatever its container. `device` is "auto", "cpu" or "cuda:N"; `profileName` says which
    /// detector of its codebase the file holds where that would have to be assumed. Throws UserError if the file is of
    /// none of these, is cut short or does not fit itself; nothing is half-loaded.
    static Predictor load(const std::filesystem::path &path, const std::string &device = "auto",
                          const std::string &profileName = "");

    Predictor(Predictor &&) noexcept;
    Predictor &operator=(Predictor &&) noexcept;
    ~Predictor();

    const ModelInfo &info() const;
    std::string device() const;

    /// Runs the network on one image. Stop is asked between stages: throws Stopped. One call at a time; always call
    /// from the same thread (LibTorch keeps a pool of threads for each thread that calls it).
    /// Everything else it says is the same whatever is kept.
    RawOutputsPtr run(const Image &image, const RunContext &context = {}, RunTimes *times = nullptr,
                      Keep keep = Keep::Outputs) const;

    /// Gives back the memory that runs use and keep for the next one: call it when no image has come for some seconds.
    /// The next run takes it again. Safe at any time, on any thread.
    void rest() const;

    struct Impl;
    explicit Predictor(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace fcoscope
