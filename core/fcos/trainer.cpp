// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include <chrono>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/fcos/engine.h"
#include "core/fcos/input.h"
#include "core/fcos/loader.h"
#include "core/fcos/model_file.h"
#include "core/fcos/optimizer.h"
#include "core/fcos/start_weights.h"

namespace fcoscope {

void visit(OptionTable &table, TrainOptions &o)
{
    table.add("epochs", o.epochs, 1, 1000000, "", message("core", "How often the training goes through all images."));
    table.add("batch", o.batch, 1, 4096, "images", message("core", "Images that are looked at together."));
    table.add("accumulate", o.accumulate, 1, 4096, "",
              message("core", "Batches whose gradients are added up before one step."));
    table.addChoice("optimizer", o.optimizer, {{"adamw", OptimizerKind::AdamW}, {"sgd", OptimizerKind::Sgd}},
                    message("core", "The optimiser."));
    table.add("learning-rate", o.learningRate, 0, 100, "",
              message("core", "The highest learning rate, after the warm-up."));
    table.add("weight-decay", o.weightDecay, 0, 10, "",
              message("core", "Weight decay of convolution weights; norms and biases have none."));
    table.add("momentum", o.momentum, 0, 1, "", message("core", "Momentum of SGD."));
    table.addChoice("schedule", o.schedule,
                    {{"cosine", Schedule::Cosine}, {"steps", Schedule::Steps}, {"constant", Schedule::Constant}},
                    message("core", "How the learning rate falls."));
    table.add("step-at", o.stepAt, 0, 1, "",
              message("core", "Fractions of the run at which the rate falls to a tenth (schedule steps)."));
    table.add("warmup-steps", o.warmupSteps, 0, 1000000, "steps",
              message("core", "Steps in which the learning rate rises from 0."));
    table.addChoice("precision", o.precision, {{"float32", Precision::Float32}, {"bfloat16", Precision::Bfloat16}},
                    message("core", "The arithmetic of the convolutions."));
    table.add("clip-norm", o.clipNorm, 0, 1e9, "",
              message("core", "Longer gradients are shortened to this; 0 leaves them."));
    table.add("ema-decay", o.emaDecay, 0, 1, "", message("core", "Decay of the running average of the weights."));
    table.add("seed", o.seed, 0, int64_t(1) << 52, "", message("core", "Every random choice follows from it."));
    table.add("loaders", o.loaders, 1, 256, "threads", message("core", "Threads that prepare images."));
    table.add("validate-every", o.validateEvery, 1, 1000000, "epochs", message("core", "Epochs between validations."));
    table.add("checkpoint-every", o.checkpointEverySteps, 1, 1000000, "steps",
              message("core", "Steps between checkpoints."));
    table.add("device", o.device, message("core", "auto, cpu or cuda:N."));
    table.add("threads", o.threads, 0, 1024, "threads",
              message("core", "CPU threads of the network; 0 means all cores."));
    table.add("stop-after", o.stopAfterSteps, 0, int64_t(1) << 52, "steps",
              message("core", "Stop after this step, as if asked to; 0 means never."));
}

namespace {

using Clock = std::chrono::steady_clock;
double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// While it lives, convolutions compute in bfloat16 and everything that needs range in float32.
class Bfloat16Convolutions {
public:
    Bfloat16Convolutions(bool wanted, c10::DeviceType device) : wanted_(wanted), device_(device)
    {
        if (!wanted_)
            return;
        at::autocast::set_autocast_enabled(device_, true);
        at::autocast::set_autocast_dtype(device_, at::kBFloat16);
        at::autocast::increment_nesting();
    }
    ~Bfloat16Convolutions()
    {
        if (!wanted_)
            return;
        at::autocast::decrement_nesting();
        at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(device_, false);
    }
    Bfloat16Convolutions(const Bfloat16Convolutions &) = delete;
    Bfloat16Convolutions &operator=(const Bfloat16Convolutions &) = delete;

private:
    bool wanted_;
    c10::DeviceType device_;
};

class Training {
public:
    Training(const SampleSource &source, const NetworkOptions &network, const Profile &profile,
             const TrainOptions &options, std::filesystem::path runFolder, const TrainCallbacks &callbacks)
        : source_(source), options_(options), callbacks_(callbacks), folder_(std::move(runFolder)),
          device_(deviceNamed(options.device)), detector_(Detector::make(network, profile))
    {
        if (source.size() == 0)
            throw UserError(message("core", "There are no images to train on."));
        const int64_t perStep = static_cast<int64_t>(options.batch) * options.accumulate;
        steps_ = (static_cast<int64_t>(options.epochs) * source.size() + perStep - 1) / perStep;
        detector_.initialise(static_cast<uint64_t>(options.seed));
        detector_.to(device_);
    }

