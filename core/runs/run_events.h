// SPDX-License-Identifier: GPL-3.0-or-later
// What a trainer tells, as values: the lines of a run's events.jsonl, written and read here alone.
//
// A line is one JSON object, {"event": "step", "time": seconds since 1970, …}. A reader passes over events, and members
// of events, that it does not know, so that a later trainer can say more; a line that is not JSON (a torn last one) is
// passed over too. After a RunStarted with fromStep k every earlier event of a step past k is superseded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/base/message.h"
#include "core/fcos/trainer.h"

namespace fcoscope {

struct RunStarted {
    int64_t fromStep = 0, steps = 0;  ///< steps done before, of how many in all
    int64_t trainingImages = 0, validationImages = 0;
    std::string device;
    std::vector<int> strides;             ///< of the levels that StepReport::levels counts
    std::vector<std::string> classNames;
};
/// A step as the engine reports it; memory of the process beside it.
struct RunStep {
    StepReport report;
    double memoryBytes = 0;  ///< resident, or on the device where the network is on one
};
struct RunValidated {
    int64_t step = 0, epoch = 0;
    Figures figures;                       ///< AP, AP50, …; −1: nothing to measure
    std::map<std::string, double> classAp;  ///< by class name; −1: no label of it
    bool best = false;
};
/// What somebody should know: an alarm, or what the trainer did about trouble. It goes on.
struct RunWarning {
    int64_t step = 0;
    Message words;
};
struct RunPaused {
    int64_t step = 0;
    bool paused = true;  ///< false: it goes on
};
struct RunEnded {
    enum class How { Done, Stopped, Failed } how = How::Done;
    int64_t step = 0;
    Message reason;  ///< why it failed, or why it stopped before its last step; may be empty
};
using RunEventFacts = std::variant<RunStarted, RunStep, RunValidated, RunWarning, RunPaused, RunEnded>;

struct RunEvent {
    double time = 0;  ///< seconds since 1970
    RunEventFacts facts;
};

/// One line, without its end.
std::string lineOf(const RunEvent &event);
/// False: no event, or one that is not known here.
bool eventOf(const std::string &line, RunEvent &event);

/// Follows a file of events while it grows.
class RunEventReader {
public:
    explicit RunEventReader(std::filesystem::path file);
    /// The whole lines that were added since the last call; none while there is no file. A file that has become
    /// shorter is read again from its start, and `restarted` is then true.
    std::vector<RunEvent> more(bool *restarted = nullptr);

private:
    std::filesystem::path file_;
    uint64_t read_ = 0;  ///< bytes, up to the end of a line
};

}  // namespace fcoscope
