// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/training.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/runs/run_folder.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int planAfterMs = 300;  // a hand that labels or slides is not interrupted by every box

/// Copies what the person said themselves into what was suggested.
void keepSaid(const std::vector<std::string> &said, TrainRequest &from, TrainRequest &to)
{
    const RequestTables theirs(from), suggested(to);
    for (const SettingsTable &table : theirs.inFile())
        for (const Option &option : table.options->all())
            if (std::find(said.begin(), said.end(), option.name) != said.end())
                for (const SettingsTable &other : suggested.inFile())
                    if (other.name == table.name)
                        other.options->set(option.name, option.get(), "");
}

/// The best checkpoint; before the first validation the last one.
fs::path modelOf(const RunSummary &run)
{
    return run.best.empty() ? run.last : run.best;
}

}  // namespace

Training::Training(Session &session, fs::path program, QObject *parent)
    : QObject(parent), session_(session), process_(std::move(program)), trial_(session)
{
    request_.profile = profileNamed(request_.profileName);
    setStructure(request_, false);
    planLater_.setSingleShot(true);
    planLater_.setInterval(planAfterMs);
    connect(&planLater_, &QTimer::timeout, this, [this] { plan(); });
    connect(&session_, &Session::changed, this, [this](const Change &change) { sessionChanged(change); });
    connect(&process_, &RunProcess::failed, this, &Training::failed);
}

Training::~Training()
{
    planning_.abandon();
    writing_.abandon();
    finding_.abandon();
    reading_.abandon();
    previewing_.abandon();
}

fs::path Training::runsFolder() const
{
    const fs::path &project = session_.labels().file();
    return project.empty() ? fs::path() : project.parent_path() / "runs";
}

void Training::setActive(bool active)
{
    if (std::exchange(active_, active) != active && active)
        planSoon(true);
}

void Training::sessionChanged(const Change &change)
{
    if (change.has(Change::Images)) {
        if (process_.folder().parent_path() != runsFolder())
            process_.follow({});
        findRuns();  // one of them may still be training
    }
    if (active_ && (change.has(Change::Images) || change.has(Change::Labels)))
        planSoon(true);
}

// --- What is asked

void Training::setStartFrom(const fs::path &weights)
{
    request_.startFrom = weights.string();
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
    planSoon(false);
}

void Training::planSoon(bool suggest)
{
    suggest_ = suggest_ || suggest;
    planning_.abandon();
    planLater_.start();
    Q_EMIT planned();
}

/// The labels are copied here, where they cannot change meanwhile; all else is done on the worker.
void Training::plan()
{
    const auto labels = std::make_shared<const LabelSet>(session_.labels().set());
    planning_.start(
        [labels, request = request_, choice = choice_, said = said_, runs = runsFolder(),
         suggest = std::exchange(suggest_, false)](const RunContext &context) {
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
                setStructure(plan.request, false);
                suggestSettings(plan.request, *plan.data);
                keepSaid(said, theirs, plan.request);
            }
            plan.request.network.classCount = static_cast<int>(plan.data->training.classNames.size());
            plan.report = checkPlan(plan.request, *plan.data, context, {0, runs});
            return plan;
        },
        [this](Outcome<Plan> outcome) {
            if (outcome.result)
                took(std::move(*outcome.result));
            else if (outcome.how == Ended::Failed)
                reason_ = outcome.failure;
            Q_EMIT planned();
        });
    Q_EMIT planned();
}

void Training::took(Plan plan)
{
    data_ = std::move(plan.data);
    reason_ = std::move(plan.reason);
    report_ = std::move(plan.report);
    request_ = std::move(plan.request);
}

void Training::preview()
{
    if (!data_)
        return;
    previewing_.start(
        [data = data_, request = request_, epoch = previewed_++](const RunContext &context) {
            constexpr int most = 9;
            // The source copies what it is given, and only some are looked at.
            Dataset some;
            some.classNames = data->training.classNames;
            const auto all = static_cast<int64_t>(data->training.images.size());
            for (int64_t i = 0; i < std::min<int64_t>(most, all); ++i)
                some.images.push_back(data->training.images[static_cast<size_t>((epoch * most + i) % all)]);
            const DatasetSource source(some, request.source);
            std::vector<TrainingSample> samples;
            for (int i = 0; i < source.size() && !context.shouldStop(); ++i) {
                TrainingSample made{some.images[static_cast<size_t>(i)].file,
                                    source.trainingSample(i, static_cast<uint64_t>(request.train.seed), epoch),
                                    {}};
                made.assigned = assignSample(made.name, made.sample.labels, made.sample.transform,
                                             made.sample.transform.paddedSize, request.profile);
                samples.push_back(std::move(made));
            }
            return samples;
        },
        [this](Outcome<std::vector<TrainingSample>> outcome) {
            if (outcome.result)
                Q_EMIT previewMade(*outcome.result);
            else if (outcome.how == Ended::Failed)
                Q_EMIT previewFailed(outcome.failure);
        });
}

// --- The run

void Training::findRuns()
{
    finding_.start([folder = runsFolder()](const RunContext &) { return runsIn(folder); },
                   [this](Outcome<std::vector<fs::path>> outcome) {
                       if (!outcome.result)
                           return;
                       runs_ = *outcome.result;
                       // A window that is opened later finds what goes on; else the newest is looked at.
                       if (process_.folder().empty() && !runs_.empty())
                           process_.follow(runs_.front());
                       Q_EMIT runsChanged();
                   });
}

void Training::start()
{
    if (!data_ || process_.alive() || writing_.running())
        return;
    writing_.start(
        [runs = runsFolder(), request = request_, data = data_](const RunContext &context) {
            const std::string snapshot = snapshotText(*data, context);
            const fs::path folder = freshRunFolder(runs);
            writeFile(folder / "dataset.json", snapshot);
            writeFile(folder / "run.toml", requestText(request));
            return folder;
        },
        [this](Outcome<fs::path> outcome) {
            if (outcome.result) {
                process_.start(*outcome.result);
                findRuns();
            } else if (outcome.how == Ended::Failed) {
                Q_EMIT failed({outcome.failure, "training"});
            }
            Q_EMIT writingChanged();
        });
    Q_EMIT writingChanged();
}

void Training::resume()
{
    if (process_.folder().empty() || process_.alive())
        return;
    std::vector<std::string> flags;
    const RequestTables tables(request_);
    for (const std::string &name : said_)
        if (const Option *option = tables.train.find(name)) {
            flags.push_back("--" + name);
            flags.push_back(option->get());
        }
    process_.start(process_.folder(), flags);
}

// --- Its model

void Training::compare()
{
    if (!session_.model())
        return use();
    reading_.start(
        [folder = process_.folder()](const RunContext &context) {
            Snapshot snapshot = readSnapshot(folder / "dataset.json", /*files=*/false, context);
            return snapshot.validation ? std::make_shared<const Dataset>(std::move(*snapshot.validation)) : nullptr;
        },
        [this](Outcome<DatasetPtr> outcome) {
            if (outcome.result)
                trial_.start(modelOf(process_.summary()), *outcome.result);
            else if (outcome.how == Ended::Failed)
                Q_EMIT failed({outcome.failure, "training"});
        });
}

void Training::use()
{
    if (const fs::path model = modelOf(process_.summary()); !model.empty())
        session_.openModel(model);
}

}  // namespace fcoscope
