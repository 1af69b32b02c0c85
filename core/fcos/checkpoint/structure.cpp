// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/structure.h"

#include <array>

#include "core/base/error.h"
#include "core/fcos/detector.h"

namespace fcoscope {
namespace {

/// How many there are of `before` 0 `after`, `before` 1 `after`, …
int countOf(const NeutralTensors &tensors, const std::string &before, const std::string &after)
{
    int count = 0;
    while (tensors.contains(before + std::to_string(count) + after))
        ++count;
    return count;
}

/// Size `dimension` of a tensor; 0 if there is no such tensor or dimension.
int64_t sizeOf(const NeutralTensors &tensors, const std::string &name, int64_t dimension)
{
    const auto found = tensors.find(name);
    return found == tensors.end() || found->second.dim() <= dimension ? 0 : found->second.size(dimension);
}

void readBackbone(NetworkOptions &network, const NeutralTensors &tensors, const std::filesystem::path &path)
{
    std::array<int, 4> blocks{};
    for (size_t stage = 0; stage < 4; ++stage)
        blocks[stage] = countOf(tensors, "backbone.layer" + std::to_string(stage + 1) + ".", ".conv1.weight");
    const bool bottleneck = tensors.contains("backbone.layer1.0.conv3.weight");
    struct Known {
        int depth;
        bool bottleneck;
        std::array<int, 4> blocks;
    };
    static constexpr Known known[] = {{18, false, {2, 2, 2, 2}},
                                      {34, false, {3, 4, 6, 3}},
                                      {50, true, {3, 4, 6, 3}},
                                      {101, true, {3, 4, 23, 3}},
                                      {152, true, {3, 8, 36, 3}}};
    network.backboneDepth = 0;
    for (const Known &one : known)
        if (one.bottleneck == bottleneck && one.blocks == blocks)
            network.backboneDepth = one.depth;
    if (network.backboneDepth == 0)
        throw UserError(message("core",
                                "The backbone in {0} has {1}, {2}, {3} and {4} blocks; FCOScope knows ResNet-18, "
                                "34, 50, 101 and 152.")
                            .with(path.string(), blocks[0], blocks[1], blocks[2], blocks[3]));
    if (const int64_t width = sizeOf(tensors, "backbone.stem.conv.weight", 0); width > 0)
        network.backboneWidth = static_cast<double>(width) / 64;
    const int64_t inner = sizeOf(tensors, "backbone.layer1.0.conv2.weight", 0),
                  groupInput = sizeOf(tensors, "backbone.layer1.0.conv2.weight", 1);
    if (bottleneck && inner > 0 && groupInput > 0) {
        network.backboneGroups = static_cast<int>(inner / groupInput);
        network.groupWidth = static_cast<int>(std::lround(static_cast<double>(groupInput) / network.backboneWidth));
    }
}

void readTowers(NetworkOptions &network, const NeutralTensors &tensors)
{
    network.sharedTowerDepth = countOf(tensors, "head.share_tower.", ".conv.weight");
    network.towerDepth = countOf(tensors, "head.cls_tower.", ".conv.weight");
    const std::string first = network.towerDepth > 0         ? "head.cls_tower.0"
                              : network.sharedTowerDepth > 0 ? "head.share_tower.0"
                                                             : "";
    network.towerBias = tensors.contains(first + ".conv.bias");
    if (tensors.contains(first + ".norm.0.weight"))
        network.towerNorm = TowerNorm::BatchPerLevel;
    else if (tensors.contains(first + ".norm.mean"))
        network.towerNorm = TowerNorm::Batch;
    else
        network.towerNorm = tensors.contains(first + ".norm.weight") ? TowerNorm::Group : TowerNorm::None;
}

/// A value that no option may have can only come from a damaged or hostile file.
void checkRanges(NetworkOptions network, const std::filesystem::path &path)
{
    OptionTable table;
    visit(table, network);
    for (const auto &[name, value] : table.values())
        table.set(name, value, path.string());
}

}  // namespace

NetworkOptions networkOf(const NeutralTensors &tensors, const std::filesystem::path &path)
{
    NetworkOptions network;
    readBackbone(network, tensors, path);
    if (tensors.contains("head.cls_pred.weight")) {
        network.pyramidChannels = static_cast<int>(sizeOf(tensors, "head.cls_pred.weight", 1));
        network.classCount = static_cast<int>(sizeOf(tensors, "head.cls_pred.weight", 0));
        if (const int64_t in = sizeOf(tensors, "fpn.p6.weight", 1); in > 0)
            network.p6Source = in == network.pyramidChannels ? P6Source::P5 : P6Source::C5;
        readTowers(network, tensors);
        if (!tensors.contains("head.ctr_pred.weight"))
            network.centernessBranch = CenternessBranch::None;
        network.levelScale = tensors.contains("head.scale.0");
    }
    checkRanges(network, path);
    return network;
}

std::vector<double> stridesOf(const NeutralTensors &tensors)
{
    std::vector<double> strides;
    for (int level = 3; level <= 7; ++level) {
        const std::string name = level < 6 ? "fpn.output." + std::to_string(level) : "fpn.p" + std::to_string(level);
        if (tensors.contains(name + ".weight"))
            strides.push_back(1 << level);
    }
    return strides;
}

std::map<std::string, std::vector<int64_t>> shapesOf(const NetworkOptions &network, const Profile &profile,
                                                     bool backboneOnly)
{
    const ShapesAlone noMemory;
    Detector detector = Detector::make(network, profile);
    std::map<std::string, std::vector<int64_t>> shapes;
    for (const NamedTensor &entry : detector.tensors())
        if (!backboneOnly || entry.name.starts_with("backbone."))
            shapes[entry.name] = entry.tensor->sizes().vec();
    return shapes;
}

}  // namespace fcoscope
