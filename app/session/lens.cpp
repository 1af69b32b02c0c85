// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/lens.h"

#include <algorithm>

#include "app/session/lens_work.h"

namespace fcoscope {

Lens::Lens(Session &session, QObject *parent) : QObject(parent), session_(session)
{
    whatIf_.profile = ownProfile();
    connect(&session_, &Session::changed, this, &Lens::sessionChanged);
}

Lens::~Lens()
{
    looking_.abandon();
    lookingAtLosses_.abandon();
}

Profile Lens::ownProfile() const
{
    const ModelPtr model = session_.model();
    return model ? model->info.profile : Profile{};
}

void Lens::setLayers(std::vector<Layer> layers)
{
    if (layers == layers_)
        return;
    layers_ = std::move(layers);
    session_.setKeepFeatures(wantsFeatures(layers_));
    ask();
}

void Lens::setWhatIf(const WhatIf &whatIf)
{
    if (whatIf == whatIf_)
        return;
    whatIf_ = whatIf;
    passDecoding();
    ask();
}

/// Detections follow the what if, too; the session reads anew what the network said.
void Lens::passDecoding()
{
    if (!session_.model())
        return;
    Decoding decoding{whatIf_.profile, whatIf_.centerness, {}};
    if (whatIf_.centerness == CenternessSource::Labels)
        decoding.labels = boxes_ ? *boxes_ : labels();
    session_.setDecoding(decoding);
}

std::vector<std::string> Lens::classNames() const
{
    const DatasetPtr dataset = session_.datasets().datasetOf(session_.current());
    std::vector<std::string> ofModel;
    if (const ModelPtr model = session_.model())
        ofModel = dataset ? classNamesOn(model->info, dataset->classNames) : model->info.classNames;
    return sharedClasses(ofModel, dataset.get());
}

std::vector<Label> Lens::labels() const
{
    return labelsIn(classNames());
}

std::vector<Label> Lens::labelsIn(const std::vector<std::string> &classNames) const
{
    const DatasetPtr dataset = session_.datasets().datasetOf(session_.current());
    const DatasetImage *image = session_.datasets().find(session_.current());
    return image ? fcoscope::labelsIn(classNames, *dataset, image->labels) : std::vector<Label>();
}

void Lens::setBoxes(std::optional<std::vector<Label>> boxes)
{
    if (boxes == boxes_)
        return;
    boxes_ = std::move(boxes);
    if (whatIf_.centerness == CenternessSource::Labels)
        passDecoding();
    ask();
}

void Lens::sessionChanged(const Change &change)
{
    if (change.has(Change::Model) && change.has(Change::Options)) {  // another model has come
        whatIf_ = {};
        whatIf_.profile = ownProfile();
        Q_EMIT whatIfChanged();
    } else if (change.has(Change::Options) && whatIf_.profile.decode != session_.decodeOptions()) {
        whatIf_.profile.decode = session_.decodeOptions();
        Q_EMIT whatIfChanged();
    }
    if (change.has(Change::Current)) {
        looking_.abandon();
        lookingAtLosses_.abandon();
        askAgain_ = false;
        boxes_.reset();
        look_.reset();
        Q_EMIT frameChanged();
        if (whatIf_.centerness == CenternessSource::Labels)
            passDecoding();
    }
    if (change.has(Change::Shown) || change.has(Change::Found) || change.has(Change::Labels) ||
        change.has(Change::Model))
        ask();
}

void Lens::ask()
{
    if (!session_.picture())
        return;
    if (looking_.running() || lookingAtLosses_.running()) {
        askAgain_ = true;
        return;
    }
    LensQuestion question;
    question.imageId = session_.current();
    question.image = session_.picture()->image.size;
    question.classNames = classNames();
    question.labels = boxes_ ? *boxes_ : labelsIn(question.classNames);
    question.labelled = boxes_ || session_.datasets().find(session_.current());
    question.whatIf = whatIf_;
    question.ownProfile = ownProfile();
    question.findings = session_.findings();
    question.before = look_;
    std::copy_if(layers_.begin(), layers_.end(), std::back_inserter(question.layers),
                 [](const Layer &layer) { return layer.visible; });
    Job<LookPtr> &job = wantsLosses(question.layers) ? lookingAtLosses_ : looking_;
    job.start([question = std::move(question)](const RunContext &context) { return lookAt(question, context); },
              [this](Outcome<LookPtr> outcome) { answered(std::move(outcome)); });
}

void Lens::answered(Outcome<LookPtr> outcome)
{
    if (outcome.how == Ended::Failed)
        Q_EMIT failed({outcome.failure, "lens"});
    if (outcome.result) {
        look_ = *outcome.result;
        Q_EMIT frameChanged();
    }
    if (std::exchange(askAgain_, false))
        ask();
}

}  // namespace fcoscope
