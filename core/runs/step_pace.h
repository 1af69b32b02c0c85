// SPDX-License-Identifier: GPL-3.0-or-later
// How long a step takes by now, from the moments at which steps were done, in seconds of any clock, and how much of it
// is spent waiting for data.
#pragma once

namespace fcoscope {

class StepPace {
public:
    /// What comes next is not measured from the step before: the run began, rested or stepped back.
    void cut(double now = 0) { last_ = now; }
    void stepped(double now, double waited = 0)
    {
        // Validations and checkpoints fall between steps: a slow average keeps the time left calm.
        if (last_ > 0 && now > last_) {
            const double took = now - last_, weight = seconds_ == 0 ? 1 : 0.05;
            seconds_ += weight * (took - seconds_);
            waits_ += weight * ((waited < took ? waited : took) - waits_);
        }
        last_ = now;
    }
    double seconds() const { return seconds_; }  ///< 0: not known yet
    double waitShare() const { return seconds_ > 0 ? waits_ / seconds_ : 0; }

private:
    double seconds_ = 0, last_ = 0, waits_ = 0;
};

}  // namespace fcoscope
