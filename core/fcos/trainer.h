// SPDX-License-Identifier: GPL-3.0-or-later
// Training a detector. On the CPU a run that is stopped after any step and gone on with gives the very weights of the
// unbroken run, bit for bit: every random choice is keyed by (seed, epoch, sample) and algorithms are deterministic.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/base/options.h"
#include "core/base/run_context.h"
#include "core/base/sample_source.h"
#include "core/fcos/network_options.h"
#include "core/fcos/predictor.h"
#include "core/rules/profile.h"

namespace fcoscope {

enum class OptimizerKind { AdamW, Sgd };
enum class Precision { Float32, Bfloat16 };
enum class Schedule { Cosine, Steps, Constant };

struct TrainOptions {
    int epochs = 50;
    int batch = 8;
    int accumulate = 1;  ///< batches whose gradients are added up before one step
    OptimizerKind optimizer = OptimizerKind::AdamW;
    double learningRate = 1e-3;
    double weightDecay = 0.05;  ///< not applied to norms and biases
    double momentum = 0.9;      ///< SGD
    Schedule schedule = Schedule::Cosine;
    std::vector<double> stepAt{0.66, 0.88};  ///< Steps: fractions of the run at which the rate falls to a tenth
    int warmupSteps = 100;
    int frozenStages = 0;         ///< of the backbone, from the picture on, that keep their weights: 1 the stem, 2 the
                                  ///< stem and C2, … 5 all of it; the norms in them keep their statistics, too
    bool balanceClasses = false;  ///< images with rare classes come more often (repeat factors, LVIS, Gupta 2019, 3.1)
    Precision precision = Precision::Float32;  ///< Bfloat16: convolutions in bfloat16, weights and losses in float32
    double clipNorm = 10;                      ///< gradients longer than this are shortened; 0: never
    double emaDecay = 0.998;                   ///< 0: no averaging
    int64_t seed = 1;
    int loaders = 1;        ///< threads that prepare samples
    int validateEvery = 5;  ///< epochs
    int patience = 0;       ///< validations without a better AP after which it stops; 0: never
    int checkpointEverySteps = 200;
    std::string device = "auto";
    int threads = 0;             ///< CPU threads for the network; 0: as many as there are cores
    int64_t stopAfterSteps = 0;  ///< stop there as if asked to; 0: at the end (for tests and for slicing a long run)
};

void visit(OptionTable &table, TrainOptions &options);
/// Those that a run keeps when it goes on: with others the samples, or what the optimiser remembers, would not fit.
const std::vector<std::string> &lastingTrainOptions();

/// What one level of the pyramid had to learn in a step. The losses are its share of the step's sums.
struct LevelReport {
    int positives = 0;
    double classLoss = 0, boxLoss = 0, centernessLoss = 0;
};

/// One optimiser step, told as it happens.
struct StepReport {
    int64_t step = 0, steps = 0;  ///< 1-based, of how many in all
    int64_t epoch = 0;            ///< 0-based
    double classLoss = 0, boxLoss = 0, centernessLoss = 0;
    double learningRate = 0, gradientNorm = 0;
    int positives = 0;
    double imagesPerSecond = 0, waitedForDataMs = 0;
    std::vector<LevelReport> levels;    ///< finest first
    std::vector<int> positivesOfClass;  ///< one for each class
};

/// Named figures of one validation, e.g. AP, AP50. "AP" decides which checkpoint is the best.
using Figures = std::map<std::string, double>;

struct TrainCallbacks {
    /// Everything is ready, and agreed to where the run goes on: `done` of `steps` steps lie behind.
    std::function<void(int64_t done, int64_t steps)> begins;
    std::function<void(const StepReport &)> step;
    /// Judges the averaged weights. Without it there is no validation and the last checkpoint is the best. No figures
    /// mean that it was stopped: the run makes up for it when it goes on. Figures without "AP" judge nothing: the best
    /// and the patience stay as they are.
    std::function<Figures(const Predictor &)> validate;
    std::function<void(int64_t epoch, const Figures &)> validated;
    /// While it answers true the training rests, its checkpoint written; asked before each step, then several times a
    /// second. Being asked to stop ends the rest.
    std::function<bool()> paused;
    /// What the trainer did about trouble and went on: a loss that was no number (stepped back, rate halved), memory
    /// that ran out (batch halved, gradients of twice as many added up).
    std::function<void(int64_t step, const Message &)> warn;
    /// A checkpoint could not be written because there is no room: whether to try again, once that has returned.
    /// Without it, or told no, the run ends with the error, and what was learnt since the last checkpoint is lost.
    std::function<bool(const Message &reason)> noRoom;
};

struct TrainResult {
    bool stopped = false;  ///< before its last step; the checkpoint "last" holds everything to go on
    Message reason;        ///< why, where it stopped by itself: no better AP in `patience` validations
    int64_t steps = 0;
    Figures best;
    std::filesystem::path last, bestPath;  ///< checkpoint folders
};

/// Trains into `runFolder`/checkpoints. Goes on from the checkpoint "last" there if it exists, and refuses to if
/// network, profile (but for decoding), classes, number of images, seed or optimizer are not what it was made with.
/// Length, rate, batch, precision and device may change: the run goes on with the image that would have come next.
/// `startFrom` gives the first weights of a new run; it may be empty, but not where the norms of the backbone are
/// frozen.
///
/// Trouble: where the loss or a gradient is no finite number the step is not made; after three such steps in a row it
/// steps back to the last checkpoint with half the learning rate, and gives up (UserError) at the fourth time without a
/// checkpoint in between. Where memory runs out, the batch is halved and as many more batches are added up, so the run
/// stays the same but for batch statistics and the positives that each batch's loss is divided by; with a batch of 1 it
/// gives up. Each is told through `warn`.
TrainResult train(const SampleSource &source, const NetworkOptions &network, const Profile &profile,
                  const TrainOptions &options, const std::filesystem::path &runFolder,
                  const std::filesystem::path &startFrom, const TrainCallbacks &callbacks, const RunContext &context);

}  // namespace fcoscope
