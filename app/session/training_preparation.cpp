// SPDX-License-Identifier: GPL-3.0-or-later
// What a training would be asked: copied from the labels, suggested and checked on a worker, its pace measured.
#include <QElapsedTimer>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "app/session/training.h"
#include "core/base/error.h"
#include "core/base/file.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int copyForMs = 3;  // at once, on the GUI thread

/// Copies what the person said themselves.
void keepSaid(const std::vector<std::string> &said, TrainRequest &from, TrainRequest &to)
{
    const RequestTables theirs(from), others(to);
    for (const SettingsTable &table : theirs.inFile())
        for (const Option &option : table.options->all())
            if (std::find(said.begin(), said.end(), option.name) != said.end())
                for (const SettingsTable &other : others.inFile())
                    if (other.name == table.name)
                        other.options->set(option.name, option.get(), "");
}

/// All that the pace of a training depends on: every option of network and profile, and of the others these.
std::string paceKey(TrainRequest request)
{
    const TrainOptions &train = request.train;
    std::ostringstream key;
    key << train.device << ' ' << int(train.precision) << ' ' << int(train.optimizer) << ' ' << train.frozenStages
        << ' ' << (train.emaDecay > 0) << ' ' << (onCuda(request) ? train.batch : 1) << ' '
        << request.source.augment.width << ' ' << request.source.augment.height;
    const RequestTables tables(request);
    for (const OptionTable *table : {&tables.network, &tables.profile})
        for (const Option &option : table->all())
            key << ' ' << option.get();
    return key.str();
}

/// How often the run has learnt from an image. Its steps may have been of several lengths: what counts is the part of
/// the run that lies behind.
int64_t samplesBehind(const RunSummary &run, const TrainRequest &request, size_t images)
{
    if (run.steps <= 0)
        return 0;
    const double all = static_cast<double>(request.train.epochs) * static_cast<double>(images);
    return std::llround(all * static_cast<double>(run.step) / static_cast<double>(run.steps));
}

}  // namespace

void Training::setStartFrom(const fs::path &weights)
{
    request_.startFrom = weights.string();
    if (!weights.empty())  // they bring their own network
        std::erase_if(said_, [&](const std::string &name) { return RequestTables(request_).network.find(name); });
    planSoon(true);
}

void Training::setChoice(const TrainingChoice &choice)
{
    choice_ = choice;
    planSoon(true);
}

void Training::requestChanged(const std::string &option)
{
    if (std::find(said_.begin(), said_.end(), option) == said_.end())
        said_.push_back(option);
    planSoon(option == "profile");  // whose own values the others then have
}

bool Training::canGoOn() const
{
    return process_.summary().hasCheckpoint && !process_.alive();
}

void Training::prepareGoingOn(bool goesOn)
{
    if (goesOn == this->goesOn() || (goesOn && !canGoOn()))
        return;
    goingOn_ = goesOn ? process_.folder() : fs::path();
    if (goesOn) {
        newRun_ = {request_, std::exchange(said_, {})};
    } else {
        request_ = std::move(newRun_.request);
        said_ = std::move(newRun_.said);
    }
    data_.reset();
    report_ = {};
    planSoon(false);
}

void Training::planSoon(bool suggest)
{
    suggest_ = suggest_ || suggest;
    planning_.abandon();
    pacing_.abandon();
    copyMore_.stop();
    if (active_) {
        planLater_.start();
    } else {
        planLater_.stop();
        data_.reset();
        report_ = {};
    }
    Q_EMIT planned();
}

void Training::plan()
{
    if (goesOn())
        return planGoingOn();
    const LabelSet &labels = session_.labels().set();
    copied_ = {};
    copied_.root = labels.root;
    copied_.classes = labels.classes;
    copied_.images.reserve(labels.images.size());
    copyMore_.start(0);
    copySome();
}

/// The labels are copied here, where they cannot change meanwhile, and a few at a time: of a large data set the copy
/// takes a quarter of a second. Whatever changes them begins it anew (labelsChanged).
void Training::copySome()
{
    const std::vector<ImageEntry> &images = session_.labels().set().images;
    QElapsedTimer spent;
    spent.start();
    while (copied_.images.size() < images.size() && !spent.hasExpired(copyForMs))
        copied_.images.push_back(images[copied_.images.size()]);
    if (copied_.images.size() < images.size())
        return;
    copyMore_.stop();
    planNew(std::exchange(copied_, {}));
}

