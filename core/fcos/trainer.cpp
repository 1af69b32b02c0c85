// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/trainer.h"

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/fcos/arena.h"
#include "core/fcos/engine.h"
#include "core/fcos/loader.h"
#include "core/fcos/model_file.h"
#include "core/fcos/training_state.h"
#include "core/fcos/training_step.h"

namespace fcoscope {
namespace {

using Clock = std::chrono::steady_clock;
double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int leftOutBeforeSteppingBack = 3;  // steps in a row
constexpr int stepsBackBeforeGivingUp = 3;    // without a checkpoint in between
constexpr auto restBetweenQuestions = std::chrono::milliseconds(100);

/// "3, 17, 4": images as they stand in the source, counted from 1.
std::string imagesOf(const std::vector<Batch> &batches)
{
    std::string text;
    for (const Batch &batch : batches)
        for (const int image : batch.images)
            text += (text.empty() ? "" : ", ") + std::to_string(image + 1);
    return text;
}

class Training {
public:
    Training(const SampleSource &source, const NetworkOptions &network, const Profile &profile,
             const TrainOptions &options, const std::filesystem::path &runFolder,
             const std::filesystem::path &startFrom, const TrainCallbacks &callbacks, const RunContext &context)
        : source_(source), network_(network), profile_(profile), options_(options), startFrom_(startFrom),
          callbacks_(callbacks), context_(context), device_(deviceNamed(options.device)),
          checkpoints_(source, runFolder)
    {
    }

    TrainResult run();

private:
    int64_t perStep() const { return static_cast<int64_t>(options_.batch) * options_.accumulate; }
    int64_t allSamples() const { return static_cast<int64_t>(options_.epochs) * source_.size(); }
    int64_t stepsLeft() const;
    int64_t steps() const { return state_->step + stepsLeft(); }
    double done() const;
    int64_t epochOf(int64_t sample) const { return sample / source_.size(); }

    void begin();
    void openLoader();
    std::vector<Batch> batchesForOneStep();
    void loop();
    bool finished() const;
    bool oneStep(StepReport &report);
    void afterStep(const StepReport &report);
    void leaveOut(const std::vector<Batch> &batches);
    void stepBack();
    void halveBatch();
    void rest();
    bool saveLast();
    void save(const char *name);
    void saveIfThereIsMemory();
    bool patienceIsOver() const;
    void validate();
    bool validationDue(int64_t samplesBefore) const;
    void warn(const Message &words) const
    {
        if (callbacks_.warn)
            callbacks_.warn(state_->step, words);
    }

