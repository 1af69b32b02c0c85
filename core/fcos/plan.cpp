// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/plan.h"

namespace fcoscope {
namespace {

/// One convolution that says what both say, first's channels first.
Conv together(const Conv &first, const Conv &second)
{
    const auto biasOf = [](const Conv &conv) {
        return conv.bias.defined() ? conv.bias : at::zeros({conv.weight.size(0)}, conv.weight.options());
    };
    Conv both = first;
    both.weight = at::cat({first.weight, second.weight});
    both.bias = at::cat({biasOf(first), biasOf(second)});
    return both;
}

GroupNorm together(const GroupNorm &first, const GroupNorm &second)
{
    GroupNorm both = first;
    both.weight = at::cat({first.weight, second.weight});
    both.bias = at::cat({first.bias, second.bias});
    both.groups = first.groups + second.groups;
    return both;
}

}  // namespace

/// Walks through a detector and prepares its layers.
struct Plan::Compiler {
    const at::Device device;
    const PlanBackend backend;

    PlannedConvPtr conv(const Conv &layer, Then then = Then::Nothing) const
    {
        return layer.exists() ? planned(layer, then, device, backend) : nullptr;
    }
    PlannedConvPtr conv(const ConvNorm &layer, Then then) const
    {
        return conv(layer.folded ? layer.conv : folded(layer.conv, layer.norm), then);
    }

    Block block(const ResidualBlock &layers) const
    {
        Block block;
        for (const ConvNorm &layer : layers.convs)
            block.convs.push_back(conv(layer, Then::Relu));
        if (!layers.down.empty())
            block.down = conv(layers.down.front(), Then::Nothing);
        return block;
    }

    TowerStep step(const TowerLayer &layer) const
    {
        TowerStep step;
        if (layer.group) {
            step.convs.push_back(conv(layer.conv));
            step.norm = std::make_unique<PlannedGroupNorm>(*layer.group, device, backend);
        } else if (layer.batch.empty()) {
            step.convs.push_back(conv(layer.conv, Then::Relu));
        }
        for (const BatchNorm &norm : layer.batch)
            step.convs.push_back(conv(folded(layer.conv, norm), Then::Relu));
        return step;
    }
    Steps steps(const Tower &tower, size_t first) const
    {
        Steps steps;
        for (size_t i = first; i < tower.size(); ++i)
            steps.push_back(step(tower[i]));
        return steps;
    }

    void backbone(Plan &plan, const ResNet &net) const
    {
        plan.stem_ = conv(net.stem, Then::Relu);
        for (size_t s = 0; s < plan.stages_.size(); ++s)
            for (const ResidualBlock &layers : net.stages[s])
                plan.stages_[s].push_back(block(layers));
    }

    void pyramid(Plan &plan, const Pyramid &layers) const
    {
        for (size_t i = 0; i < 3; ++i) {
            plan.lateral_[i] = conv(layers.lateral[i]);
            plan.output_[i] = conv(layers.output[i]);
        }
        for (size_t i = 0; i < 2; ++i)
            plan.extra_[i] = conv(layers.extra[i]);
        plan.levels_ = layers.levels;
        plan.upsampling_ = layers.upsampling;
        plan.p6Source_ = layers.p6Source;
    }

    void head(Plan &plan, const Head &layers) const
    {
        const bool oneInput = !layers.classTower.empty() && !layers.boxTower.empty() && layers.classTower[0].group &&
                              layers.boxTower[0].group;
        if (oneInput)
            plan.bothFirst_ = step({together(layers.classTower[0].conv, layers.boxTower[0].conv),
                                    together(*layers.classTower[0].group, *layers.boxTower[0].group),
                                    {},
                                    false});
        plan.sharedTower_ = steps(layers.sharedTower, 0);
        plan.classTower_ = steps(layers.classTower, oneInput ? 1 : 0);
        plan.boxTower_ = steps(layers.boxTower, oneInput ? 1 : 0);
        plan.centerness_ = layers.centernessPrediction.exists() ? layers.branch : CenternessBranch::None;
        const auto prediction = [&](const Conv &own, CenternessBranch branch) {
            return conv(plan.centerness_ == branch ? together(own, layers.centernessPrediction) : own);
        };
        plan.classPrediction_ = prediction(layers.classPrediction, CenternessBranch::ClassTower);
        plan.boxPrediction_ = prediction(layers.boxPrediction, CenternessBranch::BoxTower);
        plan.classes_ = layers.classPrediction.weight.size(0);
        for (const at::Tensor &scale : layers.scales)
            plan.scales_.push_back(scale.detach().to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true));
    }
};

Plan::Plan(const Detector &detector, const at::Device &device, PlanBackend backend)
    : backend_(backend), profile_(detector.profile)
{
    const at::NoGradGuard noGradient;
    const Compiler compile{device, backend};
    compile.backbone(*this, detector.backbone);
    compile.pyramid(*this, detector.pyramid);
    compile.head(*this, detector.head);
}

