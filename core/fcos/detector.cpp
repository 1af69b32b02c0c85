// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/detector.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

namespace fcoscope {

Pyramid Pyramid::make(const std::array<int64_t, 3> &in, int64_t channels, size_t levels)
{
    Pyramid pyramid;
    for (size_t i = 0; i < 3; ++i) {
        pyramid.lateral[i] = Conv::make(in[i], channels, 1, 1, true);
        pyramid.output[i] = Conv::make(channels, channels, 3, 1, true);
    }
    for (size_t i = 3; i < levels; ++i)
        pyramid.extra.push_back(Conv::make(channels, channels, 3, 2, true));
    return pyramid;
}

std::vector<at::Tensor> Pyramid::operator()(const std::array<at::Tensor, 3> &features, const Pass &pass) const
{
    std::array<at::Tensor, 3> merged;
    for (size_t i = 3; i-- > 0;) {
        pass.checkStop();
        merged[i] = lateral[i](features[i]);
        if (i < 2)  // nearest, to the lateral's exact size: sizes need not double
            merged[i] = merged[i] + at::upsample_nearest2d(merged[i + 1], {merged[i].size(2), merged[i].size(3)});
    }
    std::vector<at::Tensor> levels;
    for (size_t i = 0; i < 3; ++i) {
        pass.checkStop();
        levels.push_back(output[i](merged[i]));
    }
    // P6 itself is handed on without ReLU; only P7's input has one.
    for (size_t i = 0; i < extra.size(); ++i)
        levels.push_back(extra[i](i == 0 ? levels.back() : at::relu(levels.back())));
    return levels;
}

void Pyramid::collect(NamedTensors &names, const std::string &prefix)
{
    for (size_t i = 0; i < 3; ++i)
        lateral[i].collect(names, prefix + ".lateral." + std::to_string(i + 3));
    for (size_t i = 0; i < 3; ++i)
        output[i].collect(names, prefix + ".output." + std::to_string(i + 3));
    for (size_t i = 0; i < extra.size(); ++i)
        extra[i].collect(names, prefix + ".p" + std::to_string(i + 6));
}

Head Head::make(const NetworkOptions &options, size_t levels)
{
    const int64_t channels = options.pyramidChannels;
    if (channels % options.towerGroups != 0)
        throw UserError(message("core", "{0} pyramid channels cannot be split into {1} groups of equal size.")
                            .with(channels, options.towerGroups));
    Head head;
    head.branch = options.centernessBranch;
    for (int i = 0; i < options.towerDepth; ++i) {
        head.classTower.push_back(
            {Conv::make(channels, channels, 3, 1, true), GroupNorm::make(channels, options.towerGroups)});
        head.boxTower.push_back(
            {Conv::make(channels, channels, 3, 1, true), GroupNorm::make(channels, options.towerGroups)});
    }
    head.classPrediction = Conv::make(channels, options.classCount, 3, 1, true);
    head.boxPrediction = Conv::make(channels, 4, 3, 1, true);
    if (head.branch != CenternessBranch::None)
        head.centernessPrediction = Conv::make(channels, 1, 3, 1, true);
    if (options.levelScale)
        for (size_t i = 0; i < levels; ++i)
            head.scales.push_back(at::ones({}));
    return head;
}

LevelTensors Head::operator()(const at::Tensor &features, size_t level, const Profile &profile, const Pass &pass) const
{
    const auto through = [&](const std::vector<TowerLayer> &tower) {
        at::Tensor x = features;
        for (const TowerLayer &layer : tower) {
            pass.checkStop();
            x = layer.norm(layer.conv(x)).relu_();
        }
        return x;
    };
    const at::Tensor forClass = through(classTower), forBox = through(boxTower);
    LevelTensors said;
    said.classLogits = classPrediction(forClass);
    if (branch != CenternessBranch::None)
        said.centernessLogits = centernessPrediction(branch == CenternessBranch::ClassTower ? forClass : forBox);
    at::Tensor distances = boxPrediction(forBox);
    if (!scales.empty())
        distances = distances * scales[level];
    distances = profile.boxActivation == BoxActivation::Relu ? at::relu(distances) : at::exp(distances);
    said.distances = profile.boxUnit == BoxUnit::Strides ? distances * profile.strides[level] : distances;
    return said;
}

void Head::collect(NamedTensors &names, const std::string &prefix)
{
    const auto tower = [&](std::vector<TowerLayer> &layers, const std::string &name) {
        for (size_t i = 0; i < layers.size(); ++i) {
            layers[i].conv.collect(names, prefix + "." + name + "." + std::to_string(i) + ".conv");
            layers[i].norm.collect(names, prefix + "." + name + "." + std::to_string(i) + ".norm");
        }
    };
    tower(classTower, "cls_tower");
    tower(boxTower, "reg_tower");
    classPrediction.collect(names, prefix + ".cls_pred");
    boxPrediction.collect(names, prefix + ".reg_pred");
    if (branch != CenternessBranch::None)
        centernessPrediction.collect(names, prefix + ".ctr_pred");
    for (size_t i = 0; i < scales.size(); ++i)
        names.push_back({prefix + ".scale." + std::to_string(i), &scales[i], Role::Offset});
}

Detector Detector::make(const NetworkOptions &options, const Profile &profile)
{
    checkProfile(profile);
    static const std::vector<double> pyramidStrides{8, 16, 32, 64, 128};
    if (profile.strides.size() < 3 || profile.strides.size() > 5 ||
        !std::equal(profile.strides.begin(), profile.strides.end(), pyramidStrides.begin()))
        throw UserError(
            message("core", "The strides of this network must be 8, 16, 32 and may go on with 64 and 128."));
    Detector detector;
    detector.options = options;
    detector.profile = profile;
    detector.backbone = ResNet::make(options);
    detector.pyramid = Pyramid::make(detector.backbone.channels, options.pyramidChannels, profile.strides.size());
    detector.head = Head::make(options, profile.strides.size());
    return detector;
}

std::vector<at::Tensor> Detector::features(const at::Tensor &images, const Pass &pass) const
{
    return pyramid(backbone(images, pass), pass);
}

std::vector<LevelTensors> Detector::operator()(const at::Tensor &images, const Pass &pass) const
{
    const std::vector<at::Tensor> levels = features(images, pass);
    std::vector<LevelTensors> said;
    for (size_t i = 0; i < levels.size(); ++i)
        said.push_back(head(levels[i], i, profile, pass));
    return said;
}

NamedTensors Detector::tensors()
{
    NamedTensors names;
    backbone.collect(names, "backbone");
    pyramid.collect(names, "fpn");
    head.collect(names, "head");
    return names;
}

namespace {

void fillNormal(at::Tensor &tensor, double deviation, Random &random)
{
    float *values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>(deviation * random.normal());
}

uint64_t hashOf(const std::string &name)  // FNV-1a: the same weights whatever order tensors are made in
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    return hash;
}

}  // namespace

