// SPDX-License-Identifier: GPL-3.0-or-later
// The whole network: backbone, pyramid, head.
#pragma once

#include "core/fcos/layers.h"
#include "core/fcos/network_options.h"
#include "core/fcos/resnet.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Feature pyramid (Lin et al., 2016): P3–P5 from C3–C5, P6 from P5, P7 from P6. As many levels as the profile has.
struct Pyramid {
    std::array<Conv, 3> lateral, output;
    std::vector<Conv> extra;  ///< P6, P7

    static Pyramid make(const std::array<int64_t, 3> &in, int64_t channels, size_t levels);
    std::vector<at::Tensor> operator()(const std::array<at::Tensor, 3> &features, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

/// What the head says about one level, before any threshold.
struct LevelTensors {
    at::Tensor classLogits;       ///< [B, C, H, W]
    at::Tensor centernessLogits;  ///< [B, 1, H, W], or undefined
    at::Tensor distances;         ///< [B, 4, H, W]: l, t, r, b in pixels of the network's input
};

/// Two towers of convolution, group norm and ReLU, shared by all levels (paper, figure 2).
struct Head {
    struct TowerLayer {
        Conv conv;
        GroupNorm norm;
    };
    std::vector<TowerLayer> classTower, boxTower;
    Conv classPrediction, boxPrediction, centernessPrediction;
    std::vector<at::Tensor> scales;  ///< one scalar for each level, or none
    CenternessBranch branch = CenternessBranch::BoxTower;

    static Head make(const NetworkOptions &options, size_t levels);
    LevelTensors operator()(const at::Tensor &features, size_t level, const Profile &profile, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

struct Detector {
    NetworkOptions options;
    Profile profile;
    ResNet backbone;
    Pyramid pyramid;
    Head head;

    /// Builds the network with zeros for weights. Throws UserError if options and profile do not make one.
    static Detector make(const NetworkOptions &options, const Profile &profile);

    /// images [B, 3, H, W], normalised → one entry for each level.
    std::vector<LevelTensors> operator()(const at::Tensor &images, const Pass &pass) const;
    /// P3, P4, … of the same images (for tests and lenses).
    std::vector<at::Tensor> features(const at::Tensor &images, const Pass &pass) const;

    /// Every tensor by its name, in a fixed order.
    NamedTensors tensors();
    /// First weights from the seed: He's normal for the backbone, N(0, 0.01) for the head, p = 0.01 for every class.
    void initialise(uint64_t seed);
    /// Moves all tensors, convolution weights channels-last (what oneDNN's and cuDNN's fast kernels want).
    void to(const at::Device &device);
    /// Batch norms become part of their convolutions. For inference only, and the last thing done to a network.
    void fold();
};

}  // namespace fcoscope
