// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/dialect.h"

#include <algorithm>
#include <cmath>

namespace fcoscope {
namespace {

using Weights = std::vector<std::pair<std::string, at::Tensor>>;

enum class Allowed { Never, Needed, Either };
enum class ScaleForm {
    None,     ///< it multiplies distances by nothing
    OneDim,   ///< [1] for each level
    ZeroDim,  ///< [] for each level
    Logs,     ///< one vector of logarithms
};
enum class Counters { Never, WhereTrained, Always };  ///< num_batches_tracked

/// What a codebase's FCOS can be (specification, sections 1 and 5.2, appendix A). What it can be told in a
/// configuration counts as possible. What is not said below is as it is in most of them.
struct Dialect {
    Allowed strideIn1x1 = Allowed::Either, towerBias = Allowed::Needed;
    Upsampling upsampling = Upsampling::Nearest;
    ScaleForm scale = ScaleForm::None;
    Counters counters = Counters::Always;
    double epsilon = 1e-5;
    bool sharedTower = false, basicBlocks = true, groups = true, onClassTower = false, fewerLevels = false;
    bool exponential = false, relu = true;  ///< exp(…) in pixels; relu(…) in strides
    std::vector<TowerNorm> norms{TowerNorm::Group};
    LocationRule locations = LocationRule::HalfStride;
};

const Dialect &dialectOf(Codebase codebase)
{
    static const Dialect tianzhi{.scale = ScaleForm::OneDim,
                                 .counters = Counters::Never,
                                 .epsilon = 0,
                                 .basicBlocks = false,
                                 .onClassTower = true,
                                 .exponential = true};
    static const Dialect adelaidet{.scale = ScaleForm::OneDim,
                                   .counters = Counters::WhereTrained,
                                   .sharedTower = true,
                                   .fewerLevels = true,
                                   .norms = {TowerNorm::Group, TowerNorm::BatchPerLevel}};
    static const Dialect torchvision{.strideIn1x1 = Allowed::Never, .locations = LocationRule::Torchvision};
    static const Dialect mmdetection{.towerBias = Allowed::Either,
                                     .scale = ScaleForm::ZeroDim,
                                     .onClassTower = true,
                                     .fewerLevels = true,
                                     .exponential = true,
                                     .norms = {TowerNorm::Group, TowerNorm::Batch}};
    static const Dialect simpleAicv{.strideIn1x1 = Allowed::Never,
                                    .towerBias = Allowed::Never,
                                    .upsampling = Upsampling::Bilinear,
                                    .scale = ScaleForm::Logs,
                                    .groups = false,
                                    .exponential = true,
                                    .relu = false};
    static const Dialect detectron2{.counters = Counters::WhereTrained};
    switch (codebase) {
    case Codebase::Tianzhi:
        return tianzhi;
    case Codebase::AdelaiDet:
        return adelaidet;
    case Codebase::Mmdetection:
        return mmdetection;
    case Codebase::SimpleAicv:
        return simpleAicv;
    case Codebase::Detectron2:
        return detectron2;
    default:
        return torchvision;
    }
}

/// Options of profile and network by name, as text: what the person would have to change.
struct Reasons {
    explicit Reasons(const ModelInfo &info) : network(info.network), profile(info.profile)
    {
        visit(table, network);
        visit(table, profile);
    }
    void unless(bool possible, const char *option, const std::string &wanted)
    {
        if (possible)
            return;
        const Option *known = table.find(option);
        texts.push_back(std::string(option) + " is " + (known ? known->get() : "") + ", but must be " + wanted);
    }
    NetworkOptions network;
    Profile profile;
    OptionTable table;
    std::vector<std::string> texts;
};

bool isTowerBias(const std::string &name)
{
    return name.find("_tower.") != std::string::npos && name.ends_with(".conv.bias");
}
bool isScale(const std::string &name)
{
    return name.starts_with("head.scale.");
}

void checkBackbone(Reasons &reasons, const Dialect &dialect)
{
    const NetworkOptions &network = reasons.network;
    const bool basic = network.backboneDepth < 50;
    reasons.unless(network.backboneWidth == 1, "backbone-width", "1");
    reasons.unless(dialect.basicBlocks || !basic, "backbone-depth", "50, 101 or 152");
    reasons.unless(dialect.groups || network.backboneGroups == 1, "backbone-groups", "1");
    reasons.unless(dialect.strideIn1x1 == Allowed::Either || basic || network.strideConv == StrideConv::Middle3x3,
                   "stride-conv", "3x3");
    reasons.unless(network.upsampling == dialect.upsampling, "upsampling",
                   dialect.upsampling == Upsampling::Nearest ? "nearest" : "bilinear");
}

void checkHead(Reasons &reasons, const Dialect &dialect)
{
    const NetworkOptions &network = reasons.network;
    reasons.unless(dialect.sharedTower || network.sharedTowerDepth == 0, "shared-tower-depth", "0");
    const bool known = std::count(dialect.norms.begin(), dialect.norms.end(), network.towerNorm) > 0;
    reasons.unless(known, "tower-norm", dialect.norms.back() == TowerNorm::Group ? "group" : "one of its own");
    reasons.unless(network.towerNorm != TowerNorm::Group || network.towerGroups == 32, "tower-groups", "32");
    reasons.unless(network.centernessBranch == CenternessBranch::BoxTower ||
                       (dialect.onClassTower && network.centernessBranch == CenternessBranch::ClassTower),
                   "centerness-branch", "box-tower");
}

void checkProfile(Reasons &reasons, const Dialect &dialect)
{
    const Profile &profile = reasons.profile;
    const std::vector<double> all{8, 16, 32, 64, 128};
    const bool fromP3 = profile.strides.size() >= 3 && profile.strides.size() <= 5 &&
                        std::equal(profile.strides.begin(), profile.strides.end(), all.begin());
    reasons.unless(fromP3 && (profile.strides.size() == 5 || dialect.fewerLevels), "strides", "8,16,32,64,128");
    const bool exponential = profile.boxActivation == BoxActivation::Exponential;
    reasons.unless(exponential ? dialect.exponential : dialect.relu, "box-activation",
                   exponential ? "relu" : "exponential");
    reasons.unless((profile.boxUnit == BoxUnit::Pixels) == exponential, "box-unit", exponential ? "pixels" : "strides");
    reasons.unless(profile.locations == dialect.locations, "locations",
                   dialect.locations == LocationRule::HalfStride ? "half-stride" : "torchvision");
}

void checkWeights(Reasons &reasons, const Dialect &dialect, const Weights &weights)
{
    for (const auto &[name, tensor] : weights) {
        const auto values = [&, &kept = tensor] { return kept.to(at::kFloat); };
        if (dialect.towerBias == Allowed::Never && isTowerBias(name) && values().any().item<bool>())
            reasons.texts.push_back(name + " is not 0, but must be");
        if (!isScale(name))
            continue;
        if (dialect.scale == ScaleForm::None && values().item<float>() != 1)
            reasons.texts.push_back(name + " is not 1, but must be");
        if (dialect.scale == ScaleForm::Logs && !(values().item<float>() > 0))
            reasons.texts.push_back(name + " is not above 0, but must be");
    }
}

std::string counterOf(const std::string &variance)
{
    return variance.substr(0, variance.rfind('.')) + ".num_batches_tracked";
}

/// The variance that gives the same norm with another eps.
at::Tensor withEpsilon(const at::Tensor &variance, double now, double then)
{
    return now == then ? variance : (variance.to(at::kDouble) + now - then).to(at::kFloat);
}

void addScales(Weights &theirs, const Dialect &dialect, Codebase codebase, const ModelInfo &info,
               const std::vector<at::Tensor> &scales)
{
    if (dialect.scale == ScaleForm::None)
        return;
    if (dialect.scale == ScaleForm::Logs) {
        theirs.emplace_back(*nameIn(codebase, "head.scale.0", info.network),
                            at::stack(scales).to(at::kDouble).log().to(at::kFloat));
        return;
    }
    for (size_t level = 0; level < scales.size(); ++level)
        theirs.emplace_back(*nameIn(codebase, "head.scale." + std::to_string(level), info.network),
                            dialect.scale == ScaleForm::OneDim ? scales[level].reshape({1}) : scales[level]);
}

}  // namespace

std::vector<std::string> obstacles(Codebase codebase, const ModelInfo &info, const Weights &weights)
{
    const Dialect &dialect = dialectOf(codebase);
    Reasons reasons(info);
    checkBackbone(reasons, dialect);
    checkHead(reasons, dialect);
    checkProfile(reasons, dialect);
    checkWeights(reasons, dialect, weights);
    return reasons.texts;
}

namespace {

/// Whether the norm whose variance they call `variance` counts its batches. A file that was read says so itself: of
/// AdelaiDet's real-time models the first stages are frozen, the others are not.
bool counts(const std::string &variance, const Dialect &dialect, Codebase codebase, const ModelInfo &info)
{
    const auto &read = info.ignored;
    const auto isCounter = [](const std::string &key) { return key.ends_with(".num_batches_tracked"); };
    if (info.codebase == nameOf(codebase) && std::any_of(read.begin(), read.end(), isCounter))
        return std::find(read.begin(), read.end(), counterOf(variance)) != read.end();
    const bool trained = info.network.backboneNorm == BackboneNorm::Trained ||
                         variance.find("backbone.") == std::string::npos;  // those of the towers always are
    return dialect.counters == Counters::Always || (dialect.counters == Counters::WhereTrained && trained);
}

}  // namespace

Weights inDialect(Codebase codebase, const ModelInfo &info, const Weights &weights)
{
    const Dialect &dialect = dialectOf(codebase);
    Weights theirs;
    std::vector<at::Tensor> scales(info.profile.strides.size(), at::ones({}));
    for (const auto &[name, tensor] : weights) {
        at::Tensor plain = tensor.to(at::kFloat);
        if (isScale(name)) {
            scales.at(std::stoul(name.substr(std::string("head.scale.").size()))) = plain;
            continue;
        }
        if (dialect.towerBias == Allowed::Never && isTowerBias(name))
            continue;
        if (name.starts_with("backbone.") && name.ends_with(".var"))
            plain = withEpsilon(plain, info.network.normEpsilon, dialect.epsilon);
        const std::string called = *nameIn(codebase, name, info.network);
        theirs.emplace_back(called, plain.contiguous());
        if (name.ends_with(".var") && counts(called, dialect, codebase, info))
            theirs.emplace_back(counterOf(called), at::zeros({}, at::kLong));
        if (dialect.towerBias == Allowed::Needed && !info.network.towerBias && name.ends_with(".conv.weight") &&
            name.find("_tower.") != std::string::npos)
            theirs.emplace_back(called.substr(0, called.rfind('.')) + ".bias", at::zeros({plain.size(0)}));
    }
    addScales(theirs, dialect, codebase, info, scales);
    return theirs;
}

}  // namespace fcoscope
