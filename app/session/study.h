// SPDX-License-Identifier: GPL-3.0-or-later
// Work over a whole data set: its target assignment under the what-if profile, regression ranges that would suit its
// boxes, and what the model says against its labels. One data set at a time: that of the current image, or else the
// first that is open.
//
// The model looks at one image after the other, each a piece of work of its own, so that the current image is detected
// in between and a person who looks at images never waits for the study.
#pragma once

#include <QObject>

#include "app/session/lens.h"
#include "core/eval/assignment_statistics.h"
#include "core/eval/score_overlap.h"

namespace fcoscope {

using StatisticsPtr = std::shared_ptr<const AssignmentStatistics>;
using ScoredImagePtr = std::shared_ptr<const ScoredImage>;
using ScoreOverlapPtr = std::shared_ptr<const ScoreOverlap>;

class Study : public QObject {
    Q_OBJECT
public:
    Study(Session &session, Lens &lens, QObject *parent = nullptr);
    ~Study() override;

    /// The data set that would be studied now; null: none with labels is open.
    DatasetPtr dataset() const;

    void assign();   ///< ends with statistics()
    void score();    ///< ends with scores(); needs a model
    void propose();  ///< ends with limitsProposed()
    void stopAssigning();
    void stopScoring();

    bool assigning() const { return assigning_.running(); }
    bool scoring() const { return scored_ != nullptr; }
    StatisticsPtr statistics() const { return statistics_; }
    ScoreOverlapPtr scores() const { return scores_; }
    const Profile &scoredBy() const { return scoredBy_; }  ///< the profile by which scores() were made
    const std::vector<std::string> &scoredNames() const { return scoringNames_; }

Q_SIGNALS:
    void changed();  ///< something began, ended, or has a result
    void assignProgressed(const fcoscope::Progress &progress);
    void assignFailed(const fcoscope::Message &reason);
    void assignStopped();
    void scoreProgressed(double done);
    void limitsProposed(const std::vector<double> &limits);
    void failed(const fcoscope::Failure &failure);

private:
    void scoreNext();
    void scoredOne(Outcome<ScoredImagePtr> outcome);
    void forget();

    Session &session_;
    Lens &lens_;
    StatisticsPtr statistics_;
    ScoreOverlapPtr scores_;
    Profile scoredBy_;

    // While the model goes through a data set.
    DatasetPtr scoring_;
    ModelPtr scoringModel_;
    std::vector<std::string> scoringNames_;
    size_t next_ = 0;
    std::shared_ptr<ScoreOverlap> scored_;

    WorkThread thread_;
    Job<StatisticsPtr> assigning_{thread_};
    Job<std::vector<double>> proposing_{thread_};
    Job<ScoredImagePtr> scoringOne_{session_.inferenceThread()};
};

}  // namespace fcoscope
