// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/network_options.h"

namespace fcoscope {

void visit(OptionTable &table, NetworkOptions &o)
{
    table.add("backbone-depth", o.backboneDepth, 18, 50, "", message("core", "ResNet-18, 34 or 50."));
    table.add("backbone-width", o.backboneWidth, 0.0625, 4, "",
              message("core", "A factor on the channels of the backbone."));
    table.addChoice(
        "backbone-norm", o.backboneNorm, {{"trained", BackboneNorm::Trained}, {"frozen", BackboneNorm::Frozen}},
        message("core", "Batch norm of the backbone: trained (from scratch) or frozen (with given weights)."));
    table.add("norm-epsilon", o.normEpsilon, 0, 0.1, "", message("core", "What batch norm adds to the variance."));
    table.add("pyramid-channels", o.pyramidChannels, 8, 1024, "",
              message("core", "Channels of the pyramid and the towers."));
    table.add("tower-depth", o.towerDepth, 0, 16, "", message("core", "Convolutions in each tower of the head."));
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

}  // namespace fcoscope
