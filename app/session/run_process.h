// SPDX-License-Identifier: GPL-3.0-or-later
// A run of `fcos train` as the window sees it: started or found, followed through its folder, never a child that dies
// with the window.
//
// The trainer is started in a session of its own, with low priority, its output in trainer.log in the run's folder.
// From then on the folder is all that connects the two: events are read on a worker four times a second, commands are
// written into `control`. So a window that is opened later follows the same run, and a trainer that crashes takes
// nothing with it: summary() then says Interrupted, with the last words of its log.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/failure.h"
#include "app/session/job.h"
#include "core/runs/run_events.h"
#include "core/runs/run_watch.h"

namespace fcoscope {

class RunProcess : public QObject {
    Q_OBJECT
public:
    /// `program`: the path of `fcos`.
    explicit RunProcess(std::filesystem::path program, QObject *parent = nullptr);
    ~RunProcess() override;  ///< the trainer goes on

    /// Follows the run in `folder` from its first event. An empty path: none.
    void follow(const std::filesystem::path &folder);
    /// Starts a trainer on the run in `folder`, where run.toml and dataset.json are, and follows it. `flags` are
    /// settings that differ from those in run.toml: "--batch", "4".
    void start(const std::filesystem::path &folder, const std::vector<std::string> &flags = {});
    /// Ignored while no trainer works on the run.
    void tell(RunCommand command);

    const std::filesystem::path &folder() const { return folder_; }
    const RunSummary &summary() const { return summary_; }
    /// A trainer works on it, or was started and has not shown itself yet.
    bool alive() const { return alive_ || starting_ > 0; }
    bool starting() const { return starting_ > 0; }
    /// What the trainer is at between two events; no words: making steps, resting, or there is none.
    const RunDoing &doing() const { return doing_; }
    /// For how many minutes it has given no sign of life, which it does every few seconds; 0: it has.
    int silentMinutes() const { return silentMinutes_; }
    RunCommand asked() const { return asked_; }  ///< what it was told last; GoOn: nothing else

Q_SIGNALS:
    /// New events in their order. `anew`: forget those that came before.
    void events(const std::vector<fcoscope::RunEvent> &events, bool anew);
    void changed();  ///< summary(), alive(), asked(), doing() or silentMinutes()
    void failed(const fcoscope::Failure &failure);

private:
    /// What one look at the folder brought.
    struct Look {
        std::vector<RunEvent> events;
        bool anew = false, startedAlive = false;
        std::optional<TrainerNow> trainer;
        int64_t started = 0;  ///< the pid that was asked about
        std::optional<Message> endedEarly;
        RunSummary summary;
    };
    /// What is read of the folder, on the worker alone.
    struct Reading;
    void look();
    void took(const Look &look);

    std::filesystem::path program_, folder_;
    RunSummary summary_;
    std::shared_ptr<Reading> reading_;
    bool alive_ = false, fresh_ = true;
    RunDoing doing_;
    int silentMinutes_ = 0;
    std::optional<Message> endedEarly_;  ///< of a trainer that was started here and has told nothing
    std::string lookFailed_;             ///< told once, not four times a second
    int64_t starting_ = 0;               ///< the pid of the trainer that was started and has not locked the folder yet
    RunCommand asked_ = RunCommand::GoOn;
    QTimer timer_;
    WorkThread thread_;
    Job<Look> looking_{thread_};
    WorkThread tellThread_;
    Job<bool> telling_{tellThread_};
};

}  // namespace fcoscope
