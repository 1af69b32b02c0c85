// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/training_step.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/autocast_mode.h>

#include <cmath>
#include <new>

#include "core/fcos/input.h"

namespace fcoscope {
namespace {

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

/// The statistics that norms gather while the network looks at pictures. Unless keep() is called, they are put back in
/// the end.
class StatisticsGuard {
public:
    explicit StatisticsGuard(Detector &detector)
    {
        for (const NamedTensor &entry : detector.tensors())
            if (entry.role == Role::Statistic && (entry.name.ends_with(".mean") || entry.name.ends_with(".var"))) {
                changing_.push_back(*entry.tensor);
                before_.push_back(entry.tensor->clone());
            }
    }
    ~StatisticsGuard()
    {
        const at::NoGradGuard noGradient;
        for (size_t i = 0; !kept_ && i < changing_.size(); ++i)
            changing_[i].copy_(before_[i]);
    }
    StatisticsGuard(const StatisticsGuard &) = delete;
    StatisticsGuard &operator=(const StatisticsGuard &) = delete;
    void keep() { kept_ = true; }

private:
    std::vector<at::Tensor> changing_, before_;
    bool kept_ = false;
};

/// Gradients of one batch onto those that are there. [3, levels + 1]: its losses for class, box and centerness, of each
/// level and of all, on the device.
at::Tensor addGradients(Batch &batch, TrainingState &state, const TrainOptions &options, const at::Device &device,
                        double &classNormalizer)
{
    const Profile &profile = state.detector.profile;
    batch.targets.to(device);
    const at::Tensor input = networkInput(batch.pixels, batch.transforms, profile, device);
    FlatOutputs outputs;
    {
        const Bfloat16Convolutions narrow(options.precision == Precision::Bfloat16, device.type());
        outputs = flattened(state.detector(input, Pass{true, nullptr}));
    }
    for (at::Tensor *output : {&outputs.classLogits, &outputs.centernessLogits, &outputs.distances})
        if (output->defined())
            *output = output->to(at::kFloat);
    classNormalizer = nextClassNormalizer(profile.classNormalizer, classNormalizer, batch.targets.count());
    const LossTerms terms = lossTerms(outputs, batch.targets, profile);
    const Losses losses = lossesOf(terms, outputs, batch.targets, profile, classNormalizer);
    const at::Tensor ofLevels = lossesOfLevels(terms, batch.targets, profile, batch.locationsOfLevel, classNormalizer);
    (losses.total() / options.accumulate).backward();
    const at::Tensor ofAll = at::stack({losses.classification, losses.box, losses.centerness}).detach();
    return at::cat({ofLevels, ofAll.view({3, 1})}, 1) / options.accumulate;
}

void countPositives(const Batch &batch, StepReport &report)
{
    report.positives += static_cast<int>(batch.targets.count());
    for (size_t level = 0; level < report.levels.size() && level < batch.targets.positivesOfLevel.size(); ++level)
        report.levels[level].positives += batch.targets.positivesOfLevel[level];
    for (size_t c = 0; c < report.positivesOfClass.size() && c < batch.targets.positivesOfClass.size(); ++c)
        report.positivesOfClass[c] += batch.targets.positivesOfClass[c];
}

/// False if one of the figures is no finite number.
bool takeFigures(const at::Tensor &onDevice, StepReport &report)
{
    const at::Tensor figures = onDevice.to(at::kCPU, at::kDouble);  // the one time that the device is waited for
    const double *values = figures.data_ptr<double>();
    const size_t levels = report.levels.size();
    const auto of = [&](size_t loss, size_t level) { return values[loss * (levels + 1) + level]; };
    for (size_t level = 0; level < levels; ++level) {
        LevelReport &its = report.levels[level];
        its.classLoss = of(0, level);
        its.boxLoss = of(1, level);
        its.centernessLoss = of(2, level);
    }
    report.classLoss = of(0, levels);
    report.boxLoss = of(1, levels);
    report.centernessLoss = of(2, levels);
    report.gradientNorm = values[3 * (levels + 1)];
    return std::isfinite(report.classLoss + report.boxLoss + report.centernessLoss + report.gradientNorm);
}

Gradients tryGradients(std::vector<Batch> &batches, TrainingState &state, const TrainOptions &options,
                       const at::Device &device, StepReport &report)
{
    StatisticsGuard statistics(state.detector);
    double classNormalizer = state.classNormalizer;
    at::Tensor losses;
    state.optimizer->forgetGradients();
    for (Batch &batch : batches) {
        const at::Tensor its = addGradients(batch, state, options, device, classNormalizer);
        losses = losses.defined() ? losses + its : its;
        countPositives(batch, report);
    }
    if (!takeFigures(at::cat({losses.flatten(), state.optimizer->gradientLength().view({1})}), report))
        return Gradients::NotFinite;
    statistics.keep();
    state.classNormalizer = classNormalizer;
    return Gradients::Ready;
}

}  // namespace

bool saysOutOfMemory(const std::exception &error)
{
    if (dynamic_cast<const c10::OutOfMemoryError *>(&error) || dynamic_cast<const std::bad_alloc *>(&error))
        return true;
    // LibTorch's allocator for the CPU, oneDNN, and CUDA beside LibTorch's allocator have no exception of their own.
    const std::string said = error.what();
    for (const char *words : {"DefaultCPUAllocator: ", "could not create a memory object", "CUDA error: out of memory",
                              "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED"})
        if (said.find(words) != std::string::npos)
            return true;
    return false;
}

void releaseDeviceMemory(const at::Device &device)
{
    if (device.type() != at::kCPU)
        at::accelerator::emptyCache();
}

Gradients gradientsOf(std::vector<Batch> &batches, TrainingState &state, const TrainOptions &options,
                      const at::Device &device, StepReport &report)
{
    Gradients gradients = Gradients::OutOfMemory;
    report.levels.assign(state.detector.profile.strides.size(), {});
    report.positivesOfClass.assign(static_cast<size_t>(state.detector.options.classCount), 0);
    report.positives = 0;
    try {
        gradients = tryGradients(batches, state, options, device, report);
    } catch (const std::exception &error) {
        if (!saysOutOfMemory(error))
            throw;
    }
    // Outside the catch block: an exception may hold on to what it flew through.
    if (gradients != Gradients::Ready)
        state.optimizer->forgetGradients();
    return gradients;
}

void makeStep(TrainingState &state, const TrainOptions &options, double done, StepReport &report)
{
    state.optimizer->clipGradients(report.gradientNorm);
    report.learningRate = learningRateAt(options, state.step, done) * state.rateFactor;
    state.optimizer->step(report.learningRate);
    ++state.step;
    state.average->update(state.step);
}

}  // namespace fcoscope
