// SPDX-License-Identifier: GPL-3.0-or-later
// What the command says while it works, and how it is asked to stop.
//
// The standard output carries results and nothing else, so that it can be piped. Everything said on the way goes to the
// standard error stream: on a terminal as one progress line that is written over, elsewhere as a line now and then.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "core/base/run_context.h"
#include "core/base/text.h"

namespace fcoscope {

/// Sets what is global to the process (core/base/process.h), and signals: the first Ctrl-C (or SIGTERM) asks to stop, a
/// second one kills. Call it once, first.
void prepareProcess(char **argv);

/// True from the first SIGINT or SIGTERM on.
bool stopAsked();

/// Throws Stopped if a stop was asked for.
void throwIfStopAsked();

/// Safe to call from any thread.
class Console {
public:
    Console();   ///< sends log() here too
    ~Console();  ///< takes the progress line away

    Console(const Console &) = delete;
    Console &operator=(const Console &) = delete;

    /// Shows how far the work is; a negative fraction leaves the percentage out. Rate-limited here: call it freely.
    void progress(double fraction, const std::string &what);
    /// A line that stays.
    void note(const std::string &line);
    /// A sentence about what went wrong, after "fcos: ".
    void error(const std::string &sentence);
    /// From now on lines that do not go to a terminal begin with the time of day, but for errors: so a log tells when,
    /// and what was said on the way from what was said at the end (lastWords in core/runs).
    void tellTime();

    /// What a core operation is given.
    RunContext context();

private:
    void clearLine();
    std::string timeOfDay() const;

    std::mutex mutex_;
    const bool terminal_;
    bool lineShown_ = false, tellsTime_ = false;
    std::chrono::steady_clock::time_point lastShown_{};
};

/// Writes to the standard output. False once nobody reads it any more (a closed pipe); a full disk is a UserError.
bool print(const std::string &text);

}  // namespace fcoscope
