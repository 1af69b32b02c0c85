// SPDX-License-Identifier: GPL-3.0-or-later
// The run's side: what the trainer tells goes to the panel, what is pressed there to the trainer; then its model.
#include "app/gui/training_docks.h"

#include <cmath>

#include "widgets/message_strip.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr const char *topic = "training";

TrainingStep stepOf(const RunStep &step)
{
    const StepReport &report = step.report;
    TrainingStep shown;
    shown.step = static_cast<double>(report.step);
    shown.classLoss = report.classLoss;
    shown.boxLoss = report.boxLoss;
    shown.centernessLoss = report.centernessLoss;
    shown.learningRate = report.learningRate;
    shown.gradientNorm = report.gradientNorm;
    shown.positives = report.positives;
    shown.imagesPerSecond = report.imagesPerSecond;
    shown.memoryBytes = step.memoryBytes;
    for (const LevelReport &level : report.levels)
        shown.levels.push_back(
            {static_cast<double>(level.positives), level.classLoss, level.boxLoss, level.centernessLoss});
    return shown;
}

TrainingValidation validationOf(const RunValidated &validated)
{
    return {static_cast<double>(validated.step), validated.figures, validated.classAp, validated.best};
}

TrainingStatus::State stateOf(const RunProcess &run)
{
    using Shown = TrainingStatus::State;
    if (run.folder().empty())
        return Shown::None;
    if (run.starting())
        return Shown::Starting;
    if (run.alive() && run.asked() == RunCommand::Stop)
        return Shown::Stopping;
    switch (run.summary().state) {
    case RunSummary::State::New:
        return run.alive() ? Shown::Starting : Shown::None;
    case RunSummary::State::Running:
        return run.asked() == RunCommand::Pause ? Shown::Pausing : Shown::Running;
    case RunSummary::State::Paused:
        return Shown::Paused;
    case RunSummary::State::Done:
        return Shown::Done;
    case RunSummary::State::Stopped:
        return Shown::Stopped;
    case RunSummary::State::Failed:
        return Shown::Failed;
    case RunSummary::State::Interrupted:
        return Shown::Interrupted;
    }
    return Shown::None;
}

/// What a trainer that lives is at, other than making steps. It gives signs of life between them, so a step that takes
/// minutes is no silence.
QString doingWords(const RunProcess &run, double secondsOfAStep)
{
    const double patience = secondsOfAStep > 0 ? std::max(120.0, 4 * secondsOfAStep) : 600;
    if (const int minutes = run.silentMinutes(); minutes * 60 >= patience)
        return TrainingDocks::tr(
            "no sign of life for %n minute(s); it may hang, or the machine is busy with other work", nullptr, minutes);
    const RunDoing &doing = run.doing();
    if (doing.words.text.empty())
        return {};
    const QString words = translated(doing.words);
    return doing.fraction < 0 ? words : TrainingDocks::tr("%1, %2 %").arg(words).arg(qRound(100 * doing.fraction));
}

ComparedModels comparedOf(const ModelsCompared &result)
{
    ComparedModels shown;
    shown.apBefore = result.before.ap;
    shown.apAfter = result.after.ap;
    shown.ap50Before = result.before.ap50;
    shown.ap50After = result.after.ap50;
    shown.ap75Before = result.before.ap75;
    shown.ap75After = result.after.ap75;
    shown.images = static_cast<int>(result.images);
    shown.better = static_cast<int>(result.better);
    shown.worse = static_cast<int>(result.worse);
    for (size_t i = 0; i < result.classNames.size(); ++i) {
        const ClassAp &before = result.before.classes[i], &after = result.after.classes[i];
        shown.classes.push_back(
            {result.classNames[i], result.knownBefore[i] ? before.ap : -1, after.ap, static_cast<int>(after.labels)});
    }
    return shown;
}

}  // namespace

void TrainingDocks::connectPanel()
{
    connect(&training_.process(), &RunProcess::events, this, &TrainingDocks::took);
    connect(&training_.process(), &RunProcess::changed, this, &TrainingDocks::showRun);
    connect(&training_, &Training::runsChanged, this, &TrainingDocks::showRuns);
    connect(panel_, &TrainingPanel::pauseWanted, this, [this] { training_.process().tell(RunCommand::Pause); });
    connect(panel_, &TrainingPanel::goOnWanted, this, [this] { training_.process().tell(RunCommand::GoOn); });
    connect(panel_, &TrainingPanel::stopWanted, this, [this] { training_.process().tell(RunCommand::Stop); });
    connect(panel_, &TrainingPanel::resumeWanted, this, [this] { actions_[ActionId::GoOnTraining].trigger(); });
    connect(panel_, &TrainingPanel::useWanted, this, &TrainingDocks::compare);
    connect(panel_, &TrainingPanel::runChosen, this, [this](const QString &name) {
        for (const fs::path &run : training_.runs())
            if (nameOfRun(run) == name)
                training_.watch(run);
    });
    connect(panel_, &TrainingPanel::pictureWanted, this,
            [this](const QString &name) { Q_EMIT imageWanted(name.toStdString()); });
    connect(panel_, &TrainingPanel::comparedChosen, this, &TrainingDocks::showCompared);
}

