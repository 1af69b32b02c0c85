// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/losses.h"

namespace fcoscope {

void Targets::to(const at::Device &device)
{
    for (at::Tensor *tensor : {&location, &classIndex, &distances, &centerness})
        *tensor = tensor->to(device, tensor->scalar_type(), /*non_blocking=*/true);
}

void TargetsBuilder::add(const Assignment &assignment, const std::vector<int> &classOfBox,
                         const std::vector<Level> &levels, int imageInBatch)
{
    std::vector<int64_t> first(levels.size(), 0);
    int64_t all = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
        first[i] = all;
        all += levels[i].locations();
    }
    for (const Positive &positive : assignment.positives) {
        location_.push_back(imageInBatch * all + first[static_cast<size_t>(positive.level)] + positive.location);
        classIndex_.push_back(classOfBox[static_cast<size_t>(positive.box)]);
        const Distances &d = positive.distances;
        for (const double side : {d.left, d.top, d.right, d.bottom})
            distances_.push_back(static_cast<float>(side));
        centerness_.push_back(positive.centerness);
    }
}

Targets TargetsBuilder::finish() const
{
    Targets targets;
    const auto count = static_cast<int64_t>(location_.size());
    targets.location = at::tensor(location_, at::kLong);
    targets.classIndex = at::tensor(classIndex_, at::kLong);
    targets.distances = at::tensor(distances_, at::kFloat).view({count, 4});
    targets.centerness = at::tensor(centerness_, at::kFloat);
    for (const float c : centerness_)
        targets.centernessSum += c;
    return targets;
}

FlatOutputs flattened(const std::vector<LevelTensors> &levels)
{
    const auto flat = [](const at::Tensor &map) {  // [B, C, H, W] → [B, H·W, C]; no copy for channels-last maps
        return map.permute({0, 2, 3, 1}).reshape({map.size(0), -1, map.size(1)});
    };
    std::vector<at::Tensor> classes, centernesses, distances;
    for (const LevelTensors &level : levels) {
        classes.push_back(flat(level.classLogits));
        distances.push_back(flat(level.distances));
        if (level.centernessLogits.defined())
            centernesses.push_back(flat(level.centernessLogits).squeeze(2));
    }
    return {at::cat(classes, 1), centernesses.empty() ? at::Tensor() : at::cat(centernesses, 1), at::cat(distances, 1)};
}

namespace {

/// Sum of the focal loss. The target is 0 everywhere but at the positives, so no one-hot tensor is made: the negative
/// term of everything, and at the positives the difference to the positive term.
at::Tensor focalLossSum(const at::Tensor &logits, const Targets &targets, double alpha, double gamma)
{
    const auto negativeTerm = [&](const at::Tensor &x) {
        return at::softplus(x) * at::sigmoid(x).pow(gamma) * (1 - alpha);
    };
    const auto positiveTerm = [&](const at::Tensor &x) {
        return at::softplus(-x) * at::sigmoid(-x).pow(gamma) * alpha;
    };
    at::Tensor sum = negativeTerm(logits).sum();
    if (targets.count() > 0) {
        const at::Tensor atPositives =
            logits.reshape({-1}).index_select(0, targets.location * logits.size(-1) + targets.classIndex);
        sum = sum + (positiveTerm(atPositives) - negativeTerm(atPositives)).sum();
    }
    return sum;
}

/// One loss for each row of l, t, r, b in pixels; all four are at least 0 in `predicted` and above 0 in `target`.
at::Tensor boxLoss(const at::Tensor &predicted, const at::Tensor &target, BoxLoss kind)
{
    const auto p = predicted.unbind(1), t = target.unbind(1);
    const at::Tensor overlap =
        (at::min(p[0], t[0]) + at::min(p[2], t[2])) * (at::min(p[1], t[1]) + at::min(p[3], t[3]));
    const at::Tensor all = (p[0] + p[2]) * (p[1] + p[3]) + (t[0] + t[2]) * (t[1] + t[3]) - overlap;
    const at::Tensor iou = overlap / (all + 1e-7);
    switch (kind) {
    case BoxLoss::LinearIou:
        return 1 - iou;
    case BoxLoss::LogIou:
        return -at::log(iou.clamp_min(1e-6));
    case BoxLoss::Diou:
    case BoxLoss::Ciou:
    case BoxLoss::Eiou:
    case BoxLoss::Giou:
        break;
    }
    const at::Tensor hull = (at::max(p[0], t[0]) + at::max(p[2], t[2])) * (at::max(p[1], t[1]) + at::max(p[3], t[3]));
    return 1 - (iou - (hull - all) / (hull + 1e-7));
}

}  // namespace

Losses computeLosses(const FlatOutputs &outputs, const Targets &targets, const Profile &profile)
{
    const double positives = std::max<double>(1, static_cast<double>(targets.count()));
    Losses losses;
    losses.classification =
        focalLossSum(outputs.classLogits, targets, profile.focalAlpha, profile.focalGamma) / positives;
    if (targets.count() == 0) {  // zero, but still a function of the outputs, so that every weight gets a gradient
        losses.box = outputs.distances.sum() * 0;
        losses.centerness =
            outputs.centernessLogits.defined() ? outputs.centernessLogits.sum() * 0 : at::zeros_like(losses.box);
        return losses;
    }
    const at::Tensor predicted = outputs.distances.reshape({-1, 4}).index_select(0, targets.location);
    const at::Tensor each = boxLoss(predicted, targets.distances, profile.boxLoss);
    losses.box = profile.boxLossWeight == BoxLossWeight::Centerness
                     ? (each * targets.centerness).sum() / std::max(targets.centernessSum, 1e-6)
                     : each.sum() / positives;
    if (outputs.centernessLogits.defined()) {
        const at::Tensor logits = outputs.centernessLogits.reshape({-1}).index_select(0, targets.location);
        losses.centerness =
            at::binary_cross_entropy_with_logits(logits, targets.centerness, {}, {}, at::Reduction::Sum) / positives;
    } else {
        losses.centerness = at::zeros_like(losses.box);
    }
    return losses;
}

}  // namespace fcoscope
