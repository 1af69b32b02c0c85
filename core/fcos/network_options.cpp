// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/network_options.h"

namespace fcoscope {

void visit(OptionTable &table, NetworkOptions &o)
{
    table.add("backbone-depth", o.backboneDepth, 18, 152, "", message("core", "ResNet-18, 34, 50, 101 or 152."));
    table.add("backbone-width", o.backboneWidth, 0.0625, 4, "",
              message("core", "A factor on the channels of the backbone."));
    table.add("backbone-groups", o.backboneGroups, 1, 1024, "",
              message("core", "Groups of the backbone's 3×3 convolutions: 32 or 64 make a ResNeXt."));
    table.add("group-width", o.groupWidth, 1, 1024, "",
              message("core", "Channels of each group in the first stage of the backbone."));
    table.addChoice("stride-conv", o.strideConv, {{"1x1", StrideConv::First1x1}, {"3x3", StrideConv::Middle3x3}},
                    message("core", "Which convolution of a bottleneck has the stride."));
    table.addChoice(
        "backbone-norm", o.backboneNorm, {{"trained", BackboneNorm::Trained}, {"frozen", BackboneNorm::Frozen}},
        message("core", "Batch norm of the backbone: trained (from scratch) or frozen (with given weights)."));
    table.add("norm-epsilon", o.normEpsilon, 0, 0.1, "", message("core", "What batch norm adds to the variance."));
    table.add("pyramid-channels", o.pyramidChannels, 8, 1024, "",
              message("core", "Channels of the pyramid and the towers."));
    table.addChoice("upsampling", o.upsampling, {{"nearest", Upsampling::Nearest}, {"bilinear", Upsampling::Bilinear}},
                    message("core", "How the pyramid enlarges a level before it is added to the next finer one."));
    table.addChoice("p6-source", o.p6Source, {{"p5", P6Source::P5}, {"c5", P6Source::C5}},
                    message("core", "The map that P6 is computed from."));
    table.add("shared-tower-depth", o.sharedTowerDepth, 0, 16, "",
              message("core", "Convolutions of a tower that both branches of the head share."));
    table.add("tower-depth", o.towerDepth, 0, 16, "", message("core", "Convolutions in each tower of the head."));
    table.addChoice("tower-norm", o.towerNorm,
                    {{"none", TowerNorm::None},
                     {"group", TowerNorm::Group},
                     {"batch", TowerNorm::Batch},
                     {"batch-per-level", TowerNorm::BatchPerLevel}},
                    message("core", "The norm after each convolution of the towers."));
    table.add("tower-bias", o.towerBias, message("core", "Whether the towers' convolutions have a bias."));
    table.add("tower-groups", o.towerGroups, 1, 1024, "", message("core", "Groups of the towers' group norm."));
    table.addChoice("centerness-branch", o.centernessBranch,
                    {{"none", CenternessBranch::None},
                     {"class-tower", CenternessBranch::ClassTower},
                     {"box-tower", CenternessBranch::BoxTower}},
                    message("core", "The tower that centerness is predicted from."));
    table.add("level-scale", o.levelScale,
              message("core", "A trained factor for each level on the regressed distances."));
    table.add("class-count", o.classCount, 1, 100000, "", message("core", "Channels of the class prediction."));
}

NetworkOptions networkOfProfile(const std::string &profileName)
{
    NetworkOptions network;
    const auto is = [&](const char *prefix) { return profileName.starts_with(prefix); };
    if (profileName == "fcoscope")
        return network;
    network.backboneNorm = is("zg") || profileName == "ad-rt" ? BackboneNorm::Trained : BackboneNorm::Frozen;
    if (is("tz") || is("ad") || is("mm"))
        network.strideConv = StrideConv::First1x1;
    if (is("tz"))
        network.normEpsilon = 0;
    if (profileName == "tz-orig" || profileName == "mm-base")
        network.centernessBranch = CenternessBranch::ClassTower;
    network.towerBias = !(profileName == "mm-base" || is("zg"));
    if (is("zg"))
        network.upsampling = Upsampling::Bilinear;
    if (is("tv")) {
        network.levelScale = false;
        network.classCount = 91;
    }
    return network;
}

void takeBackbone(NetworkOptions &network, const NetworkOptions &from)
{
    network.backboneDepth = from.backboneDepth;
    network.backboneWidth = from.backboneWidth;
    network.backboneGroups = from.backboneGroups;
    network.groupWidth = from.groupWidth;
    network.strideConv = from.strideConv;
    network.backboneNorm = from.backboneNorm;
    network.normEpsilon = from.normEpsilon;
}

}  // namespace fcoscope
