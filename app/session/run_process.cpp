// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_process.h"

#include <QFile>
#include <QFileInfo>
#include <QProcess>

#include <utility>

#include "core/base/error.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int looksApartMs = 250;

}  // namespace

struct RunProcess::Reading {
    explicit Reading(const fs::path &run) : folder(run), reader(run / "events.jsonl"), course(run) {}
    fs::path folder;
    RunEventReader reader;
    RunCourse course;
};

RunProcess::RunProcess(fs::path program, QObject *parent) : QObject(parent), program_(std::move(program))
{
    timer_.setInterval(looksApartMs);
    connect(&timer_, &QTimer::timeout, this, [this] { look(); });
}

RunProcess::~RunProcess()
{
    looking_.abandon();
    telling_.abandon();
}

void RunProcess::follow(const fs::path &folder)
{
    looking_.abandon();
    folder_ = folder;
    summary_ = {};
    summary_.folder = folder;
    alive_ = false;
    doing_ = {};
    silentMinutes_ = 0;
    fresh_ = true;
    starting_ = 0;
    asked_ = RunCommand::GoOn;
    endedEarly_.reset();
    lookFailed_.clear();
    reading_.reset();
    if (folder.empty()) {
        timer_.stop();
    } else {
        reading_ = std::make_shared<Reading>(folder);
        timer_.start();
        look();
    }
    Q_EMIT events({}, true);
    Q_EMIT changed();
}

void RunProcess::start(const fs::path &folder, const std::vector<std::string> &flags)
{
    if (folder_ != folder)
        follow(folder);
    // A session of its own is what startDetached() gives; low priority, so that the window stays quick beside it.
    QStringList arguments{QStringLiteral("-n"),    QStringLiteral("10"),    QString::fromStdString(program_.string()),
                          QStringLiteral("train"), QStringLiteral("--run"), QString::fromStdString(folder.string())};
    for (const std::string &flag : flags)
        arguments << QString::fromStdString(flag);
    QProcess trainer;
    trainer.setProgram(QStringLiteral("nice"));
    trainer.setArguments(arguments);
    const QString log = QString::fromStdString((folder / "trainer.log").string());
    if (QFile file(log); !file.open(QIODevice::Append))
        return Q_EMIT failed({message("core", "The file {0} cannot be written: {1}.")
                                  .with(log.toStdString(), file.errorString().toStdString()),
                              "training"});
    trainer.setStandardOutputFile(log, QIODevice::Append);
    trainer.setStandardErrorFile(log, QIODevice::Append);
    trainer.setStandardInputFile(QProcess::nullDevice());
    qint64 pid = 0;
    if (!QFileInfo(QString::fromStdString(program_.string())).isExecutable() || !trainer.startDetached(&pid))
        return Q_EMIT failed(
            {message("core", "The trainer {0} cannot be started.").with(program_.string()), "training"});
    starting_ = pid;
    asked_ = RunCommand::GoOn;
    endedEarly_.reset();
    Q_EMIT changed();
}

void RunProcess::tell(RunCommand command)
{
    if (!alive())
        return;
    asked_ = command;
    telling_.start(
        [folder = folder_, command](const RunContext &) {
            tellTrainer(folder, command);
            return true;
        },
        [this](Outcome<bool> outcome) {
            if (outcome.how == Ended::Failed)
                Q_EMIT failed({outcome.failure, "training"});
        });
    Q_EMIT changed();
}

void RunProcess::look()
{
    if (looking_.running())
        return;
    looking_.start(
        [reading = reading_, started = starting_](const RunContext &) {
            // Whether somebody works on it is asked first: who ended before had written its last event.
            Look look;
            look.trainer = trainerOf(reading->folder);
            look.started = started;
            look.startedAlive = started > 0 && processLives(static_cast<int>(started));
            look.events = reading->reader.more(&look.anew);
            if (look.anew)
                reading->course = RunCourse(reading->folder);
            for (const RunEvent &event : look.events)
                reading->course.take(event);
            look.summary = reading->course.summary(look.trainer || look.startedAlive);
            if (started > 0 && !look.trainer && !look.startedAlive)
                look.endedEarly = endedTooEarly(reading->folder);
            return look;
        },
        [this](Outcome<Look> outcome) {
            if (outcome.result) {
                took(*outcome.result);
            } else if (outcome.how == Ended::Failed && lookFailed_ != outcome.failure.english()) {
                lookFailed_ = outcome.failure.english();
                Q_EMIT failed({outcome.failure, "training"});
            }
        });
}

void RunProcess::took(const Look &look)
{
    const RunSummary before = std::exchange(summary_, look.summary);
    const bool wasAlive = alive();
    alive_ = look.trainer.has_value();
    const RunDoing wasDoing = std::exchange(doing_, look.trainer ? look.trainer->doing : RunDoing());
    const int silentBefore =
        std::exchange(silentMinutes_, look.trainer ? static_cast<int>(look.trainer->silentSeconds / 60) : 0);
    if (starting_ > 0 && look.trainer)
        starting_ = 0;
    if (starting_ > 0 && look.started == starting_ && !look.startedAlive) {
        starting_ = 0;
        if (summary_.changed == before.changed)
            endedEarly_ = look.endedEarly;
    }
    if (wasAlive && !alive())
        asked_ = RunCommand::GoOn;  // the next trainer was asked for nothing yet
    // What the events say is of the trainer before.
    if (endedEarly_ && !alive()) {
        summary_.state = RunSummary::State::Interrupted;
        summary_.reason = *endedEarly_;
    }
    for (const RunEvent &event : look.events)
        if (std::holds_alternative<RunPaused>(event.facts) && !std::get<RunPaused>(event.facts).paused &&
            asked_ == RunCommand::Pause)
            asked_ = RunCommand::GoOn;  // another window let it go on
    if (!look.events.empty() || look.anew)
        Q_EMIT events(look.events, look.anew);
    if (fresh_ || !(before == summary_) || wasAlive != alive() || !(wasDoing == doing_) ||
        silentBefore != silentMinutes_)
        Q_EMIT changed();
    fresh_ = false;
}

}  // namespace fcoscope