void Training::planNew(LabelSet labels)
{
    planning_.start(
        [labels = std::make_shared<const LabelSet>(std::move(labels)), request = request_, choice = choice_,
         said = said_, runs = runsFolder(), suggest = suggest_](const RunContext &context) {
            Plan plan;
            plan.request = request;
            try {
                plan.data = std::make_shared<const Snapshot>(chosenData(*labels, choice));
            } catch (const UserError &error) {
                plan.reason = error.message();
                return plan;
            }
            if (suggest) {
                TrainRequest theirs = request;
                const bool profileSaid = std::find(said.begin(), said.end(), "profile") != said.end();
                setStructure(plan.request, profileSaid);
                suggestSettings(plan.request, *plan.data);
                keepSaid(said, theirs, plan.request);
            }
            plan.request.network.classCount = static_cast<int>(plan.data->training.classNames.size());
            plan.report = checkPlan(plan.request, *plan.data, context, {.folder = runs});
            return plan;
        },
        [this](Outcome<Plan> outcome) {
            if (outcome.result)
                suggest_ = false;
            tookPlan(std::move(outcome));
        });
    Q_EMIT planned();
}

/// What the run was asked is read from its folder each time: nothing here could be older than it.
void Training::planGoingOn()
{
    planning_.start(
        [run = process_.summary(), request = request_, said = said_](const RunContext &context) {
            Plan plan;
            plan.request = readRequest(run.folder / "run.toml");
            plan.data =
                std::make_shared<const Snapshot>(readSnapshot(run.folder / "dataset.json", /*files=*/false, context));
            const int64_t behind = samplesBehind(run, plan.request, plan.data->training.images.size());
            const bool byItself = run.state == RunSummary::State::Stopped && !run.reason.text.empty();
            const int patience = byItself ? plan.request.train.patience : 0;
            TrainRequest changed = request;
            keepSaid(said, changed, plan.request);
            plan.request.network.classCount = static_cast<int>(plan.data->training.classNames.size());
            TrainRequest asked = plan.request;
            folderInPlace(run.last);
            asked.startFrom = run.last.string();  // what it began with may be gone
            plan.report = checkPlan(asked, *plan.data, context,
                                    {.folder = run.folder, .samplesDone = behind, .patienceSpent = patience});
            return plan;
        },
        [this](Outcome<Plan> outcome) { tookPlan(std::move(outcome)); });
    Q_EMIT planned();
}

void Training::tookPlan(Outcome<Plan> outcome)
{
    if (outcome.result) {
        data_ = std::move(outcome.result->data);
        reason_ = std::move(outcome.result->reason);
        report_ = std::move(outcome.result->report);
        request_ = std::move(outcome.result->request);
        measurePace();
    } else if (outcome.how == Ended::Failed) {
        data_.reset();
        report_ = {};
        reason_ = outcome.failure;
    }
    Q_EMIT planned();
}

/// The time that a plan takes is known when its pace is; measured once for each kind of training.
void Training::measurePace()
{
    const bool blocked = std::any_of(report_.findings.begin(), report_.findings.end(), [](const PlanFinding &finding) {
        return finding.weight == PlanFinding::Weight::Obstacle;
    });
    if (!data_ || blocked)
        return;
    const std::string key = paceKey(request_);
    if (const auto known = paces_.find(key); known != paces_.end()) {
        report_.seconds = expectedSeconds(request_, report_, known->second);
        return;
    }
    if (!active_ || process_.alive())  // another training would be measured with it
        return;
    pacing_.start([request = request_, backend = session_.backend()](
                      const RunContext &context) { return backend.trainingPace(request, context); },
                  [this, key](Outcome<double> outcome) {
                      if (outcome.how == Ended::Stopped)
                          return;
                      paces_[key] = outcome.result.value_or(0);
                      report_.seconds = expectedSeconds(request_, report_, paces_[key]);
                      Q_EMIT planned();
                  });
}

}  // namespace fcoscope
