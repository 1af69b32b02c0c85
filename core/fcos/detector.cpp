// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/detector.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

namespace fcoscope {

Pyramid Pyramid::make(const NetworkOptions &options, const std::array<int64_t, 3> &in, std::vector<int> levels)
{
    const int64_t channels = options.pyramidChannels;
    Pyramid pyramid;
    pyramid.upsampling = options.upsampling;
    pyramid.p6Source = options.p6Source;
    const auto answers = [&](int level) { return std::find(levels.begin(), levels.end(), level) != levels.end(); };
    if (levels.back() > 5)
        pyramid.extra[0] = Conv::make(options.p6Source == P6Source::P5 ? channels : in[2], channels, 3, 2, true);
    if (levels.back() > 6)
        pyramid.extra[1] = Conv::make(channels, channels, 3, 2, true);
    bool needed = false;
    for (size_t i = 0; i < 3; ++i) {
        const bool feedsP6 = i == 2 && pyramid.extra[0].exists() && options.p6Source == P6Source::P5;
        if (answers(static_cast<int>(i) + 3) || feedsP6) {
            pyramid.output[i] = Conv::make(channels, channels, 3, 1, true);
            needed = true;
        }
        if (needed)
            pyramid.lateral[i] = Conv::make(in[i], channels, 1, 1, true);
    }
    pyramid.levels = std::move(levels);
    return pyramid;
}

std::vector<at::Tensor> Pyramid::operator()(const std::array<at::Tensor, 3> &features, const Pass &pass) const
{
    std::array<at::Tensor, 5> all;  // P3 … P7
    at::Tensor merged;
    for (size_t i = 3; i-- > 0 && lateral[i].exists();) {
        pass.checkStop();
        at::Tensor own = lateral[i](features[i]);
        if (merged.defined()) {  // to the lateral's exact size: sizes need not double
            const std::array<int64_t, 2> size{own.size(2), own.size(3)};
            own = own + (upsampling == Upsampling::Nearest ? at::upsample_nearest2d(merged, size)
                                                           : at::upsample_bilinear2d(merged, size, false));
        }
        merged = own;
        if (output[i].exists())
            all[i] = output[i](merged);
    }
    pass.checkStop();
    if (extra[0].exists())
        all[3] = extra[0](p6Source == P6Source::P5 ? all[2] : features[2]);
    if (extra[1].exists())  // P6 itself is handed on without ReLU
        all[4] = extra[1](at::relu(all[3]));
    std::vector<at::Tensor> answered;
    for (const int level : levels)
        answered.push_back(all[static_cast<size_t>(level) - 3]);
    return answered;
}

void Pyramid::collect(NamedTensors &names, const std::string &prefix)
{
    for (size_t i = 0; i < 3; ++i)
        lateral[i].collect(names, prefix + ".lateral." + std::to_string(i + 3));
    for (size_t i = 0; i < 3; ++i)
        output[i].collect(names, prefix + ".output." + std::to_string(i + 3));
    for (size_t i = 0; i < 2; ++i)
        extra[i].collect(names, prefix + ".p" + std::to_string(i + 6));
}

TowerLayer TowerLayer::make(const NetworkOptions &options, size_t levels)
{
    const int64_t channels = options.pyramidChannels;
    TowerLayer layer{Conv::make(channels, channels, 3, 1, options.towerBias), {}, {}, false};
    if (options.towerNorm == TowerNorm::Group) {
        if (channels % options.towerGroups != 0)
            throw UserError(message("core", "{0} pyramid channels cannot be split into {1} groups of equal size.")
                                .with(channels, options.towerGroups));
        layer.group = GroupNorm::make(channels, options.towerGroups);
    } else if (options.towerNorm != TowerNorm::None) {
        const size_t norms = options.towerNorm == TowerNorm::BatchPerLevel ? levels : 1;
        for (size_t i = 0; i < norms; ++i)
            layer.batch.push_back(BatchNorm::make(channels, 1e-5, /*frozen=*/false));
        layer.perLevel = options.towerNorm == TowerNorm::BatchPerLevel;
    }
    return layer;
}

at::Tensor TowerLayer::operator()(const at::Tensor &x, size_t level, const Pass &pass) const
{
    pass.checkStop();
    at::Tensor y = conv(x);
    if (group)
        y = (*group)(y);
    else if (!batch.empty())
        y = batch[perLevel ? level : 0](y, pass);
    return y.relu_();
}

void TowerLayer::collect(NamedTensors &names, const std::string &prefix)
{
    conv.collect(names, prefix + ".conv");
    if (group)
        group->collect(names, prefix + ".norm");
    for (size_t i = 0; i < batch.size(); ++i)
        batch[i].collect(names, prefix + ".norm" + (perLevel ? "." + std::to_string(i) : ""));
}

void TowerLayer::fold()
{
    if (batch.empty() || perLevel)
        return;
    conv = folded(conv, batch.front());
    batch.clear();
}

Head Head::make(const NetworkOptions &options, size_t levels)
{
    const int64_t channels = options.pyramidChannels;
    Head head;
    head.branch = options.centernessBranch;
    for (int i = 0; i < options.sharedTowerDepth; ++i)
        head.sharedTower.push_back(TowerLayer::make(options, levels));
    for (int i = 0; i < options.towerDepth; ++i) {
        head.classTower.push_back(TowerLayer::make(options, levels));
        head.boxTower.push_back(TowerLayer::make(options, levels));
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

at::Tensor distancesOf(const at::Tensor &prediction, const at::Tensor &scale, const Profile &profile, size_t level)
{
    at::Tensor distances = scale.defined() ? prediction * scale : prediction;
    distances = profile.boxActivation == BoxActivation::Relu ? at::relu(distances) : at::exp(distances);
    return profile.boxUnit == BoxUnit::Strides ? distances * profile.strides[level] : distances;
}

LevelTensors Head::operator()(const at::Tensor &features, size_t level, const Profile &profile, const Pass &pass) const
{
    const auto through = [&](const Tower &tower, at::Tensor x) {
        for (const TowerLayer &layer : tower)
            x = layer(x, level, pass);
        return x;
    };
    const at::Tensor forBoth = through(sharedTower, features), forClass = through(classTower, forBoth),
                     forBox = through(boxTower, forBoth);
    LevelTensors said;
    said.classLogits = classPrediction(forClass);
    if (centernessPrediction.exists())
        said.centernessLogits = centernessPrediction(branch == CenternessBranch::ClassTower ? forClass : forBox);
    said.distances = distancesOf(boxPrediction(forBox), scales.empty() ? at::Tensor() : scales[level], profile, level);
    return said;
}

void Head::collect(NamedTensors &names, const std::string &prefix)
{
    const auto tower = [&](Tower &layers, const std::string &name) {
        for (size_t i = 0; i < layers.size(); ++i)
            layers[i].collect(names, prefix + "." + name + "." + std::to_string(i));
    };
    tower(sharedTower, "share_tower");
    tower(classTower, "cls_tower");
    tower(boxTower, "reg_tower");
    classPrediction.collect(names, prefix + ".cls_pred");
    boxPrediction.collect(names, prefix + ".reg_pred");
    centernessPrediction.collect(names, prefix + ".ctr_pred");
    for (size_t i = 0; i < scales.size(); ++i)
        names.push_back({prefix + ".scale." + std::to_string(i), &scales[i], Role::Offset});
}

void Head::fold()
{
    for (Tower *tower : {&sharedTower, &classTower, &boxTower})
        for (TowerLayer &layer : *tower)
            layer.fold();
}

namespace {

std::vector<int> levelsOf(const std::vector<double> &strides)
{
    std::vector<int> levels;
    for (const double stride : strides) {
        int level = 3;
        while (level < 7 && (1 << level) < stride)
            ++level;
        if (stride != 1 << level)
            throw UserError(message("core", "The strides of this network must be some of 8, 16, 32, 64 and 128."));
        levels.push_back(level);
    }
    return levels;
}

}  // namespace

Detector Detector::make(const NetworkOptions &options, const Profile &profile)
{
    checkProfile(profile);
    Detector detector;
    detector.options = options;
    detector.profile = profile;
    detector.backbone = ResNet::make(options);
    detector.pyramid = Pyramid::make(options, detector.backbone.channels, levelsOf(profile.strides));
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

void Detector::fold()
{
    backbone.fold();
    head.fold();
}

void Detector::to(const at::Device &device)
{
    for (const NamedTensor &entry : tensors()) {
        at::Tensor moved = entry.tensor->to(device);
        *entry.tensor = moved.dim() == 4 ? moved.contiguous(at::MemoryFormat::ChannelsLast) : moved;
    }
}

}  // namespace fcoscope
