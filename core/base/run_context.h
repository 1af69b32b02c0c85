// SPDX-License-Identifier: GPL-3.0-or-later
// How a long core operation asks whether to stop and tells how far it is, without knowing who called it: the command,
// a test, or a Job of the window. Both functions may be empty. They are called on the thread that runs the operation,
// and an operation may call them from its own worker threads too, so they must be safe to call from any thread.
#pragma once

#include <functional>

#include "core/base/message.h"

namespace fcoscope {

struct Progress {
    double fraction = 0;  ///< 0…1; negative while the end is not known
    Message what;         ///< what is being done, one short phrase
};

struct RunContext {
    std::function<bool()> stopRequested;
    std::function<void(const Progress &)> progress;

    bool shouldStop() const { return stopRequested && stopRequested(); }
    void report(double fraction, Message what) const
    {
        if (progress)
            progress({fraction, std::move(what)});
    }
};

/// Thrown by an operation that was asked to stop and has nothing to return. Stopping is a result, not an error:
/// Job reports it as stopped, the command exits with 130.
struct Stopped {};

}  // namespace fcoscope
