// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of one training run: all that passes between the trainer and whoever started or watches it.
//
//     run.toml        what was asked, complete; `fcos train --config run.toml` asks the same again
//     dataset.json    an immutable snapshot of the data: files, sizes, SHA-256, labels, classes, split
//     events.jsonl    one JSON object a line, only ever added to: start, step, validation, stop, done, failed. A reader
//                     ignores a torn last line; after a "start" with "from_step" k, earlier steps past k are superseded
//     control         written by others: "stop" ends the run as Ctrl-C does
//     lock            pid and start time (in clock ticks since the machine started, as in /proc/PID/stat) of the
//                     trainer; held with flock, and touched every few seconds while it lives
//     checkpoints/    written by the engine: last, best
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/json_writer.h"
#include "core/base/run_context.h"
#include "core/data/dataset.h"

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
    void writeSnapshot(const std::string &json);

    /// Adds a line {"event": name, "time": …, members of `facts`}. One write, so that no reader sees half of two lines.
    void event(const std::string &name, const JsonObject &facts);

    /// Whether somebody wrote "stop" into control. Looks at most once a second; safe from any thread.
    bool stopWritten();
    /// Says that the trainer lives, by the time of the lock file.
    void heartbeat();

private:
    void lock();

    std::filesystem::path folder_;
    int lock_ = -1, events_ = -1;
    std::atomic<bool> stopSeen_{false};
    std::atomic<int64_t> nextLook_{0};  ///< steady clock, ns
    std::chrono::steady_clock::time_point nextHeartbeat_{};
};

/// "runs/1" or the first such folder that does not exist yet.
std::filesystem::path freshRunFolder();

/// The text of dataset.json. Reads and hashes every image. Throws Stopped if asked to stop.
std::string snapshotJson(const Dataset &training, const Dataset *validation, const RunContext &context);

}  // namespace fcoscope
