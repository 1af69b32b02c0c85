// SPDX-License-Identifier: GPL-3.0-or-later
// A run folder seen from outside: whether a trainer lives in it, what it was told, how far it is. Nothing here locks or
// changes the folder but tellTrainer().
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/runs/run_events.h"

namespace fcoscope {

/// What can be written into `control`. A trainer looks at it several times a second, between two steps.
enum class RunCommand { Stop, Pause, GoOn };
const char *wordOf(RunCommand command);  ///< as it stands in the file
/// Throws UserError if the folder cannot be written.
void tellTrainer(const std::filesystem::path &folder, RunCommand command);

struct TrainerNow {
    int pid = 0;
    double silentSeconds = 0;  ///< since its last sign of life; it gives one every few seconds, between two steps
    RunDoing doing;            ///< no words: making steps, or resting
};
/// The process that holds the run, if it lives: the pid in `lock`, with the start time that is written beside it (a pid
/// that was given to another process since does not count).
std::optional<TrainerNow> trainerOf(const std::filesystem::path &folder);
/// Whether there is such a process and it has not ended: one that waits to be collected by its parent has.
bool processLives(int pid);

struct RunSummary {
    std::filesystem::path folder;
    enum class State {
        New,  ///< asked for, no step done yet, nobody works on it
        Running,
        Paused,
        Done,
        Stopped,
        Failed,
        Interrupted,  ///< its last event says that it runs, but nobody does: killed, or the machine went down
    } state = State::New;
    int64_t step = 0, steps = 0;
    double bestAp = -1;  ///< −1: not validated
    double changed = 0;  ///< seconds since 1970, of the last event
    Message reason;      ///< Failed, Stopped, Interrupted
    bool hasCheckpoint = false;
    std::filesystem::path last, best;  ///< folders; empty: there is none
    bool operator==(const RunSummary &) const = default;
};
/// What is to be said of a trainer that ended without telling why: the last words of trainer.log, or that there are
/// none.
Message endedTooEarly(const std::filesystem::path &folder);
/// Reads the whole of events.jsonl once: some 50 ms for a run of 100,000 steps, so not on the GUI thread.
RunSummary summaryOf(const std::filesystem::path &folder);

/// The same for whoever follows a run: told event by event.
class RunCourse {
public:
    explicit RunCourse(std::filesystem::path folder);
    void take(const RunEvent &event);
    /// With the checkpoints that there are now. `alive`: whether a trainer lived before the newest events were read.
    RunSummary summary(bool alive) const;

private:
    RunSummary soFar_;
    std::vector<std::pair<int64_t, double>> validations_;  ///< (step, AP)
    std::optional<RunEvent> last_;
};

/// The folders with a run.toml directly below `runs`, the one that something happened in last first.
std::vector<std::filesystem::path> runsIn(const std::filesystem::path &runs);

}  // namespace fcoscope
