// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/study.h"

#include <algorithm>

#include "app/session/class_numbers.h"
#include "app/session/figures.h"
#include "core/rules/decode.h"
#include "core/rules/locations.h"
#include "core/rules/what_if.h"

namespace fcoscope {
namespace {

DatasetLabels labelsOf(const Dataset &dataset)
{
    DatasetLabels all{dataset.name, dataset.classNames, {}};
    all.images.reserve(dataset.images.size());
    for (const DatasetImage &image : dataset.images)
        all.images.push_back({image.file, image.size, image.labels});
    return all;
}

std::vector<Box> boxesInNetwork(const Dataset &dataset, const Profile &profile)
{
    std::vector<Box> boxes;
    for (const DatasetImage &image : dataset.images) {
        const ImageTransform transform = inferenceTransform(image.size, profile);
        for (const Label &label : image.labels)
            if (!label.crowd && label.box.hasArea())
                boxes.push_back(transform.toNetwork(label.box));
    }
    return boxes;
}

}  // namespace

Study::Study(Session &session, Lens &lens, QObject *parent) : QObject(parent), session_(session), lens_(lens)
{
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Labels) && !hasLabels())
            forget();
        if (change.has(Change::Labels) || change.has(Change::Model) || change.has(Change::Current))
            Q_EMIT changed();
    });
    connect(&session_.labels(), &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (change.has(LabelsChange::Set))
            forget();
    });
}

Study::~Study()
{
    assigning_.abandon();
    proposing_.abandon();
    scoringOne_.abandon();
}

/// The data set is closed: what was found in it goes, and what is still being worked out must not bring it back.
void Study::forget()
{
    if (assigning_.running()) {
        assigning_.abandon();
        Q_EMIT assignStopped();
    }
    scoringOne_.abandon();
    scored_.reset();
    scoring_.reset();
    scoringModel_.reset();
    statistics_.reset();
    scores_.reset();
}

bool Study::hasLabels() const
{
    const std::vector<ImageEntry> &images = session_.labels().set().images;
    return std::any_of(images.begin(), images.end(), [](const ImageEntry &image) { return !image.boxes.empty(); });
}

DatasetPtr Study::dataset() const
{
    return session_.labels().dataset();
}

void Study::stopAssigning()
{
    assigning_.stop();
}

void Study::stopScoring()
{
    scoringOne_.stop();
}

void Study::assign()
{
    const DatasetPtr data = dataset();
    if (!data)
        return;
    assigning_.start(
        [data, profile = lens_.whatIf().profile](const RunContext &context) {
            return std::make_shared<const AssignmentStatistics>(
                assignmentStatistics(labelsOf(*data), profile, context));
        },
        [this](Outcome<StatisticsPtr> outcome) {
            if (outcome.result)
                statistics_ = *outcome.result;
            Q_EMIT changed();
            if (outcome.how == Ended::Failed)
                Q_EMIT assignFailed(outcome.failure);
            if (outcome.how == Ended::Stopped)
                Q_EMIT assignStopped();
        },
        [this](const Progress &progress) { Q_EMIT assignProgressed(progress); });
    Q_EMIT changed();
}

void Study::propose()
{
    const DatasetPtr data = dataset();
    if (!data)
        return Q_EMIT limitsProposed({});
    proposing_.start([data, profile = lens_.whatIf().profile](
                         const RunContext &) { return proposedLimits(boxesInNetwork(*data, profile), profile); },
                     [this](Outcome<std::vector<double>> outcome) {
                         if (outcome.how == Ended::Failed)
                             Q_EMIT failed({outcome.failure, "study"});
                         if (outcome.result)
                             Q_EMIT limitsProposed(*outcome.result);
                     });
}

// --- The model against the labels

void Study::score()
{
    const DatasetPtr data = dataset();
    const ModelPtr model = session_.model();
    if (!data || !model || scored_)
        return;
    scoring_ = data;
    scoringModel_ = model;
    next_ = 0;
    scored_ = std::make_shared<ScoreOverlap>();
    scoredBy_ = withDecodingOf(scoringModel_->info.profile, session_.decoding().rules);
    scoredBy_.decode = evaluationDecode(scoredBy_);  // weak candidates, too
    scoringNames_ = sharedClasses(classNamesOn(scoringModel_->info, scoring_->classNames), scoring_->classNames);
    scoreNext();
    Q_EMIT changed();
}

void Study::scoreNext()
{
    scoringOne_.start(
        [data = scoring_, model = scoringModel_, rules = scoredBy_, index = next_,
         backend = session_.backend()](const RunContext &context) {
            return std::make_shared<const ScoredImage>(scoreImage(backend, model, rules, *data, index, context));
        },
        [this](Outcome<ScoredImagePtr> outcome) { scoredOne(std::move(outcome)); });
}

void Study::scoredOne(Outcome<ScoredImagePtr> outcome)
{
    if (outcome.how == Ended::Failed)  // one image that cannot be read does not end it
        Q_EMIT failed({outcome.failure, "study"});
    if (outcome.result)
        addScorePoints(*scored_, (*outcome.result)->image, (*outcome.result)->candidates, (*outcome.result)->labels);
    ++next_;
    Q_EMIT scoreProgressed(static_cast<double>(next_) / static_cast<double>(scoring_->images.size()));
    if (outcome.how != Ended::Stopped && next_ < scoring_->images.size() && session_.model() == scoringModel_)
        return scoreNext();
    scores_ = std::exchange(scored_, nullptr);  // what has come so far counts, too
    scoring_.reset();
    scoringModel_.reset();
    Q_EMIT changed();
}

}  // namespace fcoscope
