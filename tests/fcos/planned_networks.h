// SPDX-License-Identifier: GPL-3.0-or-later
// Networks, inputs and outputs for the tests of plans.
#pragma once

#include <cmath>

#include "core/base/random.h"
#include "core/fcos/plan.h"

namespace fcoscope {

/// Weights that keep activations near 1, and norms that do something.
inline void fill(Detector &detector)
{
    Random random(5);
    for (const NamedTensor &entry : detector.tensors()) {
        at::Tensor &tensor = *entry.tensor;
        const auto taps = tensor.dim() == 4 ? double(tensor[0].numel()) : 1.0;
        for (int64_t i = 0; i < tensor.numel(); ++i) {
            const double u = random.uniform();
            double value = 0.7 + 0.3 * u;  // norm weights, scales, variances
            if (tensor.dim() == 4)
                value = (2 * u - 1) * std::sqrt(4 / taps);
            else if (entry.name.ends_with("bias") || entry.name.ends_with("mean"))
                value = 0.4 * u - 0.2;
            tensor.data_ptr<float>()[i] = static_cast<float>(value);
        }
    }
}

inline NetworkOptions small(int depth = 18)
{
    NetworkOptions network;
    network.backboneDepth = depth;
    network.backboneWidth = 0.25;
    network.pyramidChannels = 32;
    network.towerGroups = 8;
    network.towerDepth = 2;
    network.classCount = 5;
    return network;
}

/// Makes a profile one of levels with these strides.
inline auto onLevels(const std::vector<double> &strides)
{
    return [strides](NetworkOptions &, Profile &profile) {
        profile.strides = strides;
        profile.rangeLimits.clear();
        for (size_t i = 1; i < strides.size(); ++i)
            profile.rangeLimits.push_back(64 * double(i));
    };
}

inline Detector made(const NetworkOptions &network, const Profile &profile = profileNamed("fcoscope"))
{
    Detector detector = Detector::make(network, profile);
    fill(detector);
    return detector;
}

inline at::Tensor input(int64_t height, int64_t width)
{
    at::Tensor image = at::empty({1, 3, height, width});
    Random random(9);
    for (int64_t i = 0; i < image.numel(); ++i)
        image.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return image;
}

inline std::vector<float> valuesOf(const std::vector<LevelOutputs> &outputs)
{
    std::vector<float> values;
    for (const LevelOutputs &level : outputs)
        for (const Grid *grid : {&level.classLogits, &level.centernessLogits, &level.distances})
            values.insert(values.end(), grid->values.begin(), grid->values.end());
    return values;
}

}  // namespace fcoscope
