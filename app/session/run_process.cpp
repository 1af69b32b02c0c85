// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/run_process.h"

#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <fstream>

#include "core/base/error.h"
#include "core/base/text.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int looksApartMs = 250;

/// The end of the trainer's output: what it said when it could write no event any more.
std::string lastLine(const fs::path &log)
{
    std::ifstream file(log, std::ios::binary | std::ios::ate);
    if (!file)
        return {};
    const auto size = static_cast<int64_t>(file.tellg());
    constexpr int64_t enough = 4096;
    file.seekg(std::max<int64_t>(0, size - enough));
    std::string text((std::istreambuf_iterator<char>(file)), {});
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text.substr(text.find_last_of("\n\r") + 1);  // npos + 1 is 0
}

}  // namespace

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
    fresh_ = true;
    starting_ = 0;
    asked_ = RunCommand::GoOn;
    reader_.reset();
    if (folder.empty()) {
        timer_.stop();
    } else {
        reader_ = std::make_shared<RunEventReader>(folder / "events.jsonl");
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
    trainer.setStandardOutputFile(log, QIODevice::Append);
    trainer.setStandardErrorFile(log, QIODevice::Append);
    trainer.setStandardInputFile(QProcess::nullDevice());
    qint64 pid = 0;
    if (!QFileInfo(QString::fromStdString(program_.string())).isExecutable() || !trainer.startDetached(&pid))
        return Q_EMIT failed(
            {message("core", "The trainer {0} cannot be started.").with(program_.string()), "training"});
    starting_ = pid;
    asked_ = RunCommand::GoOn;
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

void RunProcess::tellNow(RunCommand command)
{
    try {
        tellTrainer(folder_, command);
    } catch (const UserError &error) {
        Q_EMIT failed({error.message(), "training"});
    }
}

void RunProcess::look()
{
    if (looking_.running())
        return;
    looking_.start(
        [folder = folder_, reader = reader_, summary = summary_, started = starting_](const RunContext &) {
            // Whether somebody works on it is asked first: who ended before had written its last event.
            Look look;
            const std::optional<int> trainer = trainerOf(folder);
            look.alive = trainer.has_value();
            look.startedAlive = started > 0 && processLives(static_cast<int>(started));
            look.summary = summary;
            look.events = reader->more(&look.anew);
            if (look.anew) {
                look.summary = {};
                look.summary.folder = folder;
            }
            for (const RunEvent &event : look.events)
                take(look.summary, event);
            settle(look.summary, look.alive || look.startedAlive);
            if (look.summary.state == RunSummary::State::Interrupted || (started > 0 && !look.startedAlive))
                look.lastWords = lastLine(folder / "trainer.log");
            return look;
        },
        [this](Outcome<Look> outcome) {
            if (outcome.result)
                took(*outcome.result);
            else if (outcome.how == Ended::Failed)
                Q_EMIT failed({outcome.failure, "training"});
        });
}

void RunProcess::took(const Look &look)
{
    const RunSummary before = std::exchange(summary_, look.summary);
    const bool wasAlive = alive();
    alive_ = look.alive;
    if (starting_ > 0 && look.alive)
        starting_ = 0;
    if (starting_ > 0 && !look.startedAlive) {  // it ended before it could take the folder
        starting_ = 0;
        Q_EMIT failed({message("core", "The trainer ended at once: {0}").with(printable(look.lastWords)), "training"});
    }
    if (summary_.state == RunSummary::State::Interrupted && summary_.reason.text.empty())
        summary_.reason = look.lastWords.empty()
                              ? message("core", "The trainer has ended without a word; it may have been killed.")
                              : message("core", "The trainer has ended without a word; its log ends with: {0}")
                                    .with(printable(look.lastWords));
    if (!look.events.empty() || look.anew)
        Q_EMIT events(look.events, look.anew);
    if (fresh_ || !(before == summary_) || wasAlive != alive())
        Q_EMIT changed();
    fresh_ = false;
}

}  // namespace fcoscope