    TrainResult run(const std::filesystem::path &startFrom, const RunContext &context);

private:
    std::filesystem::path checkpoint(const char *name) const { return folder_ / "checkpoints" / name; }
    void begin(const std::filesystem::path &startFrom);
    void resume(const std::filesystem::path &from);
    void refuseChanges(const ModelInfo &before) const;
    std::vector<Batch> batchesForOneStep(Loader &loader);
    StepReport oneStep(Loader &loader);
    void validate(TrainResult &result);
    bool validationDue() const;
    ModelInfo infoNow() const;
    void save(const char *name);

    const SampleSource &source_;
    TrainOptions options_;
    const TrainCallbacks &callbacks_;
    std::filesystem::path folder_;
    at::Device device_;
    Detector detector_;
    std::optional<Optimizer> optimizer_;
    std::optional<Average> average_;
    int64_t step_ = 0, steps_ = 0;  ///< steps done, of how many
    double classNormalizer_ = firstClassNormalizer;
    Figures best_;
    bool validationOwed_ = false;  ///< it was due and somebody stopped it
};

void Training::begin(const std::filesystem::path &startFrom)
{
    if (startFrom.empty() && detector_.options.backboneNorm == BackboneNorm::Frozen)
        throw UserError(message("core",
                                "A backbone with frozen norms cannot learn from random weights; give weights to "
                                "start from, or set {0} to {1}.")
                            .with("backbone-norm", "trained"));
    if (!startFrom.empty())
        for (const Message &note : fcoscope::startFrom(detector_, source_.classNames(), startFrom).notes)
            log(note.english());
    optimizer_.emplace(detector_.tensors(), options_);
    average_.emplace(detector_.tensors(), options_.emaDecay);
}

/// Another network, order of samples or optimiser would be neither the old run nor a new one. What else may change, as
/// the number of epochs does to train for longer, is told.
void Training::refuseChanges(const ModelInfo &before) const
{
    static const std::set<std::string> fixed{"training.seed", "training.batch", "training.accumulate",
                                             "training.optimizer", "fact.images"};
    static const std::set<std::string> ofNoWeight{"training.loaders",          "training.device",
                                                  "training.threads",          "training.validate-every",
                                                  "training.checkpoint-every", "training.stop-after"};
    DecodeOptions decode;
    OptionTable decoding;
    visit(decoding, decode);
    const auto now = metadataOf(infoNow());
    for (const auto &[key, was] : metadataOf(before)) {
        const auto is = now.find(key);
        if (is == now.end() || is->second == was)
            continue;
        const std::string name = key.substr(key.find('.') + 1);
        const bool structure = key.starts_with("network.") || (key.starts_with("profile.") && !decoding.find(name));
        if (structure || fixed.contains(key))
            throw UserError(
                message("core", "The run in {0} was started with {1} {2}, not {3}; train into another folder.")
                    .with(folder_.string(), name, was, is->second));
        if (key.starts_with("training.") && !ofNoWeight.contains(key))
            log(message("core", "The run goes on with {0} {1} instead of {2}.").with(name, is->second, was).english());
    }
}

void Training::resume(const std::filesystem::path &from)
{
    const std::filesystem::path model = from / "model.safetensors", training = from / "training.safetensors";
    const Safetensors averaged = readSafetensors(model), raw = readSafetensors(training);
    const ModelInfo info = infoOf(averaged, model);
    if (info.classNames != source_.classNames())
        throw UserError(message("core", "The run in {0} was started with other classes; train into another folder.")
                            .with(folder_.string()));
    refuseChanges(info);
    copyTensors(raw, "raw.", detector_.tensors(), training, /*complete=*/true);
    optimizer_.emplace(detector_.tensors(), options_);
    optimizer_->load(raw, training);
    average_.emplace(detector_.tensors(), options_.emaDecay);
    copyTensors(averaged, "", average_->named(), model, /*complete=*/true);
    double steps = 0;
    if (const auto known = raw.metadata.find("step");
        known == raw.metadata.end() || !parseNumber(known->second, steps) || !(steps >= 0 && steps < 0x1p53))
        throw UserError(
            message("core", "The checkpoint {0} does not say how many steps were done.").with(from.string()));
    step_ = static_cast<int64_t>(steps);
    if (const auto known = raw.metadata.find("class-normalizer"); known != raw.metadata.end())
        parseNumber(known->second, classNormalizer_);
    for (const auto &[name, value] : raw.metadata)
        if (double figure = 0; name.starts_with("best.") && parseNumber(value, figure))
            best_[name.substr(5)] = figure;
    validationOwed_ = raw.metadata.contains("validation-owed");
}

ModelInfo Training::infoNow() const
{
    ModelInfo info;
    info.network = detector_.options;
    info.profile = detector_.profile;
    info.classNames = source_.classNames();
    TrainOptions options = options_;
    OptionTable table;
    visit(table, options);
    info.training = table.values();
    info.facts["steps"] = std::to_string(step_);
    info.facts["images"] = std::to_string(source_.size());
    for (const auto &[name, value] : best_)
        info.facts["best-" + name] = numberText(value);
    return info;
}

void Training::save(const char *name)
{
    Safetensors model, training;
    model.metadata = metadataOf(infoNow());
    for (const NamedTensor &entry : average_->named())
        model.tensors.emplace_back(entry.name, *entry.tensor);
    training.metadata = {{"format", "fcoscope-training"},
                         {"version", "1"},
                         {"step", std::to_string(step_)},
                         {"class-normalizer", numberText(classNormalizer_)},
                         {"steps", std::to_string(steps_)}};
    if (validationOwed_)
        training.metadata["validation-owed"] = "true";
    for (const auto &[figure, value] : best_)
        training.metadata["best." + figure] = numberText(value);
    for (const NamedTensor &entry : detector_.tensors())
        training.tensors.emplace_back("raw." + entry.name, *entry.tensor);
    optimizer_->save(training);

    const std::filesystem::path unfinished = checkpoint(("." + std::string(name) + ".unfinished").c_str());
    std::error_code error;
    std::filesystem::remove_all(unfinished, error);
    if (!error)
        std::filesystem::create_directories(unfinished, error);
    if (error)
        throw UserError(
            message("core", "The folder {0} cannot be made: {1}.").with(unfinished.string(), error.message()));
    writeSafetensors(unfinished / "model.safetensors", model);
    writeSafetensors(unfinished / "training.safetensors", training);
    renameFolderIntoPlace(unfinished, checkpoint(name));
}

/// All that one step needs, before anything of the network is touched: if an image cannot be read, what was learnt
/// until then is saved as it stands.
std::vector<Batch> Training::batchesForOneStep(Loader &loader)
{
    std::vector<Batch> batches;
    try {
        for (int i = 0; i < options_.accumulate; ++i)
            batches.push_back(loader.next());
    } catch (...) {
        save("last");
        throw;
    }
    return batches;
}

StepReport Training::oneStep(Loader &loader)
{
    const Clock::time_point start = Clock::now();
    StepReport report;
    std::vector<Batch> batches = batchesForOneStep(loader);
    report.waitedForDataMs = 1000 * secondsSince(start);
    optimizer_->forgetGradients();
    for (Batch &batch : batches) {
        batch.targets.to(device_);
        const at::Tensor input = networkInput(batch.pixels, batch.transforms, detector_.profile, device_);
        FlatOutputs outputs;
        {
            const Bfloat16Convolutions narrow(options_.precision == Precision::Bfloat16, device_.type());
            outputs = flattened(detector_(input, Pass{true, nullptr}));
        }
        for (at::Tensor *output : {&outputs.classLogits, &outputs.centernessLogits, &outputs.distances})
            if (output->defined())
                *output = output->to(at::kFloat);
        classNormalizer_ =
            nextClassNormalizer(detector_.profile.classNormalizer, classNormalizer_, batch.targets.count());
        const Losses losses = computeLosses(outputs, batch.targets, detector_.profile, classNormalizer_);
        (losses.total() / options_.accumulate).backward();
        report.classLoss += losses.classification.item<double>() / options_.accumulate;
        report.boxLoss += losses.box.item<double>() / options_.accumulate;
        report.centernessLoss += losses.centerness.item<double>() / options_.accumulate;
        report.positives += static_cast<int>(batch.targets.count());
    }
    report.gradientNorm = optimizer_->clipGradients();
    if (!std::isfinite(report.gradientNorm))
        throw UserError(
            message(
                "core",
                "Training stopped at step {0}: the loss is no longer a finite number. A lower learning rate may help.")
                .with(step_ + 1));
    report.learningRate = learningRateAt(options_, step_, steps_);
    optimizer_->step(report.learningRate);
    ++step_;
    average_->update(step_);
    report.step = step_;
    report.steps = steps_;
    report.epoch = (step_ * options_.batch * options_.accumulate - 1) / source_.size();
    report.imagesPerSecond = options_.batch * options_.accumulate / secondsSince(start);
    return report;
}

bool Training::validationDue() const
{
    const auto validations = [&](int64_t step) {
        return step * options_.batch * options_.accumulate / source_.size() / options_.validateEvery;
    };
    return step_ == steps_ || validations(step_) > validations(step_ - 1);
}

void Training::validate(TrainResult &result)
{
    Detector copy = detector_;
    const NamedTensors names = copy.tensors();
    for (size_t i = 0; i < names.size(); ++i)
        *names[i].tensor = average_->tensors()[i].clone();
    const Predictor predictor = makePredictor(infoNow(), std::move(copy), device_);
    const Figures figures = callbacks_.validate(predictor);
    validationOwed_ = figures.empty();
    if (validationOwed_)
        return;
    if (callbacks_.validated)
        callbacks_.validated((step_ * options_.batch * options_.accumulate - 1) / source_.size(), figures);
    const auto ap = figures.find("AP");
    const auto bestAp = best_.find("AP");
    if (ap != figures.end() && (bestAp == best_.end() || ap->second > bestAp->second)) {
        best_ = figures;
        save("best");
    }
    result.best = best_;
}

TrainResult Training::run(const std::filesystem::path &startFrom, const RunContext &context)
{
    TrainResult result;
    folderInPlace(checkpoint("best"));
    folderInPlace(checkpoint("last")) ? resume(checkpoint("last")) : begin(startFrom);
    result.best = best_;
    if (validationOwed_ && callbacks_.validate && !context.shouldStop())
        validate(result);
    const int64_t end = options_.stopAfterSteps > 0 ? std::min(steps_, options_.stopAfterSteps) : steps_;
    {
        Loader loader(source_, detector_.profile, static_cast<uint64_t>(options_.seed), options_.batch,
                      step_ * options_.accumulate, steps_ * options_.accumulate, options_.loaders);
        while (step_ < end && !context.shouldStop()) {
            const StepReport report = oneStep(loader);
            if (callbacks_.step)
                callbacks_.step(report);
            context.report(static_cast<double>(step_) / static_cast<double>(steps_), message("core", "training"));
            if (callbacks_.validate && validationDue())
                validate(result);
            if (step_ % options_.checkpointEverySteps == 0 && step_ < end)
                save("last");
        }
    }
    save("last");
    result.steps = step_;
    result.stopped = step_ < steps_ || (validationOwed_ && callbacks_.validate);
    result.last = checkpoint("last");
    result.bestPath = std::filesystem::exists(checkpoint("best")) ? checkpoint("best") : checkpoint("last");
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
    return Training(source, network, profile, options, runFolder, callbacks).run(startFrom, context);
}

}  // namespace fcoscope
