// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/figures.h"

#include <algorithm>

#include "app/session/findings.h"
#include "core/base/error.h"
#include "core/data/image.h"
#include "core/fcos/engine.h"
#include "core/fcos/loss_terrain.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

bool anyVisible(const std::vector<Layer> &layers, std::initializer_list<LayerKind> kinds)
{
    return std::any_of(layers.begin(), layers.end(), [&](const Layer &layer) {
        return layer.visible && std::find(kinds.begin(), kinds.end(), layer.kind) != kinds.end();
    });
}

/// Of each label its class as the model counts them, by name; -1 where the model has none of that name.
std::vector<int> classesOfModel(const std::vector<Label> &labels, const std::vector<std::string> &names,
                                const std::vector<std::string> &modelNames)
{
    std::vector<int> classes;
    for (const Label &label : labels) {
        const auto index = static_cast<size_t>(label.classIndex);
        const auto found =
            index < names.size() ? std::find(modelNames.begin(), modelNames.end(), names[index]) : modelNames.end();
        classes.push_back(found == modelNames.end() ? -1 : static_cast<int>(found - modelNames.begin()));
    }
    return classes;
}

void workOutLosses(LensInput &input, const SeenImage &seen, const ModelInfo &info)
{
    try {
        const auto classes = classesOfModel(input.assigned->labels, seen.labelNames, seen.modelNames);
        input.losses = std::make_shared<const LossTerrain>(lossTerrain(*input.raw, *input.assigned, classes, info));
    } catch (const UserError &error) {
        input.lossesMissing = error.message();
    }
}

}  // namespace

FigureMaterial openForFigures(const FigureSource &source)
{
    FigureMaterial material;
    material.dataset = readDataset(source.data, source.dataset);
    if (material.dataset.images.empty())
        throw UserError(message("core", "The data set {0} has no images that can be used.").with(source.data.string()));
    if (!source.model.empty()) {
        configureEngine();
        material.model = std::make_shared<const Predictor>(Predictor::load(source.model, source.device));
        material.decode = material.model->info().profile.decode;
    }
    return material;
}

size_t chosenImage(const Dataset &dataset, const std::string &name, int index)
{
    const size_t count = dataset.images.size();
    if (name.empty()) {
        if (index < 0 || static_cast<size_t>(index) >= count)
            throw UserError(message("core", "There is no image {0} in {1}: its images are 0 to {2}.")
                                .with(index, dataset.name, count - 1));
        return static_cast<size_t>(index);
    }
    const auto isMeant = [&](const DatasetImage &image) {
        return image.file == name ||
               (image.file.ends_with(name) && image.file[image.file.size() - name.size() - 1] == '/');
    };
    const auto found = std::find_if(dataset.images.begin(), dataset.images.end(), isMeant);
    if (found == dataset.images.end())
        throw UserError(message("core", "There is no image {0} in {1}.").with(name, dataset.name));
    if (const auto other = std::find_if(found + 1, dataset.images.end(), isMeant); other != dataset.images.end())
        throw UserError(message("core", "Several images are meant by {0}, {1} and {2} among them.")
                            .with(name, found->file, other->file));
    return static_cast<size_t>(found - dataset.images.begin());
}

SeenImage seeImage(const FigureMaterial &material, size_t index, const Profile &profile,
                   const std::vector<Layer> &layers, const RunContext &context)
{
    const DatasetImage &from = material.dataset.images.at(index);
    const Image image = readImage(from.file);
    SeenImage seen;
    seen.picture = toQImage(image).copy();
    seen.labelNames = material.dataset.classNames;

    LensInput input;
    input.imageId = from.file;
    if (material.model) {
        const ModelInfo &info = material.model->info();
        seen.modelNames = classNamesOn(info, material.dataset.classNames);
        const Keep keep = anyVisible(layers, {LayerKind::Activation}) ? Keep::Features : Keep::Outputs;
        input.raw = material.model->run(image, context, nullptr, keep);
        input.modelProfile = info.profile;
        seen.detections = decode(*input.raw, info.profile, material.decode);
    }
    std::vector<Label> labels = from.labels;
    const bool standIn = !material.dataset.labelled && material.model;
    if (standIn) {
        labels.clear();
        for (const Detection &detection : seen.detections)
            labels.push_back({detection.box, detection.classIndex});
        seen.labelNames = seen.modelNames;
    }
    if (material.dataset.labelled || standIn)
        input.assigned = std::make_shared<const AssignedImage>(assignImage(from.file, image.size, labels, profile));
    if (input.raw && input.assigned &&
        anyVisible(layers, {LayerKind::ClassLoss, LayerKind::BoxLoss, LayerKind::CenternessLoss}))
        workOutLosses(input, seen, material.model->info());
    seen.frame = makeLensFrame(input, layers);
    seen.frame.detectionsStandIn = standIn;
    if (input.assigned || input.raw)
        seen.frame.transform = transformText(input.assigned ? input.assigned->transform : input.raw->transform, false);
    return seen;
}

DecodeOptions candidatesOf(const Profile &profile)
{
    DecodeOptions options = profile.decode;
    options.scoreThreshold = profile.classThreshold > 0 ? 0 : 0.05;
    return options;
}

ScoreOverlap scoreOverlapOf(const FigureMaterial &material, size_t count, const RunContext &context)
{
    if (!material.model)
        throw UserError(message("core", "Score against IoU needs a model: name its weights."));
    const ModelInfo &info = material.model->info();
    Dataset dataset = material.dataset;
    useClasses(dataset, classNamesOn(info, dataset.classNames));
    if (!dataset.labelled || dataset.labelCount() == 0)
        throw UserError(message("core", "The data set {0} has no labels.").with(dataset.name));
    const size_t wanted = count == 0 ? dataset.images.size() : std::min(count, dataset.images.size());
    return scoreOverlap(
        wanted,
        [&](size_t i) {
            const Image image = readImage(dataset.images[i].file);
            const RawOutputsPtr raw = material.model->run(image, {context.stopRequested, {}});
            return ScoredImage{dataset.images[i].file, traceDecode(*raw, info.profile, material.decode).candidates,
                               dataset.images[i].labels};
        },
        context);
}

}  // namespace fcoscope
