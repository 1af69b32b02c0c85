// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/figures.h"

#include <algorithm>

#include "app/session/class_numbers.h"
#include "app/session/lens_work.h"
#include "core/base/error.h"

namespace fcoscope {
namespace {

/// A model that knows none of the data set's classes has nothing to find there.
void requireSharedClass(const ModelInfo &info, const Dataset &dataset)
{
    const std::vector<std::string> &known = classNamesOn(info, dataset.classNames);
    for (const DatasetImage &image : dataset.images)
        for (const Label &label : image.labels)
            if (std::find(known.begin(), known.end(), dataset.classNames[static_cast<size_t>(label.classIndex)]) !=
                known.end())
                return;
    throw UserError(
        message("core", "The data set {0} has no labels of classes that the model knows.").with(dataset.name));
}

}  // namespace

FigureMaterial openForFigures(const FigureSource &source)
{
    FigureMaterial material;
    material.dataset = readDataset(source.data, source.dataset);
    if (material.dataset.images.empty())
        throw UserError(message("core", "The data set {0} has no images that can be used.").with(source.data.string()));
    if (!source.model.empty()) {
        material.model = coreBackend(source.device).loadModel(source.model, {});
        material.decode = material.model->info.profile.decode;
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
    const PicturePtr picture = readPicture(coreBackend(), from.file);
    LensQuestion question;
    question.imageId = from.file;
    question.image = picture->image.size;
    question.labelled = material.dataset.labelled;
    question.whatIf.profile = question.ownProfile = profile;
    question.layers = layers;
    std::vector<std::string> ofModel;
    if (material.model) {
        Profile rules = material.model->info.profile;
        rules.decode = material.decode;
        question.findings = detectIn(picture->image, material.model, {rules, CenternessSource::Branch, {}},
                                     wantsFeatures(layers), context);
        ofModel = classNamesOn(material.model->info, material.dataset.classNames);
    }
    question.classNames = sharedClasses(ofModel, material.dataset.classNames);
    question.labels = labelsIn(question.classNames, material.dataset.classNames, from.labels);

    SeenImage seen;
    seen.picture = shownImage(picture);
    seen.frame = *lookAt(question, context)->frame;
    seen.classNames = question.classNames;
    if (question.findings)
        seen.detections = question.findings->detections;
    return seen;
}

ScoredImage scoreImage(const Backend &backend, const ModelPtr &model, const Profile &rules, const Dataset &dataset,
                       size_t index, const RunContext &context)
{
    const DatasetImage &entry = dataset.images[index];
    Image image = backend.readImage(entry.file);
    image.id = entry.file;
    const FindingsPtr found = detectIn(image, model, {rules, CenternessSource::Branch, {}}, false, context);
    const auto names = sharedClasses(classNamesOn(model->info, dataset.classNames), dataset.classNames);
    return {entry.file, traceDecode(*found->read, rules, rules.decode).candidates,
            labelsIn(names, dataset.classNames, entry.labels)};
}

ScoreOverlap scoreOverlapOf(const FigureMaterial &material, size_t count, const RunContext &context)
{
    if (!material.model)
        throw UserError(message("core", "Score against IoU needs a model: name its weights."));
    const Dataset &dataset = material.dataset;
    if (!dataset.labelled || dataset.labelCount() == 0)
        throw UserError(message("core", "The data set {0} has no labels.").with(dataset.name));
    requireSharedClass(material.model->info, dataset);
    const size_t wanted = count == 0 ? dataset.images.size() : std::min(count, dataset.images.size());
    Profile rules = material.model->info.profile;
    rules.decode = material.decode;
    const Backend backend = coreBackend();
    return scoreOverlap(
        wanted,
        [&](size_t i) {
            return scoreImage(backend, material.model, rules, dataset, i, {context.stopRequested, {}});
        },
        context);
}

}  // namespace fcoscope
