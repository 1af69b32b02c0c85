// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/training.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/runs/run_folder.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int lookAgainMs = 2000;
constexpr int planAfterMs = 300;  // a hand that labels or slides is not interrupted by every box

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
    connect(&copyMore_, &QTimer::timeout, this, [this] { copySome(); });
    connect(&process_, &RunProcess::changed, this, [this] {
        if (goesOn() && (!canGoOn() || process_.folder() != goingOn_))
            prepareGoingOn(false);
        if (process_.alive() || report_.seconds > 0 || planning() || pacing_.running())
            return;
        measurePace();  // which waited for a training to end
        if (report_.seconds > 0)
            Q_EMIT planned();
    });
    connect(&session_, &Session::changed, this, [this](const Change &change) { sessionChanged(change); });
    connect(&session_.labels(), &LabelDocument::changed, this, [this] { labelsChanged(); });
    connect(&process_, &RunProcess::failed, this, &Training::failed);
}

Training::~Training()
{
    planning_.abandon();
    pacing_.abandon();
    writing_.abandon();
    finding_.abandon();
    reading_.abandon();
    previewing_.abandon();
}

fs::path Training::runsFolder() const
{
    const fs::path &project = session_.labels().file();
    if (project.empty())
        return {};
    const bool alone = project.stem() == "project";
    return project.parent_path() / (alone ? "runs" : project.stem().string() + "-runs");
}

void Training::setActive(bool active)
{
    if (std::exchange(active_, active) != active && active)
        planSoon(true);
}

void Training::sessionChanged(const Change &change)
{
    if (!change.has(Change::Images))
        return;
    if (process_.folder().parent_path() != runsFolder())
        process_.follow({});
    lookForRuns();  // one of them may still be training
    labelsChanged();
}

/// Any of them, also of images that nobody looks at. A run that goes on has its own.
void Training::labelsChanged()
{
    if (!goesOn())
        planSoon(true);
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

Training::Runs Training::foundIn(const fs::path &folder)
{
    Runs runs{runsIn(folder), {}};
    for (const fs::path &run : runs.all)
        if (runs.alive.empty() && trainerOf(run))
            runs.alive = run;
    return runs;
}

void Training::lookForRuns()
{
    finding_.start([folder = runsFolder()](const RunContext &) { return foundIn(folder); },
                   [this](Outcome<Runs> outcome) {
                       if (!outcome.result)
                           return;
                       const bool same = runs_ == outcome.result->all;
                       runs_ = std::move(outcome.result->all);
                       const fs::path &alive = outcome.result->alive;
                       // A window that is opened later finds what goes on; else the newest is looked at.
                       if (process_.folder().empty() && !runs_.empty())
                           process_.follow(alive.empty() ? runs_.front() : alive);
                       const fs::path other = alive == process_.folder() ? fs::path() : alive;
                       if (!other.empty())  // until it has ended
                           QTimer::singleShot(lookAgainMs, this, [this] { lookForRuns(); });
                       if (std::exchange(otherAlive_, other) != other || !same)
                           Q_EMIT runsChanged();
                   });
}

void Training::watch(const fs::path &run)
{
    if (run == process_.folder())
        return;
    process_.follow(run);
    lookForRuns();  // the one before may go on
}

/// One trainer wants all of the machine.
void Training::refuseBeside(const fs::path &runs)
{
    if (const fs::path alive = foundIn(runs).alive; !alive.empty())
        throw UserError(
            message("core", "Training {0} goes on; the next one can start after it.").with(alive.filename().string()));
}

void Training::stopWriting()
{
    writing_.abandon();
    Q_EMIT writingChanged();
}

void Training::start()
{
    if (!data_ || process_.alive() || writing_.running())
        return;
    pacing_.abandon();
    if (goesOn())
        return startTrainer(said_);
    startBesideNone(
        [runs = runsFolder(), request = request_, data = data_](const RunContext &context) {
            const std::string snapshot = snapshotText(*data, context);
            if (context.shouldStop())
                throw Stopped{};
            const fs::path folder = freshRunFolder(runs);
            try {
                writeFile(folder / "dataset.json", snapshot);
                writeFile(folder / "run.toml", requestText(request));
            } catch (const UserError &) {
                std::error_code none;
                fs::remove_all(folder, none);
                throw;
            }
            return folder;
        },
        {});
}

void Training::resume()
{
    startTrainer({});
}

/// On the followed run, with these of the request's options instead of its own.
void Training::startTrainer(const std::vector<std::string> &said)
{
    if (process_.folder().empty() || process_.alive() || writing_.running())
        return;
    std::vector<std::string> flags;
    const RequestTables tables(request_);
    for (const std::string &name : said)
        for (const OptionTable *table : {&tables.train, &tables.augment})
            if (const Option *option = table->find(name))
                flags.push_back("--" + name + "=" + option->get());  // one word: a switch takes no other
    startBesideNone([folder = process_.folder()](const RunContext &) { return folder; }, flags);
}

/// Starts a trainer on the folder that `prepare` answers, on a worker, where no other run of the project trains.
void Training::startBesideNone(const std::function<fs::path(const RunContext &)> &prepare,
                               const std::vector<std::string> &flags)
{
    writing_.start(
        [runs = runsFolder(), prepare](const RunContext &context) {
            refuseBeside(runs);
            return prepare(context);
        },
        [this, flags](Outcome<fs::path> outcome) {
            if (outcome.result) {
                process_.start(*outcome.result, flags);
                lookForRuns();
            } else if (outcome.how == Ended::Failed) {
                Q_EMIT failed({outcome.failure, "training"});
            }
            Q_EMIT writingChanged();
        });
    Q_EMIT writingChanged();
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
                Q_EMIT trial_.failed({outcome.failure, "training"});
        });
}

void Training::stopNow(const fs::path &run)
{
    try {
        tellTrainer(run, RunCommand::Stop);
    } catch (const UserError &error) {
        Q_EMIT failed({error.message(), "training"});
    }
}

void Training::stopComparing()
{
    reading_.abandon();
    trial_.stop();
}

void Training::use()
{
    if (trial_.measured())
        session_.useModel(trial_.measured());
    else if (const fs::path model = modelOf(process_.summary()); !model.empty())
        session_.openModel(model);
}

}  // namespace fcoscope
