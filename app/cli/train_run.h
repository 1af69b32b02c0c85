// SPDX-License-Identifier: GPL-3.0-or-later
// One training run as the command makes it: told to the console, and to the run folder for whoever watches.
#pragma once

#include <memory>
#include <vector>

#include "app/cli/console.h"
#include "app/cli/train_arguments.h"
#include "core/eval/average_precision.h"
#include "core/runs/alarms.h"
#include "core/runs/run_folder.h"
#include "core/runs/run_pictures.h"
#include "core/runs/snapshot.h"
#include "core/runs/step_pace.h"

namespace fcoscope {

class TrainRun {
public:
    TrainRun(TrainArguments &asked, RunFolder &folder, Console &console);

    /// The data sets that were named, into dataset.json; or, where none is named, what dataset.json says.
    void readData();
    TrainResult train();
    /// The last event: how it ended.
    void tellEnd(const TrainResult &result);
    /// That it failed. Never throws: the failure may be that nothing can be written.
    void tellFailure(const Message &reason) noexcept;
    void tellStopped();
    void summary(const TrainResult &result) const;

private:
    void readDatasetsNamed();
    void recallEarlier();
    void tellStart(int64_t fromStep, int64_t steps);
    void begin(int64_t done, int64_t steps);
    void tell(const RunEventFacts &facts);
    bool waitForRoom();
    void stepped(const StepReport &report);
    Figures validate(const Predictor &model);
    void takePictures(const Predictor &model, const std::vector<ImageResult> &results);
    void tellUnread(const std::vector<size_t> &unread);
    void validated(int64_t epoch, const Figures &figures);
    std::string keepPictures(int64_t epoch);
    bool pauseAsked();
    void warn(int64_t step, const Message &words);
    void showStep(const StepReport &report);
    RunContext context();  ///< of work that is no step: told to the console and to whoever watches

    const bool problems_;
    TrainRequest &request_;
    RunFolder &folder_;
    Console &console_;
    Snapshot data_;
    std::unique_ptr<Alarms> alarms_;
    std::vector<RunPicture> pictures_;  ///< of the latest validation
    ApSummary latest_, best_;           ///< of the validations of this call
    double bestAp_ = -1;                ///< of the run
    int64_t step_ = 0;                  ///< the last that was done
    bool goesOn_ = false, paused_ = false;
    bool learnt_ = false;         ///< a step of this call
    bool noRoom_ = false;         ///< at the last attempt to write
    double stopSeen_ = 0;         ///< when it was asked to stop while it waited for room
    std::vector<size_t> unread_;  ///< images of the validation, at the last one
    StepPace pace_;
};

}  // namespace fcoscope
