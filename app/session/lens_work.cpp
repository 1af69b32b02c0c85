// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/lens_work.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/data/augment.h"
#include "core/fcos/loss_terrain.h"

namespace fcoscope {
namespace {

/// Samples as `fcos train` makes them unless told otherwise, of the size that the profile asks for.
AugmentOptions augmentationFor(const Profile &profile)
{
    AugmentOptions options;
    options.width = std::max(32, profile.longSide / 32 * 32);
    options.height = std::max(32, profile.shortSide / 32 * 32);
    return options;
}

std::vector<Label> asLabels(const std::vector<Detection> &detections)
{
    std::vector<Label> labels;
    for (const Detection &detection : detections)
        labels.push_back({detection.box, detection.classIndex});
    return labels;
}

/// Whether the detections are assigned for want of labels, or because they are asked for.
bool detectionsAreAssigned(const LensQuestion &question)
{
    return question.whatIf.labels == LabelSource::Detections ||
           (question.whatIf.labels == LabelSource::Auto && !question.labelled);
}

AssignedImage assigned(const LensQuestion &question, const std::vector<Label> &labels)
{
    if (!question.whatIf.trainingSample)
        return assignImage(question.imageId, question.image, labels, question.whatIf.profile);
    const AugmentOptions augmentation = augmentationFor(question.whatIf.profile);
    const SampleGeometry sample =
        sampleGeometry(question.image, labels, augmentation, static_cast<uint64_t>(question.whatIf.sampleSeed), 0, 0);
    return assignSample(question.imageId, sample.labels, sample.transform, sample.transform.paddedSize,
                        question.whatIf.profile);
}

bool anyVisible(const std::vector<Layer> &layers, std::initializer_list<LayerKind> kinds)
{
    return std::any_of(layers.begin(), layers.end(), [&](const Layer &layer) {
        return layer.visible && std::find(kinds.begin(), kinds.end(), layer.kind) != kinds.end();
    });
}

void workOutLosses(LensInput &input, const LensQuestion &question)
{
    if (!wantsLosses(question.layers) || !question.findings || !input.assigned)
        return;
    // The model's classes come first in the question's list.
    const ModelInfo &info = question.findings->model->info;
    std::vector<int> classes;
    for (const Label &label : input.assigned->labels)
        classes.push_back(label.classIndex < static_cast<int>(info.classNames.size()) ? label.classIndex : -1);
    try {
        input.losses =
            std::make_shared<const LossTerrain>(lossTerrain(*question.findings->raw, *input.assigned, classes, info));
    } catch (const UserError &error) {
        input.lossesMissing = error.message();
    }
}

}  // namespace

bool wantsLosses(const std::vector<Layer> &layers)
{
    return anyVisible(layers, {LayerKind::ClassLoss, LayerKind::BoxLoss, LayerKind::CenternessLoss});
}

bool wantsFeatures(const std::vector<Layer> &layers)
{
    return anyVisible(layers, {LayerKind::Activation});
}

LookPtr lookAt(const LensQuestion &question, const RunContext &context)
{
    auto look = std::make_shared<Look>();
    look->classNames = question.classNames;
    LensInput input;
    input.imageId = question.imageId;
    const bool detections = detectionsAreAssigned(question);
    input.detectionsStandIn = detections;
    input.trainingSample = question.whatIf.trainingSample;
    std::vector<Label> labels = question.labels;
    if (detections)
        labels = question.findings ? asLabels(question.findings->detections) : std::vector<Label>();
    if (!detections || question.findings) {
        input.assigned = std::make_shared<const AssignedImage>(assigned(question, labels));
        if (question.whatIf.profile != question.ownProfile)
            look->unchanged = countsOf(assignImage(question.imageId, question.image, labels, question.ownProfile));
    }
    if (context.shouldStop())
        throw Stopped{};
    look->findings = question.findings;
    if (question.findings) {
        // Here and not where detections are made: whoever moves a threshold need not wait for what few look at.
        const Findings &found = *question.findings;
        look->trace =
            question.before && question.before->findings == question.findings
                ? question.before->trace
                : std::make_shared<const DecodeTrace>(traceDecode(*found.read, found.profile, found.profile.decode));
        input.raw = question.findings->read;
        input.modelProfile = question.findings->profile;
    }
    workOutLosses(input, question);
    look->frame = std::make_shared<const LensFrame>(makeLensFrame(input, question.layers));
    return look;
}

}  // namespace fcoscope
