// SPDX-License-Identifier: GPL-3.0-or-later
// The whole network: backbone, pyramid, head.
#pragma once

#include <optional>

#include "core/fcos/layers.h"
#include "core/fcos/network_options.h"
#include "core/fcos/resnet.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Feature pyramid (Lin et al., 2016): P3–P5 from C3–C5, P6 from P5 or C5, P7 from P6. It answers with the levels that
/// the profile's strides ask for; what none of them needs does not exist.
struct Pyramid {
    std::array<Conv, 3> lateral, output;  ///< for C3, C4, C5
    std::array<Conv, 2> extra;            ///< P6, P7
    std::vector<int> levels;              ///< which are answered, finest first: 3 is stride 8 … 7 is stride 128
    Upsampling upsampling = Upsampling::Nearest;
    P6Source p6Source = P6Source::P5;

    static Pyramid make(const NetworkOptions &options, const std::array<int64_t, 3> &in, std::vector<int> levels);
    std::vector<at::Tensor> operator()(const std::array<at::Tensor, 3> &features, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

/// What the head says about one level, before any threshold.
struct LevelTensors {
    at::Tensor classLogits;       ///< [B, C, H, W]
    at::Tensor centernessLogits;  ///< [B, 1, H, W], or undefined
    at::Tensor distances;         ///< [B, 4, H, W]: l, t, r, b in pixels of the network's input
};

/// What the box prediction [B, 4, H, W] of a level means, as LevelTensors::distances. scale: the level's, or undefined.
at::Tensor distancesOf(const at::Tensor &prediction, const at::Tensor &scale, const Profile &profile, size_t level);

/// Convolution, norm and ReLU. At most one kind of norm is there.
struct TowerLayer {
    Conv conv;
    std::optional<GroupNorm> group;
    std::vector<BatchNorm> batch;  ///< one, or one for each level
    bool perLevel = false;

    static TowerLayer make(const NetworkOptions &options, size_t levels);
    at::Tensor operator()(const at::Tensor &x, size_t level, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
    void fold();
};
using Tower = std::vector<TowerLayer>;

/// Two towers, shared by all levels (paper, figure 2). What a tower both branches share says goes into their own, where
/// they have one.
struct Head {
    Tower sharedTower, classTower, boxTower;
    Conv classPrediction, boxPrediction, centernessPrediction;
    std::vector<at::Tensor> scales;  ///< one scalar for each level, or none
    CenternessBranch branch = CenternessBranch::BoxTower;

    static Head make(const NetworkOptions &options, size_t levels);
    /// `level` counts the levels there are, from 0.
    LevelTensors operator()(const at::Tensor &features, size_t level, const Profile &profile, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
    void fold();
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
    /// The levels of the pyramid for the same images (for tests and lenses).
    std::vector<at::Tensor> features(const at::Tensor &images, const Pass &pass) const;

    /// Every tensor by its name, in a fixed order.
    NamedTensors tensors();
    /// First weights from the seed: He's normal for the backbone, N(0, 0.01) for the head, p = 0.01 for every class.
    void initialise(uint64_t seed);
    /// Moves all tensors, convolution weights channels-last (what oneDNN's and cuDNN's fast kernels want).
    void to(const at::Device &device);
    /// Batch norms become part of their convolutions, but for those of single levels. For inference only, and the last
    /// thing done to a network.
    void fold();
};

}  // namespace fcoscope