std::array<at::Tensor, 3> Plan::backbone(const at::Tensor &image, const Pass &pass) const
{
    at::Tensor x = maxPool((*stem_)(image), backend_);
    std::array<at::Tensor, 3> c;  // C3 … C5
    for (size_t s = 0; s < stages_.size(); ++s) {
        for (const Block &block : stages_[s]) {
            pass.checkStop();
            at::Tensor residual = block.down ? (*block.down)(x) : x;
            for (size_t i = 0; i + 1 < block.convs.size(); ++i) {
                x = (*block.convs[i])(x);
                pass.checkStop();
            }
            // Over the residual: nothing else looks at it. C3 … C5 are never one, because the next stage changes shape.
            x = block.convs.back()->addingTo(std::move(residual), x);
        }
        if (s > 0)
            c[s - 1] = x;
    }
    return c;
}

std::vector<at::Tensor> Plan::pyramid(const std::array<at::Tensor, 3> &c, const Pass &pass) const
{
    std::array<at::Tensor, 5> p;  // P3 … P7
    at::Tensor merged;
    for (size_t i = 3; i-- > 0 && lateral_[i];) {
        pass.checkStop();
        at::Tensor own = (*lateral_[i])(c[i]);
        if (merged.defined() && upsampling_ == Upsampling::Nearest)
            addEnlarged(own, merged, backend_);
        else if (merged.defined())
            own.add_(at::upsample_bilinear2d(merged, {own.size(2), own.size(3)}, /*align_corners=*/false));
        merged = own;
        if (output_[i])
            p[i] = (*output_[i])(merged);
    }
    pass.checkStop();
    if (extra_[0])
        p[3] = (*extra_[0])(p6Source_ == P6Source::P5 ? p[2] : c[2]);
    if (extra_[1])
        p[4] = (*extra_[1])(at::relu(p[3]));
    std::vector<at::Tensor> answered;
    for (const int level : levels_)
        answered.push_back(p[static_cast<size_t>(level) - 3]);
    return answered;
}

std::vector<FeatureMap> Plan::kept(const std::array<at::Tensor, 3> &c, const std::vector<at::Tensor> &levels,
                                   const Pass &pass) const
{
    std::vector<FeatureMap> maps;
    const auto keep = [&](char kind, int level, const at::Tensor &map) {
        pass.checkStop();
        maps.push_back({kind + std::to_string(level), static_cast<double>(1 << level), gridOf(map)});
    };
    for (size_t i = 0; i < c.size(); ++i)
        keep('C', static_cast<int>(i) + 3, c[i]);
    for (size_t i = 0; i < levels.size(); ++i)
        keep('P', levels_[i], levels[i]);
    return maps;
}

LevelOutputs Plan::said(at::Tensor features, size_t level, const Pass &pass) const
{
    const auto convOf = [&](const TowerStep &step, const at::Tensor &x) {
        pass.checkStop();
        return (*step.convs[step.convs.size() > 1 ? level : 0])(x);
    };
    const auto through = [&](const Steps &steps, at::Tensor x) {
        for (const TowerStep &step : steps) {
            x = convOf(step, x);
            if (step.norm)
                x = (*step.norm)(std::move(x));
        }
        return x;
    };
    features = through(sharedTower_, std::move(features));
    std::pair<at::Tensor, at::Tensor> first{features, features};
    if (bothFirst_.norm)
        first = bothFirst_.norm->halves(convOf(bothFirst_, features));
    features.reset();

    LevelOutputs said;
    const auto takeCenterness = [&](const at::Tensor &map, CenternessBranch branch) {
        if (centerness_ == branch)
            said.centernessLogits = gridOf(map.narrow(1, map.size(1) - 1, 1));
    };
    const at::Tensor classes = (*classPrediction_)(through(classTower_, std::move(first.first)));
    said.classLogits = gridOf(classes.narrow(1, 0, classes_));
    takeCenterness(classes, CenternessBranch::ClassTower);
    const at::Tensor box = (*boxPrediction_)(through(boxTower_, std::move(first.second)));
    takeCenterness(box, CenternessBranch::BoxTower);
    said.distances =
        gridOf(distancesOf(box.narrow(1, 0, 4), scales_.empty() ? at::Tensor() : scales_[level], profile_, level));
    return said;
}

std::vector<LevelOutputs> Plan::run(const at::Tensor &image, const RunContext &context,
                                    std::vector<FeatureMap> *features) const
{
    TORCH_CHECK(image.dim() == 4 && image.size(0) == 1, "a plan looks at one image at a time");
    const c10::InferenceMode inference;
    const Arena::Use use(*arena_);
    const Pass pass{false, &context};
    std::vector<at::Tensor> maps;
    {
        const std::array<at::Tensor, 3> c = backbone(image.contiguous(at::MemoryFormat::ChannelsLast), pass);
        maps = pyramid(c, pass);
        if (features)
            *features = kept(c, maps, pass);
    }
    std::vector<LevelOutputs> outputs;
    for (size_t i = 0; i < maps.size(); ++i)
        outputs.push_back(said(std::move(maps[i]), i, pass));
    return outputs;
}

void Plan::rest() const
{
    arena_->release();
}

}  // namespace fcoscope
