// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/optimizer.h"

#include <cmath>

#include "core/fcos/model_file.h"

namespace fcoscope {

double learningRateAt(const TrainOptions &options, int64_t step, double done)
{
    const double warm =
        options.warmupSteps > 0 ? std::min(1.0, static_cast<double>(step + 1) / options.warmupSteps) : 1.0;
    double factor = 1;
    if (options.schedule == Schedule::Cosine)
        factor = 0.01 + 0.99 * 0.5 * (1 + std::cos(3.14159265358979323846 * done));
    else if (options.schedule == Schedule::Steps)
        for (const double at : options.stepAt)
            factor *= done >= at ? 0.1 : 1;
    return options.learningRate * warm * factor;
}

Optimizer::Optimizer(const NamedTensors &tensors, const TrainOptions &options) : options_(options), groups_(2)
{
    groups_[0].weightDecay = options.weightDecay;
    for (const NamedTensor &entry : tensors) {
        if (entry.role == Role::Statistic)
            continue;
        entry.tensor->set_requires_grad(true);
        Group &group = groups_[entry.role == Role::Weight ? 0 : 1];
        group.weights.push_back(*entry.tensor);
        group.names.push_back(entry.name);
        group.first.push_back(at::zeros_like(entry.tensor->detach()));
        if (options.optimizer == OptimizerKind::AdamW) {
            group.second.push_back(at::zeros_like(entry.tensor->detach()));
            group.steps.push_back(at::zeros({}, entry.tensor->options().requires_grad(false)));
        }
    }
}

void Optimizer::forgetGradients()
{
    for (Group &group : groups_)
        for (at::Tensor &weight : group.weights)
            weight.mutable_grad() = at::Tensor();
}

std::vector<at::Tensor> Optimizer::gradients()
{
    std::vector<at::Tensor> all;
    for (Group &group : groups_)
        for (at::Tensor &weight : group.weights)
            all.push_back(weight.mutable_grad());
    return all;
}

at::Tensor Optimizer::gradientLength()
{
    const at::NoGradGuard noGradient;
    return at::stack(at::_foreach_norm(gradients())).norm();
}

void Optimizer::clipGradients(double length)
{
    if (options_.clipNorm > 0 && length > options_.clipNorm)
        at::_foreach_mul_(gradients(), options_.clipNorm / length);
}

void Optimizer::step(double learningRate)
{
    const at::NoGradGuard noGradient;
    for (Group &group : groups_) {
        std::vector<at::Tensor> gradients;
        for (at::Tensor &weight : group.weights)
            gradients.push_back(weight.mutable_grad());
        if (options_.optimizer == OptimizerKind::AdamW) {
            at::_foreach_add_(group.steps, 1);
            at::_fused_adamw_(group.weights, gradients, group.first, group.second, {}, group.steps, learningRate, 0.9,
                              0.999, group.weightDecay, 1e-8, /*amsgrad=*/false, /*maximize=*/false);
        } else {
            at::_fused_sgd_(group.weights, gradients, group.first, group.weightDecay, options_.momentum, learningRate,
                            /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/!started_);
        }
    }
    started_ = true;
}

NamedTensors Optimizer::state()
{
    NamedTensors names;
    for (Group &group : groups_)
        for (size_t i = 0; i < group.names.size(); ++i) {
            names.push_back({group.names[i] + ".first", &group.first[i], Role::Statistic});
            if (!group.second.empty()) {
                names.push_back({group.names[i] + ".second", &group.second[i], Role::Statistic});
                names.push_back({group.names[i] + ".steps", &group.steps[i], Role::Statistic});
            }
        }
    return names;
}

void Optimizer::save(Safetensors &to)
{
    for (const NamedTensor &entry : state())
        to.tensors.emplace_back("optimizer." + entry.name, *entry.tensor);
}

void Optimizer::load(const Safetensors &from, const std::filesystem::path &path, bool othersTrained)
{
    NamedTensors wanted = state();
    if (othersTrained)
        std::erase_if(wanted, [&](const NamedTensor &entry) { return !from.find("optimizer." + entry.name); });
    copyTensors(from, "optimizer.", wanted, path, /*complete=*/!othersTrained);
    started_ = true;
}

Average::Average(const NamedTensors &tensors, double decay) : source_(tensors), decay_(decay)
{
    for (const NamedTensor &entry : source_)
        average_.push_back(entry.tensor->detach().clone());
}

void Average::update(int64_t stepsDone)
{
    const at::NoGradGuard noGradient;
    const double early = (1.0 + static_cast<double>(stepsDone)) / (10.0 + static_cast<double>(stepsDone));
    std::vector<at::Tensor> current;
    for (const NamedTensor &entry : source_)
        current.push_back(entry.tensor->detach());
    at::_foreach_lerp_(average_, current, 1 - std::min(decay_, early));
}

NamedTensors Average::named()
{
    NamedTensors names = source_;
    for (size_t i = 0; i < names.size(); ++i)
        names[i].tensor = &average_[i];
    return names;
}

}  // namespace fcoscope
