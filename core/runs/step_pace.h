// SPDX-License-Identifier: GPL-3.0-or-later
// How long a step takes by now, from the moments at which steps were done, in seconds of any clock.
#pragma once

namespace fcoscope {

class StepPace {
public:
    /// What comes next is not measured from the step before: the run began, rested or stepped back.
    void cut(double now = 0) { last_ = now; }
    void stepped(double now)
    {
        // Validations and checkpoints fall between steps: a slow average keeps the time left calm.
        if (last_ > 0 && now > last_)
            seconds_ = seconds_ == 0 ? now - last_ : 0.95 * seconds_ + 0.05 * (now - last_);
        last_ = now;
    }
    double seconds() const { return seconds_; }  ///< 0: not known yet

private:
    double seconds_ = 0, last_ = 0;
};

}  // namespace fcoscope