void TrainingDocks::connectActions()
{
    const auto on = [this](ActionId id, auto call) { connect(&actions_[id], &QAction::triggered, this, call); };
    on(ActionId::StartTraining, [this] {
        training_.start();
        if (panel_->visibleRegion().isEmpty())  // closed, or behind another one
            actions_[ActionId::ShowTraining].trigger();
    });
    on(ActionId::PauseTraining,
       [this](bool pause) { training_.process().tell(pause ? RunCommand::Pause : RunCommand::GoOn); });
    on(ActionId::StopTraining,
       [this] { training_.writing() ? training_.stopWriting() : training_.process().tell(RunCommand::Stop); });
    on(ActionId::GoOnTraining, [this] { prepareGoingOn(); });
    on(ActionId::UseTrainedModel, [this] { compare(); });
    on(ActionId::PreviewTraining, [this] { preview(); });
    on(ActionId::FollowImage, [this](bool follow) { followImage(follow); });
    on(ActionId::LookWithTraining, [this] { lookWithTraining(); });
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Current))
            updateEnabled();
        if (change.has(Change::Model))
            lookedElsewhere();
    });
    connect(&training_.trial(), &ModelTrial::progressed, this, [this](double done) {
        if (comparison_)
            comparison_->setProgress(done);
    });
    connect(&training_.trial(), &ModelTrial::ended, this, &TrainingDocks::compared);
    connect(&training_.trial(), &ModelTrial::failed, this, [this](const Failure &failure) {
        if (comparison_)
            comparison_->setFailed(translated(failure.reason));
    });
}

QString TrainingDocks::nameOfRun(const fs::path &run)
{
    return QString::fromStdString(run.filename().string());
}

// --- What it tells

void TrainingDocks::took(const std::vector<RunEvent> &events, bool anew)
{
    if (anew) {
        started_ = {};
        latest_ = {};
        memoryBytes_ = 0;
        pace_ = {};
        panel_->setRun(nameOfRun(training_.process().folder()), {}, {});
        panel_->setPictures({});
        picturing_.abandon();
        chosen_.clear();
        readChosen();
    }
    std::string pictures;  // of the newest validation
    // All at once: of a long run that is opened the panel takes in some, and the rest by and by.
    std::vector<TrainingStep> steps;
    std::vector<TrainingValidation> validations;
    const auto flush = [&] {
        if (!steps.empty())
            panel_->addSteps(std::exchange(steps, {}));
        if (!validations.empty())
            panel_->addValidations(std::exchange(validations, {}));
    };
    for (const RunEvent &event : events) {
        if (const auto *step = std::get_if<RunStep>(&event.facts)) {
            pace_.stepped(event.time, step->report.waitedForDataMs / 1000);
            latest_ = step->report;
            memoryBytes_ = step->memoryBytes;
            steps.push_back(stepOf(*step));
        } else if (const auto *started = std::get_if<RunStarted>(&event.facts)) {
            flush();  // some of it did not happen
            takeStarted(*started);
        } else if (std::holds_alternative<RunPaused>(event.facts)) {
            pace_.cut(event.time);
        } else if (const auto *validated = std::get_if<RunValidated>(&event.facts)) {
            validations.push_back(validationOf(*validated));
            pictures = validated->pictures;
        } else if (const auto *warning = std::get_if<RunWarning>(&event.facts)) {
            panel_->addAlarm({static_cast<double>(warning->step), translated(warning->words),
                              QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(1000 * event.time))});
        }
    }
    flush();
    showPictures(pictures);
    showRun();
}

void TrainingDocks::takeStarted(const RunStarted &started)
{
    pace_.cut();
    if (started_.strides.empty())
        panel_->setRun(nameOfRun(training_.process().folder()), started.classNames, started.strides);
    else
        panel_->cut(static_cast<double>(started.fromStep));
    started_ = started;
}

void TrainingDocks::showRun()
{
    const RunProcess &run = training_.process();
    const RunSummary &summary = run.summary();
    TrainingStatus status;
    status.state = stateOf(run);
    status.step = summary.step;
    status.steps = summary.steps;
    status.epoch = latest_.epoch + 1;
    status.epochs = started_.epochs;
    status.imagesPerSecond = latest_.imagesPerSecond;
    status.learningRate = latest_.learningRate;
    status.memoryBytes = memoryBytes_;
    status.bestAp = summary.bestAp;
    status.hasModel = summary.hasCheckpoint;
    status.device = QString::fromStdString(started_.device);
    if (pace_.seconds() > 0)
        status.secondsLeft = pace_.seconds() * static_cast<double>(summary.steps - summary.step);
    status.waitShare = pace_.waitShare();
    status.words = summary.reason.text.empty() ? doingWords(run, pace_.seconds()) : translated(summary.reason);
    panel_->setStatus(status);
    tellEnd(summary);
    if (offered_ != (training_.canGoOn() ? summary : RunSummary()))
        showStarts();
    updateEnabled();
}

