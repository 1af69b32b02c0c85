// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/alarms.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/rules/locations.h"

namespace fcoscope {
namespace {

constexpr double risen = 1.5, fallenAgain = 1.2;  // times the lowest mean loss
constexpr double fallenAp = 0.02;
constexpr int validationsBelow = 3;

std::string levelName(double stride)
{
    const auto number = pyramidNumber(stride);
    return number ? "P" + std::to_string(*number) : roundedText(stride) + " px";
}

size_t levelOf(const Box &boxInSample, const Profile &profile)
{
    const double reach = std::max(boxInSample.width(), boxInSample.height()) / 2;
    size_t level = 0;
    while (level + 1 < profile.strides.size() && reach > profile.rangeHigh(level))
        ++level;
    return level;
}

}  // namespace

AlarmFacts alarmFacts(const Dataset &training, const AugmentOptions &augment, const Profile &profile,
                      const TrainOptions &options)
{
    AlarmFacts facts;
    facts.classNames = training.classNames;
    facts.boxesOfClass.assign(training.classNames.size(), 0);
    facts.strides = profile.strides;
    facts.boxesOfLevel.assign(profile.strides.size(), 0);
    const int64_t perStep = static_cast<int64_t>(options.batch) * options.accumulate;
    facts.stepsPerEpoch = (static_cast<int64_t>(training.images.size()) + perStep - 1) / perStep;
    const AugmentOptions plain = withoutChanges(augment);
    for (const DatasetImage &image : training.images) {
        for (const Label &label : image.labels)
            if (!label.crowd && static_cast<size_t>(label.classIndex) < facts.boxesOfClass.size())
                ++facts.boxesOfClass[static_cast<size_t>(label.classIndex)];
        if (image.size.width <= 0 || image.size.height <= 0)
            continue;
        for (const Label &label : sampleGeometry(image.size, image.labels, plain, 0, 0, 0).labels)
            ++facts.boxesOfLevel[levelOf(label.box, profile)];
    }
    return facts;
}

Alarms::Alarms(AlarmFacts facts) : facts_(std::move(facts)), patience_(std::max(patience, 3 * facts_.stepsPerEpoch))
{
    for (size_t i = 0; i < facts_.strides.size() && i < facts_.boxesOfLevel.size(); ++i) {
        Learner learner;
        if (facts_.boxesOfLevel[i] > 0)
            learner.silent = message("core", "{0} had no positive in {1} steps (boxes of its size: {2}).")
                                 .with(levelName(facts_.strides[i]), patience_, facts_.boxesOfLevel[i]);
        levels_.push_back(learner);
    }
    for (size_t i = 0; i < facts_.classNames.size() && i < facts_.boxesOfClass.size(); ++i) {
        Learner learner;
        if (facts_.boxesOfClass[i] > 0)
            learner.silent = message("core", "Class {0} had no positive in {1} steps: no location learns its boxes.")
                                 .with(facts_.classNames[i], patience_);
        classes_.push_back(learner);
    }
}

std::vector<Message> Alarms::started()
{
    std::vector<Message> alarms;
    for (size_t i = 0; i < facts_.classNames.size() && i < facts_.boxesOfClass.size(); ++i) {
        const std::string &name = facts_.classNames[i];
        if (facts_.boxesOfClass[i] == 0)
            alarms.push_back(message("core", "Class {0} has no box to learn from.").with(name));
        else if (facts_.boxesOfClass[i] == 1)
            alarms.push_back(message("core", "Class {0} has 1 box; expect little of it.").with(name));
        else if (facts_.boxesOfClass[i] < fewBoxes)
            alarms.push_back(
                message("core", "Class {0} has {1} boxes; expect little of it.").with(name, facts_.boxesOfClass[i]));
    }
    return alarms;
}

void Alarms::look(Learner &learner, int positives, int64_t step, std::vector<Message> &alarms) const
{
    if (learner.silent.text.empty())
        return;
    if (positives > 0) {
        learner.since = step;
        learner.said = false;
    } else if (step - std::max(learner.since, firstStep_ - 1) >= patience_ && !learner.said) {
        learner.said = true;
        alarms.push_back(learner.silent);
    }
}

void Alarms::lookAtLoss(const StepReport &report, std::vector<Message> &alarms)
{
    const double loss = report.classLoss + report.boxLoss + report.centernessLoss;
    if (!std::isfinite(loss))
        return;  // the trainer itself deals with that, and says so
    lossSum_ += loss;
    if (++lossCount_ < lossSteps)
        return;
    const double mean = lossSum_ / static_cast<double>(lossCount_);
    lossSum_ = 0;
    lossCount_ = 0;
    if (lowestLoss_ >= 0 && mean > risen * lowestLoss_ && !lossSaid_) {
        lossSaid_ = true;
        alarms.push_back(message("core", "The loss has risen: its mean over {0} steps is {1}, and was {2} before. A "
                                         "lower learning rate may help.")
                             .with(lossSteps, roundedText(mean, 3), roundedText(lowestLoss_, 3)));
    } else if (mean < fallenAgain * lowestLoss_) {
        lossSaid_ = false;
    }
    lowestLoss_ = lowestLoss_ < 0 ? mean : std::min(lowestLoss_, mean);
}

std::vector<Message> Alarms::stepped(const StepReport &report)
{
    std::vector<Message> alarms;
    if (firstStep_ < 0)
        firstStep_ = report.step;
    for (size_t i = 0; i < levels_.size() && i < report.levels.size(); ++i)
        look(levels_[i], report.levels[i].positives, report.step, alarms);
    for (size_t i = 0; i < classes_.size() && i < report.positivesOfClass.size(); ++i)
        look(classes_[i], report.positivesOfClass[i], report.step, alarms);
    lookAtLoss(report, alarms);
    return alarms;
}

std::vector<Message> Alarms::validated(int64_t step, double ap)
{
    if (!(ap >= 0))
        return {};
    if (ap >= bestAp_) {
        bestAp_ = ap;
        bestStep_ = step;
        below_ = 0;
    } else {
        ++below_;
    }
    if (bestAp_ - ap < fallenAp)
        apSaid_ = false;
    else if (below_ >= validationsBelow && !apSaid_) {
        apSaid_ = true;
        return {message("core",
                        "AP was {0} at step {1} and has not been reached again in {2} validations, the last {3}: "
                        "from here on the model may learn its images by heart.")
                    .with(roundedText(bestAp_, 3), bestStep_, below_, roundedText(ap, 3))};
    }
    return {};
}

}  // namespace fcoscope
