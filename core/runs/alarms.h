// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms in words: what somebody who watches a training should not have to find in the curves.
//
//     Class Platelets has 3 boxes …      at the start, of a class with fewer than fewBoxes
//     P7 had no positive in 200 steps …  a level that some box of the data belongs to by its size learnt nothing. A
//                                        level that no box belongs to says nothing for ever, and no alarm is made of
//                                        that: small cells need no P7
//     Class … had no positive in …       its boxes are there, and no location learns them
//     The loss has risen …               its mean over 100 steps is half as much again as the lowest such mean before
//     AP … has not been reached again …  three validations in a row were below the best, the last by 0.02 or more
//
// A level or class is given time to come round: 200 steps or three epochs, whichever is more. Each alarm is given once;
// again only when its cause went away in between. A run that goes on tells the earlier reports again first, so that
// nothing is said twice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/data/augment.h"
#include "core/data/dataset.h"
#include "core/fcos/trainer.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// What the data offers to learn.
struct AlarmFacts {
    std::vector<std::string> classNames;
    std::vector<int64_t> boxesOfClass;
    std::vector<double> strides;        ///< px, finest first
    std::vector<int64_t> boxesOfLevel;  ///< by their size in a sample without random changes
    int64_t stepsPerEpoch = 1;
};
/// Crowds are no boxes to learn. A box belongs to the level whose regression range holds half its longer side: that is
/// what a location in its middle regresses to.
AlarmFacts alarmFacts(const Dataset &training, const AugmentOptions &augment, const Profile &profile,
                      const TrainOptions &options);

class Alarms {
public:
    static constexpr int64_t fewBoxes = 10, patience = 200, lossSteps = 100;

    explicit Alarms(AlarmFacts facts);

    /// Before the first step.
    std::vector<Message> started();
    std::vector<Message> stepped(const StepReport &report);
    /// `ap` below 0: there was nothing to measure.
    std::vector<Message> validated(int64_t step, double ap);

private:
    /// Something that should have positives now and then.
    struct Learner {
        Message silent;     ///< the alarm, but for its steps
        int64_t since = 0;  ///< the last step with a positive
        bool said = false;
    };
    void look(Learner &learner, int positives, int64_t step, std::vector<Message> &alarms) const;
    void lookAtLoss(const StepReport &report, std::vector<Message> &alarms);

    AlarmFacts facts_;
    int64_t patience_ = patience;
    std::vector<Learner> levels_, classes_;
    int64_t firstStep_ = -1;
    double lossSum_ = 0, lowestLoss_ = -1;
    int64_t lossCount_ = 0;
    bool lossSaid_ = false, apSaid_ = false;
    double bestAp_ = -1;
    int64_t bestStep_ = 0;
    int below_ = 0;  ///< validations in a row below the best
};

}  // namespace fcoscope
