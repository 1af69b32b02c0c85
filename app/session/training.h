// SPDX-License-Identifier: GPL-3.0-or-later
// Training from the window: what would be asked, what was found before the start, the run that is followed, and the
// trial before a new model takes the old one's place. On the GUI thread; all work in Jobs.
//
// Runs lie in `runs/` beside the project file, so a project that is opened again finds them, and one that still trains.
// Nothing is planned before somebody looks: setActive(true) when the form is shown.
#pragma once

#include <QObject>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/session/model_trial.h"
#include "app/session/run_process.h"
#include "app/session/session.h"
#include "core/rules/assigned_image.h"
#include "core/runs/training_plan.h"

namespace fcoscope {

/// One training sample, and what each location learns in it.
struct TrainingSample {
    std::string name;  ///< of the image it was made of
    Sample sample;
    AssignedImage assigned;  ///< its boxes in network coordinates: `boxes`
};

class Training : public QObject {
    Q_OBJECT
public:
    Training(Session &session, std::filesystem::path program, QObject *parent = nullptr);
    ~Training() override;

    void setActive(bool active);

    // --- What is asked. A form changes the request in place, then calls requestChanged().
    TrainRequest &request() { return request_; }
    const TrainingChoice &choice() const { return choice_; }
    /// Weights to start from: a file, or "" for random ones. Network and profile become theirs, and settings are
    /// suggested anew.
    void setStartFrom(const std::filesystem::path &weights);
    void setChoice(const TrainingChoice &choice);  ///< other images: suggested and checked anew
    void requestChanged(const std::string &option);
    /// What would be learnt from; null while it is being found, or where there is nothing: reason() then says why.
    const std::shared_ptr<const Snapshot> &data() const { return data_; }
    const Message &reason() const { return reason_; }
    const PlanReport &report() const { return report_; }
    bool planning() const { return planning_.running() || planLater_.isActive(); }

    // --- The run
    /// Writes the folder of a new run on a worker and starts its trainer. Does nothing while a run lives.
    void start();
    void resume();  ///< goes on with the followed run, with what the request says otherwise
    bool writing() const { return writing_.running(); }
    RunProcess &process() { return process_; }
    const std::vector<std::filesystem::path> &runs() const { return runs_; }  ///< of the open project, newest first

    /// A few training samples as the options make them now, others each time; ends with previewMade() or
    /// previewFailed().
    void preview();

    // --- Its model
    ModelTrial &trial() { return trial_; }
    void compare();  ///< starts the trial; without a loaded model the new one is opened at once
    void use();      ///< opens the followed run's best model

Q_SIGNALS:
    void planned();      ///< data(), reason(), report(), planning(), or the request by a suggestion
    void runsChanged();  ///< runs()
    void writingChanged();
    void previewMade(const std::vector<fcoscope::TrainingSample> &samples);
    void previewFailed(const fcoscope::Message &reason);
    void failed(const fcoscope::Failure &failure);

private:
    /// What was found out on the worker.
    struct Plan {
        std::shared_ptr<const Snapshot> data;
        Message reason;
        TrainRequest request;  ///< with suggestions, where they were asked for
        PlanReport report;
    };
    void sessionChanged(const Change &change);
    void planSoon(bool suggest);
    void plan();
    void took(Plan plan);
    void findRuns();
    std::filesystem::path runsFolder() const;

    Session &session_;
    bool active_ = false, suggest_ = true;
    TrainRequest request_;
    std::vector<std::string> said_;  ///< options that a person has set: suggestions leave them alone
    TrainingChoice choice_;
    std::shared_ptr<const Snapshot> data_;
    Message reason_;
    PlanReport report_;
    std::vector<std::filesystem::path> runs_;
    RunProcess process_;
    ModelTrial trial_;
    QTimer planLater_;
    WorkThread thread_;
    Job<Plan> planning_{thread_};
    Job<std::filesystem::path> writing_{thread_};
    Job<std::vector<std::filesystem::path>> finding_{thread_};
    Job<DatasetPtr> reading_{thread_};
    int64_t previewed_ = 0;  ///< the epoch of the next samples
    WorkThread previewThread_;
    Job<std::vector<TrainingSample>> previewing_{previewThread_};
};

}  // namespace fcoscope
