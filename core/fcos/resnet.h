// SPDX-License-Identifier: GPL-3.0-or-later
// ResNet-18 to 152 (He et al., 2015) and ResNeXt (Xie et al., 2016) as a feature extractor, with a factor on its width.
// The stride of a stage sits in its first block: in the first 3×3 convolution, or in the 1×1 before it where
// `strideConv` says so and the block is a bottleneck.
#pragma once

#include <array>

#include "core/fcos/layers.h"
#include "core/fcos/network_options.h"

namespace fcoscope {

/// Basic: two 3×3 convolutions. Bottleneck: 1×1, 3×3 (in groups), 1×1. `down` only where the shape changes.
struct ResidualBlock {
    std::vector<ConvNorm> convs;
    std::vector<ConvNorm> down;  ///< none or one

    at::Tensor operator()(const at::Tensor &x, const Pass &pass) const;
};

struct ResNet {
    ConvNorm stem;
    std::array<std::vector<ResidualBlock>, 4> stages;
    std::array<int64_t, 3> channels{};  ///< of C3, C4, C5

    static ResNet make(const NetworkOptions &options);
    /// [B, 3, H, W] → C3, C4, C5 at strides 8, 16, 32
    std::array<at::Tensor, 3> operator()(const at::Tensor &images, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
    void fold();
    /// From the picture on, so many stages keep their weights and statistics: 1 the stem, 2 the stem and C2, … 5 all.
    void freeze(int count);
};

}  // namespace fcoscope
