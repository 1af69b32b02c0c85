// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/layers.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"

namespace fcoscope {
namespace {

/// What there is to know about a kind, in the order in which the kinds lie over one another, the lowest first.
struct KindFacts {
    LayerKind kind;
    const char *name;
    bool heatMap, labels, model;
};
constexpr KindFacts allKinds[] = {
    {LayerKind::Activation, "activation", true, false, true},
    {LayerKind::ClassProbability, "class-probability", true, false, true},
    {LayerKind::Score, "score", true, false, true},
    {LayerKind::CenternessTarget, "centerness-target", true, true, false},
    {LayerKind::CenternessPredicted, "centerness-predicted", true, false, true},
    {LayerKind::CenternessDifference, "centerness-difference", true, true, true},
    {LayerKind::ClassLoss, "class-loss", true, true, true},
    {LayerKind::BoxLoss, "box-loss", true, true, true},
    {LayerKind::CenternessLoss, "centerness-loss", true, true, true},
    {LayerKind::StrideGrid, "stride-grid", false, false, false},
    {LayerKind::Assignment, "assignment", false, true, false},
    {LayerKind::Ambiguity, "ambiguity", false, true, false},
    {LayerKind::Labels, "labels", false, true, false},
    {LayerKind::Regression, "regression", false, false, false},  // either will do
};

const KindFacts &factsOf(LayerKind kind)
{
    return *std::find_if(std::begin(allKinds), std::end(allKinds),
                         [kind](const KindFacts &facts) { return facts.kind == kind; });
}

bool shows(const LocationMap &map)
{
    for (const std::vector<float> &level : map.values)
        if (std::any_of(level.begin(), level.end(), [](float value) { return !std::isnan(value); }))
            return true;
    return false;
}

/// What the layer lacks before anything is worked out; text empty: nothing.
Message lacking(const LensInput &input, LayerKind kind)
{
    if (needsModel(kind) && !input.raw)
        return message("core", "No model has looked at this image yet.");
    if (needsModel(kind) && input.raw->levels.empty() && kind != LayerKind::Activation)
        return message("core", "The model said nothing about this image.");
    if (needsLabels(kind) && !input.assigned)
        return message("core", "The image has no labels, and no detections stand in for them.");
    if (!input.raw && !input.assigned && (kind == LayerKind::StrideGrid || kind == LayerKind::Regression))
        return message("core", "Neither labels nor a model say anything about this image.");
    return {};
}

size_t levelsThere(const LensInput &input, LayerKind kind)
{
    const bool ofModel = input.raw && (needsModel(kind) || !input.assigned);
    return ofModel ? networkLevels(*input.raw, input.modelProfile).size() : input.assigned->levels.size();
}

Message whyNoActivation(const RawOutputs &raw, const Layer &layer)
{
    for (const FeatureMap &features : raw.features)
        if (features.name == layer.features)
            return message("core", "The feature map {0} has {1} channels; there is no channel {2}.")
                .with(layer.features, features.values.channels, layer.channel);
    return message("core", "The feature map {0} was not kept.").with(layer.features);
}

LocationMap activationMap(const RawOutputs &raw, const Layer &layer)
{
    for (const FeatureMap &features : raw.features)
        if (features.name == layer.features)
            return activation(features, raw.transform, layer.channel);
    return {};
}

Message whyNoDifference(const LensInput &input)
{
    if (!sameLocations(*input.assigned, *input.raw, input.modelProfile))
        return message("core", "The locations of this what if are not those of the network.");
    return message("core", "No location learns a label.");
}

/// The heat map of a layer; where it is empty or has no value anywhere, why.
struct MadeMap {
    LocationMap map;
    Message whyNot;
};
MadeMap lossMap(const LensInput &input, LocationMap LossTerrain::*loss)
{
    if (!input.losses)
        return {{},
                input.lossesMissing.text.empty() ? message("core", "The losses have not been worked out yet.")
                                                 : input.lossesMissing};
    return {(*input.losses).*loss, message("core", "No location learns a label.")};
}

MadeMap mapOf(const LensInput &input, const Layer &layer)
{
    const Profile &profile = input.modelProfile;
    const Message noClass = message("core", "The model has no class of that number.");
    const Message noCenterness = message("core", "This network has no centerness.");
    switch (layer.kind) {
    case LayerKind::CenternessTarget:
        return {centernessTarget(*input.assigned), message("core", "No location learns a label.")};
    case LayerKind::CenternessPredicted:
        return {centernessPredicted(*input.raw, profile), noCenterness};
    case LayerKind::CenternessDifference: {
        if (!hasCenterness(*input.raw, profile))
            return {{}, noCenterness};
        if (profile.quality == QualityTarget::Iou)
            return {{},
                    message("core", "This network's third branch learns the overlap of its boxes, not centerness.")};
        return {centernessDifference(*input.assigned, *input.raw, profile), whyNoDifference(input)};
    }
    case LayerKind::ClassProbability:
        return {classProbability(*input.raw, profile, layer.classIndex), noClass};
    case LayerKind::Score:
        return {scoreMap(*input.raw, profile, layer.classIndex), noClass};
    case LayerKind::ClassLoss:
        return lossMap(input, &LossTerrain::classLoss);
    case LayerKind::BoxLoss:
        return lossMap(input, &LossTerrain::boxLoss);
    case LayerKind::CenternessLoss:
        return lossMap(input, &LossTerrain::centernessLoss);
    case LayerKind::Activation:
        return {activationMap(*input.raw, layer), whyNoActivation(*input.raw, layer)};
    default:
        return {};
    }
}

/// Why a layer that is no heat map shows nothing; text empty: it does.
Message nothingToDraw(const LensFrame &frame, LayerKind kind)
{
    if (kind == LayerKind::Labels && frame.assigned->boxes.empty())
        return message("core", "None of the image's labels can be trained on.");
    if (kind == LayerKind::Ambiguity && frame.ambiguous.empty())
        return message("core", "No location is claimed by two labels.");
    return {};
}

LayerView viewOf(const LensInput &input, const LensFrame &frame, const Layer &layer)
{
    LayerView view{layer, {}, lacking(input, layer.kind)};
    if (!view.missing.text.empty())
        return view;
    if (layer.kind != LayerKind::Activation) {
        const size_t levels = levelsThere(input, layer.kind);
        if (layer.level >= 0 && static_cast<size_t>(layer.level) >= levels) {
            view.missing = message("core", "There are {0} levels; this layer asks for another one.").with(levels);
            return view;
        }
    }
    if (!isHeatMap(layer.kind)) {
        view.missing = nothingToDraw(frame, layer.kind);
        return view;
    }
    MadeMap made = mapOf(input, layer);
    const bool sparse = needsLabels(layer.kind) && layer.kind != LayerKind::ClassLoss;
    if (shows(made.map))
        view.map = std::move(made.map);
    else if (made.map.empty() || (sparse && frame.counts.positives == 0))
        view.missing = made.whyNot;
    else
        view.missing = message("core", "What the model says about this image is no number.");
    return view;
}

std::string point(double x, double y)
{
    return "(" + roundedText(x) + ", " + roundedText(y) + ")";
}

/// 1333 × 800 from this part of the image.
Message partText(const ImageTransform &t, bool trainingSample)
{
    if (trainingSample) {
        if (t.mirroredX && t.mirroredY)
            return message("core",
                           "Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored "
                           "left to right and top to bottom, padded to {6} × {7}");
        if (t.mirroredX)
            return message("core",
                           "Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored "
                           "left to right, padded to {6} × {7}");
        if (t.mirroredY)
            return message("core",
                           "Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored "
                           "top to bottom, padded to {6} × {7}");
        return message("core",
                       "Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, not mirrored, "
                       "padded to {6} × {7}");
    }
    if (t.mirroredX && t.mirroredY)
        return message("core",
                       "{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right and top "
                       "to bottom, padded to {6} × {7}");
    if (t.mirroredX)
        return message("core",
                       "{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right, padded "
                       "to {6} × {7}");
    if (t.mirroredY)
        return message("core",
                       "{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored top to bottom, padded "
                       "to {6} × {7}");
    return message("core", "{0} × {1} from the part {2} of {3} × {4}, resized by {5}, padded to {6} × {7}");
}

}  // namespace

std::vector<Layer> standardLayers()
{
    std::vector<Layer> layers;
    for (const KindFacts &facts : allKinds) {
        layers.emplace_back();
        layers.back().kind = facts.kind;
    }
    return layers;
}

const char *nameOf(LayerKind kind)
{
    return factsOf(kind).name;
}

std::optional<LayerKind> layerKindNamed(const std::string &name)
{
    for (const KindFacts &facts : allKinds)
        if (name == facts.name)
            return facts.kind;
    return std::nullopt;
}

Message titleOf(LayerKind kind)
{
    switch (kind) {
    case LayerKind::Labels:
        return message("core", "Labels");
    case LayerKind::Assignment:
        return message("core", "Assignment");
    case LayerKind::CenternessTarget:
        return message("core", "Centerness, target");
    case LayerKind::CenternessPredicted:
        return message("core", "Centerness, predicted");
    case LayerKind::CenternessDifference:
        return message("core", "Centerness, predicted − target");
    case LayerKind::ClassProbability:
        return message("core", "Class probability");
    case LayerKind::Score:
        return message("core", "Score");
    case LayerKind::Ambiguity:
        return message("core", "Ambiguous samples");
    case LayerKind::Regression:
        return message("core", "Regression");
    case LayerKind::ClassLoss:
        return message("core", "Classification loss");
    case LayerKind::BoxLoss:
        return message("core", "Box loss");
    case LayerKind::CenternessLoss:
        return message("core", "Centerness loss");
    case LayerKind::StrideGrid:
        return message("core", "Stride grid");
    case LayerKind::Activation:
        return message("core", "Feature map");
    }
    return {};
}

bool isHeatMap(LayerKind kind)
{
    return factsOf(kind).heatMap;
}

bool needsLabels(LayerKind kind)
{
    return factsOf(kind).labels;
}

bool needsModel(LayerKind kind)
{
    return factsOf(kind).model;
}

LensFrame makeLensFrame(const LensInput &input, const std::vector<Layer> &layers)
{
    LensFrame frame;
    frame.imageId = input.imageId;
    frame.assigned = input.assigned;
    frame.raw = input.raw;
    frame.modelProfile = input.modelProfile;
    if (input.assigned) {
        frame.ambiguous = ambiguousLocations(*input.assigned);
        frame.counts = countsOf(*input.assigned, frame.ambiguous);
        frame.detectionsStandIn = input.detectionsStandIn;
    }
    if (input.assigned || input.raw)
        frame.transform =
            transformText(input.assigned ? input.assigned->transform : input.raw->transform, input.trainingSample);
    for (const Layer &layer : layers) {
        if (!layer.visible)
            continue;
        frame.layers.push_back(viewOf(input, frame, layer));
        if (layer.kind == LayerKind::Assignment && input.assigned && frame.verdicts.empty())
            for (const Level &level : input.assigned->levels)
                frame.verdicts.push_back(furthestVerdicts(input.assigned->boxes, level, input.assigned->profile));
    }
    return frame;
}

Message transformText(const ImageTransform &t, bool trainingSample)
{
    const std::string byX = roundedText(t.scaleX, 3), byY = roundedText(t.scaleY, 3);
    const std::string scale = byX == byY ? byX : byX + " × " + byY;
    const Size image = t.imageSize, content = t.contentSize, padded = t.paddedSize;
    const bool whole = t.crop == Box{0, 0, double(image.width), double(image.height)};
    if (whole && !trainingSample && !t.mirroredX && !t.mirroredY)
        return message("core", "{0} × {1} resized from {2} × {3} by {4}, padded to {5} × {6}")
            .with(content.width, content.height, image.width, image.height, scale, padded.width, padded.height);
    const std::string part = point(t.crop.x1, t.crop.y1) + " – " + point(t.crop.x2, t.crop.y2);
    return partText(t, trainingSample)
        .with(content.width, content.height, part, image.width, image.height, scale, padded.width, padded.height);
}

}  // namespace fcoscope
