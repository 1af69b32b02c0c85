// SPDX-License-Identifier: GPL-3.0-or-later
// All that a training run has become by now, and how it is kept in a checkpoint: raw and averaged weights, what the
// optimiser remembers, how far the run is and what it found. Nothing else goes from one step to the next, so that a run
// that goes on from here is the run that never stopped.
#pragma once

#include <filesystem>
#include <optional>

#include "core/fcos/checkpoint.h"
#include "core/fcos/detector.h"
#include "core/fcos/losses.h"
#include "core/fcos/optimizer.h"
#include "core/fcos/trainer.h"

namespace fcoscope {

struct TrainingState {
    Detector detector;
    std::optional<Optimizer> optimizer;
    std::optional<Average> average;
    int64_t step = 0;     ///< made so far
    int64_t samples = 0;  ///< of the loader's stream, learnt from (or left out) so far
    double classNormalizer = firstClassNormalizer;
    double rateFactor = 1;  ///< on the learning rate: halved each time the run had to step back
    Figures best;
    int validationsSinceBest = 0;
    bool validationOwed = false;  ///< it was due and somebody stopped it

    /// The first state of a run: weights from the seed, then those of `startFrom` that fit, if it is not empty.
    TrainingState(const NetworkOptions &network, const Profile &profile, const TrainOptions &options,
                  const SampleSource &source, const std::filesystem::path &startFrom);
    TrainingState(const TrainingState &) = delete;  // optimiser and average point into the detector
    TrainingState &operator=(const TrainingState &) = delete;

    /// Whether every number a checkpoint would hold is one.
    bool finite();
};

/// Throws UserError if a run without weights to start from would freeze its random ones.
void refuseFrozenRandomness(const NetworkOptions &network, const TrainOptions &options);

/// The checkpoints of one run, in `runFolder`/checkpoints.
class TrainingCheckpoints {
public:
    TrainingCheckpoints(const SampleSource &source, std::filesystem::path runFolder)
        : source_(source), folder_(std::move(runFolder))
    {
    }

    std::filesystem::path named(const char *name) const { return folder_ / "checkpoints" / name; }
    /// Whether there is one of that name; what an interrupted exchange of folders left is put in order first.
    bool exists(const char *name) const;

    /// Makes the run's folder if need be; save() does not, so that a run that was removed does not come back half.
    void makeFolder() const;
    /// The header that a model of this state has.
    ModelInfo info(const TrainingState &state, const TrainOptions &options) const;
    void save(TrainingState &state, const TrainOptions &options, int64_t steps, const char *name) const;
    /// Into a state of the same network on the same device. Throws UserError if the checkpoint cannot be read or is of
    /// a run that this would not be. What may have changed is told to the log if `tell`.
    void load(TrainingState &state, const TrainOptions &options, const char *name, bool tell) const;

private:
    bool refuseChanges(const ModelInfo &before, const ModelInfo &now, bool tell) const;

    const SampleSource &source_;
    std::filesystem::path folder_;
};

}  // namespace fcoscope
