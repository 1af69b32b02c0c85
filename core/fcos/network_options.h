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
enum class CenternessBranch { None, ClassTower, BoxTower };

struct NetworkOptions {
    int backboneDepth = 50;      ///< ResNet-18, 34 or 50
    double backboneWidth = 1.0;  ///< factor on every channel count of the backbone
    BackboneNorm backboneNorm = BackboneNorm::Trained;
    double normEpsilon = 1e-5;
    int pyramidChannels = 256;
    int towerDepth = 4;        ///< convolutions in each of the two towers
    int towerGroups = 32;      ///< groups of the towers' group norm
    CenternessBranch centernessBranch = CenternessBranch::BoxTower;
    bool levelScale = true;    ///< a trained factor per level on the regression (paper, section 3.2)
    int classCount = 80;
};

void visit(OptionTable &table, NetworkOptions &options);

}  // namespace fcoscope
