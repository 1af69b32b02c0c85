// SPDX-License-Identifier: GPL-3.0-or-later
// Training from the window: what would be asked, what was found before the start, the run that is followed, and the
// comparison before a new model takes the old one's place. On the GUI thread; all work in Jobs.
//
// Runs lie in `runs/` beside the project file, so a project that is opened again finds them, and one that still trains.
#pragma once

#include <QObject>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/run_process.h"
#include "app/session/session.h"
#include "core/eval/average_precision.h"
#include "core/runs/training_plan.h"

namespace fcoscope {

/// Two models on the same images.
struct ModelsCompared {
    std::filesystem::path before, after;
    std::vector<std::string> classNames;   ///< the data's; each model was counted by the classes it knows of them
    ApSummary apBefore, apAfter;
    std::vector<bool> knownBefore;         ///< of classNames, by the old model
    int images = 0, better = 0, worse = 0;  ///< by the F1 of each image at the profile's score threshold
};

class Training : public QObject {
    Q_OBJECT
public:
    explicit Training(Session &session, std::filesystem::path program, QObject *parent = nullptr);
    ~Training() override;

    // What is asked. The request may be changed in place by a form; then call requestChanged().
    TrainRequest &request() { return request_; }
    TrainingChoice &choice() { return choice_; }
    /// Weights to start from: a file, or "" for random ones. Sets network and profile, then suggests settings anew.
    void setStartFrom(const std::filesystem::path &weights);
    void choiceChanged();   ///< another set of images: data and suggestions are made anew, then the check
    void requestChanged();  ///< an option: the check alone
    const Snapshot *data() const { return data_.get(); }  ///< null: nothing to learn from; then reason() says why
    const Message &reason() const { return reason_; }
    const PlanReport &report() const { return report_; }
    bool checking() const { return checking_.running() || writing_.running(); }

    /// Writes the folder of a new run on a worker and starts its trainer.
    void start();
    /// Goes on with the followed run, with the request as it is now.
    void resume();
    void pause() { process_.tell(RunCommand::Pause); }
    void goOn() { process_.tell(RunCommand::GoOn); }
    void stop() { process_.tell(RunCommand::Stop); }

    RunProcess &process() { return process_; }
    std::vector<std::filesystem::path> runs() const { return runs_; }  ///< of the open project, newest first
    void follow(const std::filesystem::path &run) { process_.follow(run); }

    /// The followed run's best model and the one that is loaded, on the run's validation images. Ends with compared()
    /// or failed(); without a loaded model the new one is opened at once.
    void compare();
    void stopComparing();
    bool comparing() const { return comparing_.running(); }
    void use();  ///< opens the followed run's best model

Q_SIGNALS:
    void planned();   ///< data(), reason(), report(), checking() or the request's suggestions
    void runsFound();
    void compareProgressed(double done);
    void compared(const fcoscope::ModelsCompared &result);
    void failed(const fcoscope::Failure &failure);

private:
    void sessionChanged(const Change &change);
    void findRuns();
    void check();

    Session &session_;
    TrainRequest request_;
    TrainingChoice choice_;
    std::shared_ptr<const Snapshot> data_;
    Message reason_;
    PlanReport report_;
    std::vector<std::filesystem::path> runs_;
    RunProcess process_;
    WorkThread thread_;
    Job<PlanReport> checking_{thread_};
    Job<std::filesystem::path> writing_{thread_};
    Job<ModelsCompared> comparing_{session_.inferenceThread()};
};

}  // namespace fcoscope