void Detector::initialise(uint64_t seed)
{
    for (const NamedTensor &entry : tensors()) {
        at::Tensor &tensor = *entry.tensor;
        if (tensor.dim() != 4)
            continue;
        Random random(seed, hashOf(entry.name));
        const double outTaps = static_cast<double>(tensor.size(0) * tensor.size(2) * tensor.size(3));
        const double inTaps = static_cast<double>(tensor.size(1) * tensor.size(2) * tensor.size(3));
        if (entry.name.starts_with("backbone."))
            fillNormal(tensor, std::sqrt(2 / outTaps), random);  // He et al., 2015
        else if (entry.name.starts_with("fpn."))
            fillNormal(tensor, std::sqrt(1 / inTaps), random);
        else
            fillNormal(tensor, 0.01, random);
    }
    // Each residual block starts as the identity: its last norm's weight is 0 (Goyal et al., 2017).
    for (auto &stage : backbone.stages)
        for (ResidualBlock &block : stage)
            if (!block.convs.back().norm.frozen)  // it would stay 0
                block.convs.back().norm.weight.zero_();
    head.classPrediction.bias.fill_(-std::log((1 - 0.01) / 0.01));  // focal loss paper, section 4.1
    // Through ReLU half of the distances would start at 0, where no gradient is; four strides is a typical target.
    if (profile.boxActivation == BoxActivation::Relu)
        head.boxPrediction.bias.fill_(profile.boxUnit == BoxUnit::Strides ? 4.0 : 32.0);
}

void Detector::fold() { backbone.fold(); }

void Detector::to(const at::Device &device)
{
    for (const NamedTensor &entry : tensors()) {
        at::Tensor moved = entry.tensor->to(device);
        *entry.tensor = moved.dim() == 4 ? moved.contiguous(at::MemoryFormat::ChannelsLast) : moved;
    }
}

}  // namespace fcoscope
