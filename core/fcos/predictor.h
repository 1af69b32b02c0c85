// SPDX-License-Identifier: GPL-3.0-or-later
// A detector ready to look at images. Names no Torch: everything behind it is the engine's own affair.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// What a checkpoint says about itself.
struct ModelInfo {
    std::filesystem::path path;
    NetworkOptions network;
    Profile profile;
    std::vector<std::string> classNames;
    std::map<std::string, std::string> training;  ///< the training options it was made with, name → value
    std::map<std::string, std::string> facts;     ///< steps, best figure, data set, … as written by the trainer
    int64_t weightCount = 0;
    bool halfPrecision = false;  ///< weights stored as float16
};

/// Times of one run, for `fcos bench`, in milliseconds.
struct RunTimes {
    double resizeMs = 0, networkMs = 0;
};

class Predictor {
public:
    /// Loads a checkpoint: a .safetensors file of ours or a folder that the trainer wrote. `device` is "auto", "cpu" or
    /// "cuda:N". Throws UserError if the file is not ours, is cut short or does not fit itself; nothing is half-loaded.
    static Predictor load(const std::filesystem::path &path, const std::string &device = "auto");

    Predictor(Predictor &&) noexcept;
    Predictor &operator=(Predictor &&) noexcept;
    ~Predictor();

    const ModelInfo &info() const;
    std::string device() const;

    /// Runs the network on one image. Stop is asked between stages: throws Stopped. One call at a time; always call
    /// from the same thread (LibTorch keeps a pool of threads for each thread that calls it).
    RawOutputsPtr run(const Image &image, const RunContext &context = {}, RunTimes *times = nullptr) const;

    /// Gives back the memory that runs use and keep for the next one: call it when no image has come for some seconds.
    /// The next run takes it again. Safe at any time, on any thread.
    void rest() const;

    struct Impl;
    explicit Predictor(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace fcoscope
