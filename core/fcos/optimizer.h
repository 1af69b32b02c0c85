// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW and SGD over a network's trained tensors (LibTorch's fused kernels), the schedule of the learning rate, and the
// running average of all weights.
#pragma once

#include "core/fcos/layers.h"
#include "core/fcos/safetensors.h"
#include "core/fcos/trainer.h"

namespace fcoscope {

/// The learning rate of step `step` (0-based) where the part `done` of the run, 0…1, lies behind.
double learningRateAt(const TrainOptions &options, int64_t step, double done);

class Optimizer {
public:
    Optimizer(const NamedTensors &tensors, const TrainOptions &options);

    void forgetGradients();
    /// How long all gradients together are: a scalar on their device.
    at::Tensor gradientLength();
    /// Shortens them to `options.clipNorm` where they are longer.
    void clipGradients(double length);
    void step(double learningRate);

    void save(Safetensors &to);
    /// `othersTrained`: the file may have been written while other stages of the backbone were frozen; what it does not
    /// hold starts afresh, and what is not trained any more is left.
    void load(const Safetensors &from, const std::filesystem::path &path, bool othersTrained);
    /// What it remembers of the gradients, by name.
    NamedTensors state();

private:
    struct Group {
        std::vector<at::Tensor> weights, first, second, steps;  ///< first: momentum or mean; second: mean of squares
        std::vector<std::string> names;
        double weightDecay = 0;
    };
    std::vector<at::Tensor> gradients();

    TrainOptions options_;
    std::vector<Group> groups_;
    bool started_ = false;
};

/// Weights averaged over the steps: average ← decay·average + (1 − decay)·weights, with a smaller decay in the first
/// steps. Running statistics are averaged too.
class Average {
public:
    Average(const NamedTensors &tensors, double decay);
    void update(int64_t stepsDone);
    /// The averaged tensors under the names of the network's own.
    const std::vector<at::Tensor> &tensors() const { return average_; }
    NamedTensors named();

private:
    NamedTensors source_;
    std::vector<at::Tensor> average_;
    double decay_;
};

}  // namespace fcoscope
