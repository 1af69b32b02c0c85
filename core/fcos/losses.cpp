// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/losses.h"

#include <cmath>
#include <numbers>

namespace fcoscope {

void Targets::to(const at::Device &device)
{
    for (at::Tensor *tensor : {&location, &classIndex, &distances, &centerness, &stride, &level})
        *tensor = tensor->to(device, tensor->scalar_type(), /*non_blocking=*/true);
}

void Targets::pin()
{
    for (at::Tensor *tensor : {&location, &classIndex, &distances, &centerness, &stride, &level})
        *tensor = tensor->pin_memory();
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
    ofLevel_.resize(std::max(ofLevel_.size(), levels.size()), 0);
    for (const Positive &positive : assignment.positives) {
        const auto itsClass = static_cast<size_t>(classOfBox[static_cast<size_t>(positive.box)]);
        ofClass_.resize(std::max(ofClass_.size(), itsClass + 1), 0);
        ++ofClass_[itsClass];
        ++ofLevel_[static_cast<size_t>(positive.level)];
        level_.push_back(positive.level);
        location_.push_back(imageInBatch * all + first[static_cast<size_t>(positive.level)] + positive.location);
        classIndex_.push_back(static_cast<int64_t>(itsClass));
        const Distances &d = positive.distances;
        for (const double side : {d.left, d.top, d.right, d.bottom})
            distances_.push_back(static_cast<float>(side));
        centerness_.push_back(positive.centerness);
        stride_.push_back(static_cast<float>(levels[static_cast<size_t>(positive.level)].stride));
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
    targets.stride = at::tensor(stride_, at::kFloat).view({count, 1});
    targets.level = at::tensor(level_, at::kLong);
    targets.positivesOfLevel = ofLevel_;
    targets.positivesOfClass = ofClass_;
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

/// Logits of probabilities that stay `away` from 0 and 1; as with a clamp of the probabilities, those beyond learn
/// nothing.
at::Tensor clamped(const at::Tensor &logits, double away)
{
    const double limit = away > 0 ? std::log((1 - away) / away) : 0;
    return away > 0 ? logits.clamp(-limit, limit) : logits;
}

/// Two boxes round the same location, given by their distances, and what all IoU losses are made of. [P] each.
struct BoxPair {
    at::Tensor overlap, joint;         ///< areas of intersection and union
    at::Tensor hullWidth, hullHeight;  ///< of the smallest box round both
    IouGuard guard;

    BoxPair(const std::vector<at::Tensor> &p, const std::vector<at::Tensor> &t, IouGuard its)
        : overlap((at::min(p[0], t[0]) + at::min(p[2], t[2])) * (at::min(p[1], t[1]) + at::min(p[3], t[3]))),
          joint((p[0] + p[2]) * (p[1] + p[3]) + (t[0] + t[2]) * (t[1] + t[3]) - overlap),
          hullWidth(at::max(p[0], t[0]) + at::max(p[2], t[2])), hullHeight(at::max(p[1], t[1]) + at::max(p[3], t[3])),
          guard(its)
    {
    }

    at::Tensor iou() const
    {
        switch (guard) {
        case IouGuard::Epsilon:
            return overlap / (joint + 1e-7);
        case IouGuard::Clamp:
            return overlap / joint.clamp_min(1e-6);
        case IouGuard::CoarseClamp:
            return overlap / joint.clamp_min(1e-4);
        default:
            return (overlap + 1) / (joint + 1);
        }
    }
    at::Tensor logIou() const
    {
        const bool positive = guard == IouGuard::PlusOne || guard == IouGuard::PlusOneOnly;
        return at::log(positive ? iou() : iou().clamp_min(1e-6));
    }
    /// The part of the smallest box round both that neither fills.
    at::Tensor wasted() const
    {
        const at::Tensor hull = hullWidth * hullHeight;
        switch (guard) {
        case IouGuard::Epsilon:
            return (hull - joint) / (hull + 1e-7);
        case IouGuard::PlusOne:
            return (hull + 1e-7 - joint) / (hull + 1e-7);
        case IouGuard::Clamp:
            return (hull - joint) / hull.clamp_min(1e-7);
        case IouGuard::CoarseClamp:
            return (hull - joint) / hull.clamp_min(1e-4);
        default:
            return (hull - joint) / hull;
        }
    }
    at::Tensor hullDiagonalSquared() const { return (hullWidth.square() + hullHeight.square()).clamp_min(1e-4); }
};

/// What DIoU, CIoU and EIoU (Zheng et al., 2020; Zhang et al., 2021) add to 1 − IoU.
at::Tensor penalty(const BoxPair &pair, const std::vector<at::Tensor> &p, const std::vector<at::Tensor> &t,
                   BoxLoss kind)
{
    const at::Tensor between = ((p[2] - p[0] - t[2] + t[0]).square() + (p[3] - p[1] - t[3] + t[1]).square()) / 4;
    const at::Tensor away = between / pair.hullDiagonalSquared();
    if (kind == BoxLoss::Diou)
        return away;
    const at::Tensor width = p[0] + p[2], height = p[1] + p[3], itsWidth = t[0] + t[2], itsHeight = t[1] + t[3];
    if (kind == BoxLoss::Eiou)
        return away + (width - itsWidth).square() / pair.hullWidth.square().clamp_min(1e-4) +
               (height - itsHeight).square() / pair.hullHeight.square().clamp_min(1e-4);
    const auto angle = [](const at::Tensor &w, const at::Tensor &h) { return at::atan(w / h.clamp_min(1e-4)); };
    const at::Tensor shape =
        (angle(itsWidth, itsHeight) - angle(width, height)).square() * (4 / (std::numbers::pi * std::numbers::pi));
    const at::Tensor weight = shape / (1 - pair.iou() + shape).clamp_min(1e-4);
    return away + weight.detach() * shape;  // the weight is no part of what is learnt (Zheng et al., 2020)
}

at::Tensor lossOf(const BoxPair &pair, const std::vector<at::Tensor> &p, const std::vector<at::Tensor> &t, BoxLoss kind)
{
    switch (kind) {
    case BoxLoss::Giou:
        return 1 - (pair.iou() - pair.wasted());
    case BoxLoss::LinearIou:
        return 1 - pair.iou();
    case BoxLoss::LogIou:
        return -pair.logIou();
    default:
        return 1 - (pair.iou() - penalty(pair, p, t, kind));
    }
}

/// The target is 0 everywhere but at the positives, so no one-hot tensor is made: the negative term of everything, and
/// at the positives the difference to the positive term.
void addFocalTerms(LossTerms &terms, const at::Tensor &logits, const Targets &targets, double alpha, double gamma)
{
    const auto negativeTerm = [&](const at::Tensor &x) {
        return at::softplus(x) * at::sigmoid(x).pow(gamma) * (1 - alpha);
    };
    const auto positiveTerm = [&](const at::Tensor &x) {
        return at::softplus(-x) * at::sigmoid(-x).pow(gamma) * alpha;
    };
    terms.asNegatives = negativeTerm(logits);
    if (targets.count() == 0)
        return;
    const at::Tensor atPositives =
        logits.reshape({-1}).index_select(0, targets.location * logits.size(-1) + targets.classIndex);
    terms.ofPositives = positiveTerm(atPositives) - negativeTerm(atPositives);
}

}  // namespace

at::Tensor boxLoss(const at::Tensor &predicted, const at::Tensor &target, BoxLoss kind, IouGuard guard)
{
    const auto p = predicted.unbind(1), t = target.unbind(1);
    return lossOf(BoxPair(p, t, guard), p, t, kind);
}

double nextClassNormalizer(ClassNormalizer rule, double last, int64_t positives)
{
    const double now = std::max<double>(1, static_cast<double>(positives));
    return rule == ClassNormalizer::MovingAverage ? 0.9 * last + 0.1 * now : now;
}

LossTerms lossTerms(const FlatOutputs &outputs, const Targets &targets, const Profile &profile)
{
    const auto ofPositives = [&](const at::Tensor &all) { return all.index_select(0, targets.location); };
    LossTerms terms;
    if (targets.count() > 0 || profile.learnFromEmptyBatches)
        addFocalTerms(terms, clamped(outputs.classLogits, profile.probabilityClamp), targets, profile.focalAlpha,
                      profile.focalGamma);

    at::Tensor predicted = ofPositives(outputs.distances.reshape({-1, 4})), wanted = targets.distances;
    if (profile.boxLossUnit == BoxUnit::Strides) {
        predicted = predicted / targets.stride;
        wanted = wanted / targets.stride;
    }
    const auto p = predicted.unbind(1), t = wanted.unbind(1);
    const BoxPair pair(p, t, profile.iouGuard);
    terms.box = lossOf(pair, p, t, profile.boxLoss);
    if (profile.boxLossWeight == BoxLossWeight::Centerness)
        terms.box = terms.box * targets.centerness;

    if (outputs.centernessLogits.defined()) {
        const at::Tensor logits = clamped(ofPositives(outputs.centernessLogits.flatten()), profile.probabilityClamp);
        const at::Tensor quality = profile.quality == QualityTarget::Iou ? pair.iou().detach() : targets.centerness;
        terms.centerness = at::binary_cross_entropy_with_logits(logits, quality, {}, {}, at::Reduction::None);
    }
    return terms;
}

LossNormalizers lossNormalizers(const Targets &targets, const Profile &profile)
{
    const double positives = std::max<double>(1, static_cast<double>(targets.count()));
    const bool byWeights =
        profile.boxLossWeight == BoxLossWeight::Centerness && profile.boxNormalizer == BoxNormalizer::WeightSum;
    return {byWeights ? std::max(targets.centernessSum, 1e-6) : positives, positives};
}

at::Tensor lossesOfLevels(const LossTerms &terms, const Targets &targets, const Profile &profile,
                          const std::vector<int64_t> &locationsOfLevel, double classNormalizer)
{
    const at::NoGradGuard noGradient;
    const LossNormalizers divideBy = lossNormalizers(targets, profile);
    const auto levels = static_cast<int64_t>(locationsOfLevel.size());
    const auto byLevel = [&](const at::Tensor &terms_) {  // [P] → [levels]
        const at::Tensor sums = at::zeros({levels}, terms.box.options().requires_grad(false));
        return terms_.defined() ? sums.index_add(0, targets.level, terms_.detach()) : sums;
    };
    at::Tensor classes = byLevel(terms.ofPositives);
    if (terms.asNegatives.defined()) {
        std::vector<at::Tensor> sums;
        for (const at::Tensor &level : terms.asNegatives.detach().sum({0, 2}).split_with_sizes(locationsOfLevel))
            sums.push_back(level.sum());
        classes = classes + at::stack(sums);
    }
    return at::stack({classes / classNormalizer, byLevel(terms.box) / divideBy.box,
                      byLevel(terms.centerness) / divideBy.centerness});
}

Losses computeLosses(const FlatOutputs &outputs, const Targets &targets, const Profile &profile, double classNormalizer)
{
    return lossesOf(lossTerms(outputs, targets, profile), outputs, targets, profile, classNormalizer);
}

Losses lossesOf(const LossTerms &terms, const FlatOutputs &outputs, const Targets &targets, const Profile &profile,
                double classNormalizer)
{
    const LossNormalizers divideBy = lossNormalizers(targets, profile);
    Losses losses;
    if (terms.asNegatives.defined()) {
        losses.classification = terms.asNegatives.sum();
        if (terms.ofPositives.defined())
            losses.classification = losses.classification + terms.ofPositives.sum();
        losses.classification = losses.classification / classNormalizer;
    } else {
        // Sums over nothing, here and below without positives: zero, but still a function of the outputs, so that every
        // weight gets a gradient.
        losses.classification = outputs.classLogits.flatten().index_select(0, targets.location).sum();
    }
    losses.box = terms.box.sum() / divideBy.box;
    losses.centerness =
        terms.centerness.defined() ? terms.centerness.sum() / divideBy.centerness : at::zeros_like(losses.box);
    return losses;
}

}  // namespace fcoscope
