// SPDX-License-Identifier: GPL-3.0-or-later
// The structure of a detector, as data: what a checkpoint stores so that the same network can be built again.
#pragma once

#include <string>

#include "core/base/options.h"

namespace fcoscope {

enum class BackboneNorm {
    Trained,  ///< batch norm with running statistics, as when training from scratch
    Frozen,   ///< batch norm as a fixed scale and shift, as when fine-tuning from ImageNet weights
};
enum class StrideConv {
    First1x1,  ///< the stride of a bottleneck sits in its first 1×1 convolution (MSRA's and Caffe's ResNets)
    Middle3x3, ///< in its 3×3 convolution (torchvision's; every ResNeXt). The shapes are the same: no file can tell
};
enum class Upsampling { Nearest, Bilinear };  ///< to the lateral's exact size; bilinear without aligned corners
enum class P6Source { P5, C5 };
enum class TowerNorm {
    None,
    Group,          ///< group norm, shared by all levels like the convolutions
    Batch,          ///< batch norm, shared likewise
    BatchPerLevel,  ///< a batch norm of its own for each level (AdelaiDet's *_bn real-time models)
};
enum class CenternessBranch { None, ClassTower, BoxTower };

/// Which pyramid levels there are follows from the profile's strides: 8 is P3, 128 is P7; one level alone is allowed.
struct NetworkOptions {
    int backboneDepth = 50;      ///< ResNet-18, 34, 50, 101 or 152
    double backboneWidth = 1.0;  ///< factor on every channel count of the backbone
    int backboneGroups = 1;      ///< groups of the 3×3 convolutions in bottlenecks: 32 or 64 make a ResNeXt
    int groupWidth = 64;         ///< channels of each group in the first stage: 64 (ResNet), 8 (32×8d), 4 (64×4d)
    StrideConv strideConv = StrideConv::Middle3x3;
    BackboneNorm backboneNorm = BackboneNorm::Trained;
    double normEpsilon = 1e-5;   ///< of the backbone's batch norms; 0 for tianzhi0549/FCOS
    int pyramidChannels = 256;
    Upsampling upsampling = Upsampling::Nearest;
    P6Source p6Source = P6Source::P5;
    int sharedTowerDepth = 0;  ///< convolutions of a tower that both branches share, before their own
    int towerDepth = 4;        ///< convolutions in each branch's own tower
    TowerNorm towerNorm = TowerNorm::Group;
    int towerGroups = 32;      ///< groups of the towers' group norm
    bool towerBias = true;
    CenternessBranch centernessBranch = CenternessBranch::BoxTower;
    bool levelScale = true;    ///< a trained factor per level on the regression (paper, section 3.2)
    int classCount = 80;
    bool operator==(const NetworkOptions &) const = default;
};

void visit(OptionTable &table, NetworkOptions &options);

/// The network that goes with a profile in its codebase (specification, appendix A), ResNet-50 everywhere.
NetworkOptions networkOfProfile(const std::string &profileName);

/// Makes the backbone of `network` that of `from`; pyramid and head stay as they are.
void takeBackbone(NetworkOptions &network, const NetworkOptions &from);

}  // namespace fcoscope
