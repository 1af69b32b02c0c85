// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/training_state.h"

#include <cerrno>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/fcos/model_file.h"
#include "core/fcos/start_weights.h"

namespace fcoscope {
namespace {

std::string written(const std::map<std::string, std::string> &facts, const char *name, const char *otherwise)
{
    const auto found = facts.find(name);
    return found == facts.end() ? otherwise : found->second;
}

/// A count that a checkpoint says. False if it says none.
bool readCount(const std::map<std::string, std::string> &facts, const char *name, int64_t &count)
{
    double number = 0;
    if (!parseNumber(written(facts, name, ""), number) || !(number >= 0 && number < 0x1p53))
        return false;
    count = static_cast<int64_t>(number);
    return true;
}

/// What stands beside the tensors of training.safetensors.
void readFacts(TrainingState &state, const std::map<std::string, std::string> &facts, const ModelInfo &info,
               const std::filesystem::path &from)
{
    if (!readCount(facts, "step", state.step))
        throw UserError(
            message("core", "The checkpoint {0} does not say how many steps were done.").with(from.string()));
    if (!readCount(facts, "samples", state.samples)) {  // as checkpoints were before the batch could change in a run
        int64_t batch = 1, accumulate = 1;
        readCount(info.training, "batch", batch);
        readCount(info.training, "accumulate", accumulate);
        state.samples = state.step * batch * accumulate;
    }
    state.classNormalizer = firstClassNormalizer;
    parseNumber(written(facts, "class-normalizer", ""), state.classNormalizer);
    state.rateFactor = 1;
    parseNumber(written(facts, "rate-factor", ""), state.rateFactor);
    state.best.clear();
    for (const auto &[name, value] : facts)
        if (double figure = 0; name.starts_with("best.") && parseNumber(value, figure))
            state.best[name.substr(5)] = figure;
    int64_t sinceBest = 0;
    readCount(facts, "validations-since-best", sinceBest);
    state.validationsSinceBest = static_cast<int>(std::min<int64_t>(sinceBest, 1 << 30));
    state.validationOwed = facts.contains("validation-owed");
}

void addFinite(std::vector<at::Tensor> &all, const at::Tensor &tensor)
{
    if (tensor.numel() > 0)
        all.push_back(tensor.detach());
}

}  // namespace

bool TrainingState::finite()
{
    const at::NoGradGuard noGradient;
    std::vector<at::Tensor> all;
    for (const NamedTensors &names : {detector.tensors(), average->named(), optimizer->state()})
        for (const NamedTensor &entry : names)
            addFinite(all, *entry.tensor);
    // The largest of each: what is not finite shows there, and squares of what is do not overflow.
    return at::isfinite(at::stack(at::_foreach_norm(all, INFINITY))).all().item<bool>();
}

TrainingState::TrainingState(const NetworkOptions &network, const Profile &profile, const TrainOptions &options,
                             const SampleSource &source, const std::filesystem::path &startFrom)
    : detector(Detector::make(network, profile))
{
    detector.initialise(static_cast<uint64_t>(options.seed));
    detector.to(deviceNamed(options.device));
    if (!startFrom.empty())
        for (const Message &note : fcoscope::startFrom(detector, source.classNames(), startFrom).notes)
            log(note.english());
    detector.backbone.freeze(options.frozenStages);
    optimizer.emplace(detector.tensors(), options);
    average.emplace(detector.tensors(), options.emaDecay);
}

void refuseFrozenRandomness(const NetworkOptions &network, const TrainOptions &options)
{
    if (network.backboneNorm == BackboneNorm::Frozen)
        throw UserError(message("core",
                                "A backbone with frozen norms cannot learn from random weights; give weights to "
                                "start from, or set {0} to {1}.")
                            .with("backbone-norm", "trained"));
    if (options.frozenStages > 0)
        throw UserError(message("core",
                                "Frozen stages would keep their random weights; give weights to start from, or set "
                                "{0} to {1}.")
                            .with("frozen-stages", 0));
}

static UserError cannotMake(const std::filesystem::path &folder, const std::error_code &error)
{
    return UserError(message("core", "The folder {0} cannot be made: {1}.").with(folder.string(), error.message()),
                     error.value() == ENOSPC || error.value() == EDQUOT);
}

void TrainingCheckpoints::makeFolder() const
{
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        throw cannotMake(folder_, error);
}

bool TrainingCheckpoints::exists(const char *name) const
{
    return folderInPlace(named(name));
}

static int imagesInAStep(const ModelInfo &info)
{
    TrainOptions options;
    OptionTable table;
    visit(table, options);
    for (const char *name : {"batch", "accumulate"})
        if (const auto value = info.training.find(name); value != info.training.end())
            table.set(name, value->second, "");
    return options.batch * options.accumulate;
}

/// Another network, order of samples or optimiser would be neither the old run nor a new one. What else may change, as
/// the number of epochs does to train for longer, is told; answers whether anything of weight has.
bool TrainingCheckpoints::refuseChanges(const ModelInfo &before, const ModelInfo &now, bool tell) const
{
    std::set<std::string> fixed{"fact.images"};
    for (const std::string &name : lastingTrainOptions())
        fixed.insert("training." + name);
    static const std::set<std::string> ofNoWeight{"training.loaders",          "training.device",
                                                  "training.threads",          "training.validate-every",
                                                  "training.checkpoint-every", "training.stop-after"};
    DecodeOptions decode;
    OptionTable decoding;
    visit(decoding, decode);
    const auto is = metadataOf(now);
    const bool sameStep = imagesInAStep(before) == imagesInAStep(now);  // in smaller batches where memory ran out
    bool changed = false;
    for (const auto &[key, was] : metadataOf(before)) {
        const auto found = is.find(key);
        if (found == is.end() || found->second == was)
            continue;
        const std::string name = key.substr(key.find('.') + 1);
        const bool structure = key.starts_with("network.") || (key.starts_with("profile.") && !decoding.find(name));
        if (structure || fixed.contains(key))
            throw UserError(
                message("core", "The run in {0} was started with {1} {2}, not {3}; train into another folder.")
                    .with(folder_.string(), name, was, found->second));
        if (!key.starts_with("training.") || ofNoWeight.contains(key) ||
            (sameStep && (name == "batch" || name == "accumulate")))
            continue;
        changed = true;
        if (tell)
            log(message("core", "The run goes on with {0} {1} instead of {2}.")
                    .with(name, found->second, was)
                    .english());
    }
    return changed;
}

void TrainingCheckpoints::load(TrainingState &state, const TrainOptions &options, const char *name, bool tell) const
{
    const std::filesystem::path from = named(name);
    const std::filesystem::path model = from / "model.safetensors", training = from / "training.safetensors";
    const Safetensors averaged = readSafetensors(model), raw = readSafetensors(training);
    const ModelInfo before = infoOf(averaged, model), now = info(state, options);
    if (before.classNames != source_.classNames())
        throw UserError(message("core", "The run in {0} was started with other classes; train into another folder.")
                            .with(folder_.string()));
    const bool changed = refuseChanges(before, now, tell);
    const auto another = [&](const char *option, const char *otherwise) {
        return written(before.training, option, otherwise) != now.training.at(option);
    };
    const bool otherRate = another("learning-rate", "");
    copyTensors(raw, "raw.", state.detector.tensors(), training, /*complete=*/true);
    state.optimizer.emplace(state.detector.tensors(), options);
    state.optimizer->load(raw, training, another("frozen-stages", "0"));
    state.average.emplace(state.detector.tensors(), options.emaDecay);
    copyTensors(averaged, "", state.average->named(), model, /*complete=*/true);
    readFacts(state, raw.metadata, before, from);
    if (otherRate)  // somebody chose it knowing how the run went
        state.rateFactor = 1;
    if (changed)  // and patience counts the validations of one way to train
        state.validationsSinceBest = 0;
}

ModelInfo TrainingCheckpoints::info(const TrainingState &state, const TrainOptions &options) const
{
    ModelInfo info;
    info.network = state.detector.options;
    info.profile = state.detector.profile;
    info.classNames = source_.classNames();
    TrainOptions written = options;
    OptionTable table;
    visit(table, written);
    info.training = table.values();
    info.facts["steps"] = std::to_string(state.step);
    info.facts["images"] = std::to_string(source_.size());
    for (const auto &[name, value] : state.best)
        info.facts["best-" + name] = numberText(value);
    return info;
}

void TrainingCheckpoints::save(TrainingState &state, const TrainOptions &options, int64_t steps, const char *name) const
{
    Safetensors model, training;
    model.metadata = metadataOf(info(state, options));
    for (const NamedTensor &entry : state.average->named())
        model.tensors.emplace_back(entry.name, *entry.tensor);
    training.metadata = {{"format", "fcoscope-training"},
                         {"version", "1"},
                         {"step", std::to_string(state.step)},
                         {"samples", std::to_string(state.samples)},
                         {"class-normalizer", numberText(state.classNormalizer)},
                         {"rate-factor", numberText(state.rateFactor)},
                         {"validations-since-best", std::to_string(state.validationsSinceBest)},
                         {"steps", std::to_string(steps)}};
    if (state.validationOwed)
        training.metadata["validation-owed"] = "true";
    for (const auto &[figure, value] : state.best)
        training.metadata["best." + figure] = numberText(value);
    for (const NamedTensor &entry : state.detector.tensors())
        training.tensors.emplace_back("raw." + entry.name, *entry.tensor);
    state.optimizer->save(training);

    const std::filesystem::path unfinished = named(("." + std::string(name) + ".unfinished").c_str());
    std::error_code error;
    std::filesystem::remove_all(unfinished, error);
    // Not the run's folder: where somebody has removed that, no half of one is made anew.
    for (const std::filesystem::path &folder : {unfinished.parent_path(), unfinished})
        if (!error)
            std::filesystem::create_directory(folder, error);
    if (error)
        throw cannotMake(unfinished, error);
    writeSafetensors(unfinished / "model.safetensors", model);
    writeSafetensors(unfinished / "training.safetensors", training);
    renameFolderIntoPlace(unfinished, named(name));
}

}  // namespace fcoscope
