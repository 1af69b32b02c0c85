// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/model_trial.h"

#include <algorithm>

#include "app/session/class_numbers.h"
#include "core/data/dataset.h"
#include "core/eval/image_f1.h"
#include "core/rules/decode.h"

namespace fcoscope {
namespace {

ImageResult lookWith(const LoadedModel &model, const Image &image, const DatasetImage &labelled,
                     const std::vector<std::string> &classNames, const RunContext &context)
{
    const Profile &profile = model.info.profile;
    const std::vector<int> places = placesIn(classNames, classNamesOn(model.info, classNames));
    ImageResult result{decode(*model.run(image, context, false), profile, evaluationDecode(profile)), labelled.labels};
    std::erase_if(result.detections, [&](Detection &detection) {
        const auto index = static_cast<size_t>(detection.classIndex);
        detection.classIndex = index < places.size() ? places[index] : -1;
        return detection.classIndex < 0;  // of a class that nobody labelled here: neither right nor wrong
    });
    return result;
}

}  // namespace

ModelTrial::ModelTrial(Session &session, QObject *parent) : QObject(parent), session_(session) {}

ModelTrial::~ModelTrial()
{
    loading_.abandon();
    looking_.abandon();
    judging_.abandon();
}

void ModelTrial::start(const std::filesystem::path &after, DatasetPtr images)
{
    stop();
    before_ = session_.model();
    if (!before_ || !images || images->images.empty())
        return Q_EMIT failed({message("core", "There is nothing to compare the new model with."), "training"});
    images_ = std::move(images);
    loading_.start(
        [backend = session_.backend(), after](const RunContext &context) { return backend.loadModel(after, context); },
        [this](Outcome<ModelPtr> outcome) {
            if (!outcome.result) {
                images_.reset();
                return Q_EMIT failed({outcome.failure, "training"});
            }
            after_ = *outcome.result;
            next();
        });
}

void ModelTrial::stop()
{
    loading_.abandon();
    looking_.abandon();
    judging_.abandon();
    images_.reset();
    before_.reset();
    after_.reset();
    measured_.reset();
    seen_.clear();
    next_ = 0;
}

void ModelTrial::next()
{
    looking_.start(
        [backend = session_.backend(), images = images_, before = before_, after = after_,
         index = next_](const RunContext &context) {
            const DatasetImage &labelled = images->images[index];
            const Image image = backend.readImage(labelled.file);
            return Seen{lookWith(*before, image, labelled, images->classNames, context),
                        lookWith(*after, image, labelled, images->classNames, context)};
        },
        [this](Outcome<Seen> outcome) { seen(std::move(outcome)); });
}

void ModelTrial::seen(Outcome<Seen> outcome)
{
    if (!outcome.result) {
        stop();
        return Q_EMIT failed({outcome.failure, "training"});
    }
    seen_.push_back(std::move(*outcome.result));
    ++next_;
    Q_EMIT progressed(static_cast<double>(next_) / static_cast<double>(images_->images.size()));
    next_ < images_->images.size() ? next() : judge();
}

void ModelTrial::judge()
{
    judging_.start([seen = std::move(seen_), names = images_->classNames, before = before_->info,
                    after = after_->info](const RunContext &) { return judged(seen, names, before, after); },
                   [this](Outcome<ModelsCompared> outcome) {
                       const ModelPtr measured = after_;
                       stop();
                       if (!outcome.result)
                           return Q_EMIT failed({outcome.failure, "training"});
                       measured_ = measured;
                       Q_EMIT ended(*outcome.result);
                   });
}

ModelsCompared ModelTrial::judged(std::vector<Seen> seen, const std::vector<std::string> &classNames,
                                  const ModelInfo &before, const ModelInfo &after)
{
    ModelsCompared compared;
    compared.classNames = classNames;
    const std::vector<int> known = placesIn(classNames, classNamesOn(before, classNames));
    for (int i = 0; i < static_cast<int>(classNames.size()); ++i)
        compared.knownBefore.push_back(std::find(known.begin(), known.end(), i) != known.end());
    std::vector<ImageResult> foundBefore, foundAfter;
    for (Seen &image : seen) {
        const double was = imageF1(image.before, before.profile.decode.scoreThreshold);
        const double is = imageF1(image.after, after.profile.decode.scoreThreshold);
        compared.better += is > was;
        compared.worse += is < was;
        foundBefore.push_back(std::move(image.before));
        foundAfter.push_back(std::move(image.after));
    }
    compared.images = seen.size();
    compared.before = averagePrecision(foundBefore, static_cast<int>(classNames.size()));
    compared.after = averagePrecision(foundAfter, static_cast<int>(classNames.size()));
    return compared;
}

}  // namespace fcoscope
