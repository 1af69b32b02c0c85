// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's folder says, for tests of the command.
#pragma once

#include <QString>

#include "core/fcos/checkpoint.h"
#include "core/runs/run_events.h"
#include "core/runs/run_watch.h"
#include "fcos_process.h"

namespace fcoscope {

namespace fs = std::filesystem;
using State = RunSummary::State;

inline fs::path pathOf(const QString &path)
{
    return path.toStdString();
}

inline std::vector<RunEvent> eventsOf(const QString &run)
{
    return RunEventReader(pathOf(run + "/events.jsonl")).more();
}

template <typename Facts> std::vector<Facts> all(const QString &run)
{
    std::vector<Facts> found;
    for (const RunEvent &event : eventsOf(run))
        if (const auto *facts = std::get_if<Facts>(&event.facts))
            found.push_back(*facts);
    return found;
}

inline State stateOf(const QString &run)
{
    return summaryOf(pathOf(run)).state;
}

inline std::string stepsOf(const QString &run)
{
    return readModelInfo(pathOf(run + "/checkpoints/last")).facts.at("steps");
}

/// What it was refused with, as the command and as the folder say it; the command's words alone if they differ.
inline QString refusalOf(const QString &run, const Said &said)
{
    const QString words = QString::fromUtf8(said.err).section("fcos: ", -1).trimmed();
    if (said.exitCode != 2)
        return "exit code " + QString::number(said.exitCode) + ": " + said.err;
    const RunSummary summary = summaryOf(pathOf(run));
    if (summary.state != State::Failed || QString::fromStdString(summary.reason.english()) != words)
        return "the folder says otherwise: " + QString::fromStdString(summary.reason.english()) + " / " + words;
    return words;
}

}  // namespace fcoscope