/// A word where the person looks, when a run that lived has ended.
void TrainingDocks::tellEnd(const RunSummary &now)
{
    using State = RunSummary::State;
    const RunSummary before = std::exchange(shown_, now);
    const bool lived = std::exchange(lived_, training_.process().alive()) && before.folder == now.folder;
    if (lived_ && !lived)
        strip_.clearTopic(topic);  // what ended has begun again
    if (!lived || lived_ || now.folder.empty())
        return;
    MessageStrip::Notice notice;
    notice.topic = topic;
    // Of this run, whichever is shown by then.
    const auto button = [&, run = now.folder](auto words, auto action) {
        notice.actionText = words;
        notice.action = [this, run, action] {
            if (training_.process().folder() == run)
                action();
            else
                training_.watch(run);
        };
    };
    const QString name = nameOfRun(now.folder);
    if (now.state == State::Done || now.state == State::Stopped) {
        notice.kind = MessageStrip::Kind::Info;
        notice.text = [name, now] {
            const QString ap = now.bestAp >= 0 ? tr("; best AP %1").arg(now.bestAp, 0, 'f', 3) : QString();
            const QString why = now.reason.text.empty() ? QString() : QLatin1Char(' ') + translated(now.reason);
            return (now.state == State::Done ? tr("Training %1 is done%2.") : tr("Training %1 was stopped%2."))
                       .arg(name, ap) +
                   why;
        };
        if (now.hasCheckpoint)
            button([] { return tr("Use its model…"); }, [this] { compare(); });
    } else if (now.state == State::Failed || now.state == State::Interrupted) {
        notice.kind = MessageStrip::Kind::Error;
        notice.text = [name, now] { return tr("Training %1 has ended: %2").arg(name, translated(now.reason)); };
        const bool goesOn = now.hasCheckpoint;
        button([goesOn] { return goesOn ? tr("Go on from its checkpoint") : tr("Start it again"); },
               [this] { training_.resume(); });
    } else {
        return;
    }
    strip_.show(std::move(notice));
}

void TrainingDocks::showRuns()
{
    std::vector<QString> names;
    for (const fs::path &run : training_.runs())
        names.push_back(nameOfRun(run));
    panel_->setRuns(names, nameOfRun(training_.process().folder()));
    updateEnabled();
}

/// Curves of other runs, read on a worker: they lie under those of the run that is followed.
void TrainingDocks::showCompared(const QStringList &names)
{
    std::vector<std::pair<QString, fs::path>> runs;
    for (const fs::path &run : training_.runs())
        if (names.contains(nameOfRun(run)))
            runs.emplace_back(nameOfRun(run), run);
    comparing_.start(
        [runs](const RunContext &) {
            std::vector<TrainingCurves> all;
            for (const auto &[name, run] : runs) {
                TrainingCurves curves{name, {}, {}};
                for (const RunEvent &event : withoutSuperseded(RunEventReader(run / "events.jsonl").more()))
                    if (const auto *step = std::get_if<RunStep>(&event.facts))
                        curves.steps.push_back(stepOf(*step));
                    else if (const auto *validated = std::get_if<RunValidated>(&event.facts))
                        curves.validations.push_back(validationOf(*validated));
                all.push_back(std::move(curves));
            }
            return all;
        },
        [this](Outcome<std::vector<TrainingCurves>> outcome) {
            if (outcome.result)
                panel_->setCompared(*outcome.result);
        });
}

// --- Its model

void TrainingDocks::compare()
{
    if (!session_.model())
        return training_.use();
    if (comparison_)
        return comparison_->raise();
    comparison_ = new ModelComparison(window_);
    comparison_->setAttribute(Qt::WA_DeleteOnClose);
    connect(comparison_, &ModelComparison::useWanted, this, [this] { training_.use(); });
    connect(comparison_, &QObject::destroyed, &training_, &Training::stopComparing);
    comparison_->setProgress(0);
    comparison_->open();
    training_.compare();
}

void TrainingDocks::compared(const ModelsCompared &result)
{
    if (!comparison_)
        return;
    ComparedModels shown = comparedOf(result);
    shown.before = modelWords(session_.model()->info.path);
    shown.after = tr("Training %1").arg(nameOfRun(training_.process().folder()));
    comparison_->setCompared(shown);
}

}  // namespace fcoscope
