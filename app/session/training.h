// SPDX-License-Identifier: GPL-3.0-or-later
// Training from the window: what would be asked, what was found before the start, the run that is followed, and the
// trial before a new model takes the old one's place. On the GUI thread; all work in Jobs.
//
// Runs lie in `runs/` beside the project file, so a project that is opened again finds them, and one that still trains.
// Projects that share a folder have `NAME-runs/` each.
// Nothing is planned before somebody looks: setActive(true) when the form is shown. What is changed behind a form that
// is hidden makes its plan void: nobody trains on labels that have changed since.
#pragma once

#include <QObject>
#include <QTimer>

#include <filesystem>
#include <functional>
#include <map>
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
    /// Prepares that the followed run goes on, instead of a new one: with its own data and settings, but for what is
    /// changed from now on; lastingOptions() may not be. Nothing else comes of it before start(). Back to the new run,
    /// as it was left, with false, or by itself when the run cannot go on: it lives, or another is followed.
    void prepareGoingOn(bool goesOn);
    bool goesOn() const { return !goingOn_.empty(); }
    bool canGoOn() const;
    /// What would be learnt from; null while it is being found, or where there is nothing: reason() then says why.
    const std::shared_ptr<const Snapshot> &data() const { return data_; }
    const Message &reason() const { return reason_; }
    const PlanReport &report() const { return report_; }
    bool planning() const { return planLater_.isActive() || copyMore_.isActive() || planning_.running(); }

    // --- The run
    /// Writes the folder of a new run on a worker and starts its trainer; or, where that was prepared, lets the
    /// followed run go on. Does nothing while a run lives.
    void start();
    void resume();  ///< the followed run goes on, with its own settings
    bool writing() const { return writing_.running(); }
    void stopWriting();  ///< no run is begun
    /// A run of this project that trains but is not the one that is followed; empty: none. As of the last look.
    const std::filesystem::path &otherAlive() const { return otherAlive_; }
    RunProcess &process() { return process_; }
    void stopNow(const std::filesystem::path &run);  ///< here and now, for a window that is about to go
    void watch(const std::filesystem::path &run);    ///< follows this one of runs()
    std::filesystem::path runsFolder() const;        ///< of the open project; empty: there is none
    const std::vector<std::filesystem::path> &runs() const { return runs_; }  ///< of the open project, newest first

    /// A few training samples as the options make them now, others each time; ends with previewMade() or
    /// previewFailed().
    void preview();

    // --- Its model
    ModelTrial &trial() { return trial_; }
    void compare();  ///< starts the trial; without a loaded model the new one is opened at once
    void stopComparing();
    void use();  ///< opens the followed run's best model

Q_SIGNALS:
    void planned();      ///< data(), reason(), report(), planning(), goesOn(), or the request by a suggestion
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
    void copySome();
    void planNew(LabelSet labels);
    void planGoingOn();
    void tookPlan(Outcome<Plan> outcome);
    void measurePace();
    void startTrainer(const std::vector<std::string> &said);
    void startBesideNone(const std::function<std::filesystem::path(const RunContext &)> &prepare,
                         const std::vector<std::string> &flags);
    void lookForRuns();
    void labelsChanged();
    /// All runs of the project, the newest first, and the one that trains.
    struct Runs {
        std::vector<std::filesystem::path> all;
        std::filesystem::path alive;
    };
    static Runs foundIn(const std::filesystem::path &folder);
    static void refuseBeside(const std::filesystem::path &runs);

    Session &session_;
    bool active_ = false, suggest_ = true;
    std::filesystem::path goingOn_;  ///< the run that is prepared to go on; empty: a new one is
    TrainRequest request_;
    std::vector<std::string> said_;  ///< options that a person has set: suggestions leave them alone
    struct LeftAside {
        TrainRequest request;
        std::vector<std::string> said;
    } newRun_;  ///< while it is prepared that one goes on
    TrainingChoice choice_;
    std::shared_ptr<const Snapshot> data_;
    Message reason_;
    PlanReport report_;
    std::vector<std::filesystem::path> runs_;
    std::filesystem::path otherAlive_;
    RunProcess process_;
    ModelTrial trial_;
    QTimer planLater_, copyMore_;
    LabelSet copied_;                      ///< of the labels, as far as they are copied
    std::map<std::string, double> paces_;  ///< measured, by what they depend on; 0: could not be
    WorkThread thread_;
    Job<Plan> planning_{thread_};
    Job<std::filesystem::path> writing_{thread_};
    Job<Runs> finding_{thread_};
    Job<DatasetPtr> reading_{thread_};
    WorkThread paceThread_;
    Job<double> pacing_{paceThread_};
    int64_t previewed_ = 0;  ///< the epoch of the next samples
    WorkThread previewThread_;
    Job<std::vector<TrainingSample>> previewing_{previewThread_};
};

}  // namespace fcoscope
