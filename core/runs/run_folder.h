// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of one training run, in the trainer's hands: all that passes between it and whoever started or watches it
// (for them: run_watch.h, run_events.h, run_pictures.h).
//
//     run.toml        what was asked, complete; `fcos train --config run.toml` asks the same again
//     dataset.json    an immutable snapshot of the data: files, sizes, SHA-256, labels, classes, split
//     events.jsonl    one JSON object a line, only ever added to
//     pictures/       what the model saw in some validation images after each validation
//     control         written by others: "stop" ends the run as Ctrl-C does; "pause"; "go on"
//     lock            pid and start time (in clock ticks since the machine started, as in /proc/PID/stat) of the
//                     trainer; held with flock, and touched every few seconds while it lives; below them, where that
//                     takes a while, what it is at: a line as in events.jsonl
//     checkpoints/    written by the engine: last, best
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>

#include "core/runs/run_events.h"

namespace fcoscope {

class RunFolder {
public:
    /// Makes the folder if need be and locks it. Throws UserError if another trainer works in it.
    explicit RunFolder(const std::filesystem::path &folder);
    ~RunFolder();
    RunFolder(const RunFolder &) = delete;
    RunFolder &operator=(const RunFolder &) = delete;

    const std::filesystem::path &path() const { return folder_; }
    bool hasCheckpoint() const;

    void writeRun(const std::string &toml);
    /// Writes dataset.json, or, if the folder has one, makes sure that the data has not changed since: throws
    /// UserError, because going on with other data would be neither the old run nor a new one.
    void writeSnapshot(const std::string &text);

    /// Adds a line to events.jsonl. One write, so that no reader sees half of two lines. Throws UserError if it cannot
    /// be written; the file then ends where it ended before.
    void tell(const RunEventFacts &facts);
    /// Says what goes on until the next event, to whoever looks. Passed on once a second: call it freely, from any
    /// thread. Nothing comes of it where it cannot be written.
    void doing(const RunDoing &now);

    /// Whether somebody wrote "stop" into control, or removed the folder; or "pause" and not yet "go on". They look
    /// five times a second, and say, by the time of the lock file, that the trainer lives; so call one of them often.
    /// Safe from any thread.
    bool stopWritten();
    bool pauseWritten();

private:
    void lock();
    void look();
    void writeLock(const std::string &more);
    bool removed() const;

    std::filesystem::path folder_;
    int lock_ = -1, events_ = -1;
    std::atomic<bool> stopSeen_{false}, pauseSeen_{false};
    std::atomic<int64_t> nextLook_{0}, nextHeartbeat_{0};  ///< steady clock, ns
    std::string holder_;                                   ///< the first line of the lock
    std::mutex doingMutex_;
    int64_t nextDoing_ = 0;
    bool doing_ = false;  ///< the lock says what is done
};

/// The first of runs/1, runs/2, … that did not exist yet; it does when this returns, so that it is nobody else's.
/// Throws UserError if it cannot be made.
std::filesystem::path freshRunFolder(const std::filesystem::path &runs);

}  // namespace fcoscope