    const SampleSource &source_;
    NetworkOptions network_;
    Profile profile_;
    TrainOptions options_;
    std::filesystem::path startFrom_;
    const TrainCallbacks &callbacks_;
    const RunContext &context_;
    at::Device device_;
    TrainingCheckpoints checkpoints_;
    std::unique_ptr<TrainingState> state_;
    std::unique_ptr<Loader> loader_;
    Arena arena_;          ///< a step leaves nothing behind in it
    int leftOut_ = 0;      ///< steps in a row
    int steppedBack_ = 0;  ///< times since the last checkpoint
};

int64_t Training::stepsLeft() const
{
    return std::max<int64_t>(0, (allSamples() - state_->samples + perStep() - 1) / perStep());
}

/// The part of the run that lies behind: 1 at its last step.
double Training::done() const
{
    const int64_t lastBegins = state_->samples + (stepsLeft() - 1) * perStep();
    return lastBegins > 0 ? static_cast<double>(state_->samples) / static_cast<double>(lastBegins) : 0;
}

/// From the last checkpoint, or from the start.
void Training::begin()
{
    const bool goesOn = checkpoints_.exists("last");
    if (!goesOn && startFrom_.empty())
        refuseFrozenRandomness(network_, options_);
    const bool first = !state_;
    state_ = std::make_unique<TrainingState>(network_, profile_, options_, source_,
                                             goesOn ? std::filesystem::path() : startFrom_);
    if (goesOn)
        checkpoints_.load(*state_, options_, "last", /*tell=*/first);
}

void Training::openLoader()
{
    loader_.reset();
    loader_ = std::make_unique<Loader>(source_, state_->detector.profile,
                                       Loading{.seed = static_cast<uint64_t>(options_.seed),
                                               .batch = options_.batch,
                                               .first = state_->samples,
                                               .batches = stepsLeft() * options_.accumulate,
                                               .threads = options_.loaders,
                                               .balanced = options_.balanceClasses,
                                               .pinned = device_.is_cuda()});
}

/// All that one step needs, before anything of the network is touched: if an image cannot be read, what was learnt
/// until then is saved as it stands.
std::vector<Batch> Training::batchesForOneStep()
{
    std::vector<Batch> batches;
    try {
        for (int i = 0; i < options_.accumulate; ++i)
            batches.push_back(loader_->next());
        return batches;
    } catch (const std::exception &error) {
        if (!saysOutOfMemory(error)) {
            saveLast();
            throw;
        }
    }
    return {};  // memory ran out
}

/// False if no step was made.
bool Training::oneStep(StepReport &report)
{
    const Clock::time_point start = Clock::now();
    std::vector<Batch> batches = batchesForOneStep();
    report.waitedForDataMs = 1000 * secondsSince(start);
    Gradients gradients = Gradients::OutOfMemory;
    if (!batches.empty()) {
        const Arena::Use memoryOfThisStep(arena_);
        gradients = gradientsOf(batches, *state_, options_, device_, report);
        if (gradients == Gradients::Ready)
            makeStep(*state_, options_, done(), report);
    }
    if (gradients == Gradients::OutOfMemory) {
        batches.clear();
        halveBatch();
        return false;
    }
    if (gradients == Gradients::NotFinite) {
        leaveOut(batches);
        return false;
    }
    leftOut_ = 0;
    state_->samples += perStep();
    report.steps = steps();
    report.step = state_->step;
    report.epoch = epochOf(state_->samples - 1);
    report.imagesPerSecond = static_cast<double>(perStep()) / secondsSince(start);
    return true;
}

/// The step is not made; the run goes on with the images after it.
void Training::leaveOut(const std::vector<Batch> &batches)
{
    warn(message("core", "Step {0} was left out: its loss or gradient is no finite number. It saw the images {1}.")
             .with(state_->step + 1, imagesOf(batches)));
    state_->samples += perStep();
    if (++leftOut_ == leftOutBeforeSteppingBack)
        stepBack();
}

void Training::stepBack()
{
    const int64_t at = state_->step + 1;
    if (++steppedBack_ > stepsBackBeforeGivingUp)
        throw UserError(
            message(
                "core",
                "Training stopped at step {0}: the loss is no longer a finite number. A lower learning rate may help.")
                .with(at));
    const double factor = state_->rateFactor / 2;
    loader_.reset();
    begin();
    state_->rateFactor = factor;
    leftOut_ = 0;
    openLoader();
    warn(message("core", "The loss is no longer a finite number at step {0}: stepped back to step {1}, the learning "
                         "rate is {2} times what was asked for.")
             .with(at, state_->step, factor));
}

void Training::saveIfThereIsMemory()
{
    try {
        saveLast();
    } catch (const std::exception &error) {
        if (!saysOutOfMemory(error))
            throw;
    }
}

/// As many images in a step as before, in smaller batches.
void Training::halveBatch()
{
    const int64_t images = perStep();
    const int before = options_.batch;
    loader_.reset();  // what it holds ready comes again, in smaller batches
    arena_.release();
    releaseDeviceMemory(device_);
    if (before == 1) {
        saveIfThereIsMemory();
        throw UserError(message("core",
                                "Memory ran out at step {0} with a single image in the batch. Smaller samples or a "
                                "smaller network need less.")
                            .with(state_->step + 1));
    }
    do
        --options_.batch;
    while (options_.batch > before / 2 || images % options_.batch != 0);
    options_.accumulate = static_cast<int>(images / options_.batch);
    openLoader();
    warn(
        message("core",
                "Memory ran out at step {0}: batches have {1} images instead of {2} from here on, and the gradients of "
                "{3} batches are added up, so that a step still learns from {4} images; each batch's loss is "
                "divided by its own positives.")
            .with(state_->step + 1, options_.batch, before, options_.accumulate, images));
}

/// Writes the checkpoint "last", unless a number in it is none: then the run has stepped back to the one before.
bool Training::saveLast()
{
    if (!state_->finite()) {
        stepBack();
        return false;
    }
    save("last");
    steppedBack_ = 0;
    return true;
}

void Training::save(const char *name)
{
    for (;;)
        try {
            return checkpoints_.save(*state_, options_, steps(), name);
        } catch (const UserError &error) {
            if (!error.noRoom() || !callbacks_.noRoom || !callbacks_.noRoom(error.message()))
                throw;
        }
}

/// While somebody wants it to rest.
void Training::rest()
{
    if (!callbacks_.paused || !callbacks_.paused())
        return;
    saveLast();
    while (!context_.shouldStop() && callbacks_.paused())
        std::this_thread::sleep_for(restBetweenQuestions);
}

bool Training::validationDue(int64_t samplesBefore) const
{
    const auto validations = [&](int64_t samples) { return epochOf(samples) / options_.validateEvery; };
    return stepsLeft() == 0 || validations(state_->samples) > validations(samplesBefore);
}

bool Training::patienceIsOver() const
{
    return options_.patience > 0 && state_->validationsSinceBest >= options_.patience;
}

void Training::validate()
{
    Figures figures;
    try {
        Detector copy = state_->detector;
        const NamedTensors names = copy.tensors();
        for (size_t i = 0; i < names.size(); ++i)
            *names[i].tensor = state_->average->tensors()[i].clone();
        figures = callbacks_.validate(makePredictor(checkpoints_.info(*state_, options_), std::move(copy), device_));
    } catch (const std::exception &error) {
        if (!saysOutOfMemory(error))
            throw;
        arena_.release();
        releaseDeviceMemory(device_);
        state_->validationOwed = false;
        return warn(message("core", "Memory ran out while step {0} was measured; the run goes on without that figure.")
                        .with(state_->step));
    }
    state_->validationOwed = figures.empty();
    if (state_->validationOwed)
        return;
    const auto ap = figures.find("AP");
    const auto bestAp = state_->best.find("AP");
    const bool best = ap != figures.end() && (bestAp == state_->best.end() || ap->second > bestAp->second);
    if (ap != figures.end())  // without one there is nothing to compare
        state_->validationsSinceBest = best ? 0 : state_->validationsSinceBest + 1;
    if (callbacks_.validated)
        callbacks_.validated(epochOf(state_->samples - 1), figures);
    if (best) {
        state_->best = figures;
        save("best");
    }
}

bool Training::finished() const
{
    return stepsLeft() == 0 || patienceIsOver() ||
           (options_.stopAfterSteps > 0 && state_->step >= options_.stopAfterSteps);
}

void Training::loop()
{
    while (!finished() && !context_.shouldStop()) {
        rest();
        if (context_.shouldStop())
            break;
        const int64_t samplesBefore = state_->samples;
        StepReport report;
        const bool made = oneStep(report);
        if (callbacks_.validate && validationDue(samplesBefore))
            state_->validationOwed = true;
        if (made)
            afterStep(report);
    }
    // Where its last steps were left out.
    if (state_->validationOwed && callbacks_.validate && stepsLeft() == 0 && !context_.shouldStop() && state_->finite())
        validate();
}

/// A validation that falls on a step that was left out is made after the next one, whose numbers are numbers.
void Training::afterStep(const StepReport &report)
{
    if (callbacks_.step)
        callbacks_.step(report);
    context_.report(static_cast<double>(report.step) / static_cast<double>(report.steps), message("core", "training"));
    const bool measured = state_->validationOwed && callbacks_.validate;
    if (measured) {
        if (!state_->finite())
            return stepBack();
        validate();
    }
    // Nothing of a run costs more to do again than a validation, and what is best must not be forgotten.
    if ((measured || state_->step % options_.checkpointEverySteps == 0) && !finished() && !context_.shouldStop())
        saveLast();
}

TrainResult Training::run()
{
    checkpoints_.makeFolder();
    checkpoints_.exists("best");  // puts it in order, if need be
    begin();
    if (callbacks_.begins)
        callbacks_.begins(state_->step, steps());
    if (state_->validationOwed && callbacks_.validate && !context_.shouldStop() && state_->finite()) {
        validate();
        if (!state_->validationOwed)
            saveLast();
    }
    openLoader();
    do
        loop();
    while (!saveLast() && !context_.shouldStop());
    loader_.reset();
    if (!checkpoints_.exists("last"))  // stepped back to the very start, and then asked to stop
        saveLast();
    TrainResult result;
    result.steps = state_->step;
    result.stopped = stepsLeft() > 0 || (state_->validationOwed && callbacks_.validate);
    if (patienceIsOver() && stepsLeft() > 0)
        result.reason = message("core", "No better AP in {0} validations.").with(state_->validationsSinceBest);
    result.best = state_->best;
    result.last = checkpoints_.named("last");
    result.bestPath = checkpoints_.named(checkpoints_.exists("best") ? "best" : "last");
    return result;
}

}  // namespace

TrainResult train(const SampleSource &source, const NetworkOptions &network, const Profile &profile,
                  const TrainOptions &options, const std::filesystem::path &runFolder,
                  const std::filesystem::path &startFrom, const TrainCallbacks &callbacks, const RunContext &context)
{
    configureEngine(options.threads);
    if (network.classCount != static_cast<int>(source.classNames().size()))
        throw UserError(message("core", "The network predicts {0} classes and the data set has {1}.")
                            .with(network.classCount, source.classNames().size()));
    if (source.size() == 0)
        throw UserError(message("core", "There are no images to train on."));
    try {
        return Training(source, network, profile, options, runFolder, startFrom, callbacks, context).run();
    } catch (const std::exception &error) {
        if (!saysOutOfMemory(error))
            throw;
    }
    // Where a smaller batch would not have helped: making the network, writing a checkpoint, validating.
    throw UserError(
        message("core", "Memory ran out. A smaller batch, smaller samples or a smaller network need less."));
}

}  // namespace fcoscope
