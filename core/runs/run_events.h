// SPDX-License-Identifier: GPL-3.0-or-later
// What a trainer tells, as values: the lines of a run's events.jsonl, written and read here alone.
//
// A line is one JSON object, {"event": "step", "time": seconds since 1970, …}:
//
//     start       from_step, steps, epochs, images, validation_images, device, strides, classes
//     step        step, steps, epoch, class_loss, box_loss, centerness_loss, learning_rate, gradient_norm, positives,
//                 images_per_second, waited_for_data_ms, memory_bytes, positives_of_class [count of each class],
//                 levels [[positives, class loss, box loss, centerness loss] of each level, finest first]
//     validation  step, epoch, figures {name: value}, classes [{"class", "AP", …}], best, pictures; null: no figure
//     warning     step, and words as below
//     paused      step
//     resumed     step: it goes on after a pause
//     stop        step, best {name: value}; words where it stopped by itself
//     done        the same
//     failed      step, reason, and words
//     doing       fraction, and words: what it is at between two events; in the lock alone (run_folder.h)
//
// Words are a sentence for people: "reason" in English, and what a window translates, "text" with its "arguments". A
// reader passes over events, and members of events, that it does not know, so that a later trainer can say more; a line
// that is not JSON (a torn last one) is passed over too. After a start with from_step k every earlier event of a step
// past k is superseded.
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
    int64_t epochs = 0;               ///< of how many in all; 0: an earlier version did not say
    int64_t trainingImages = 0, validationImages = 0;
    std::string device;
    std::vector<int> strides;  ///< of the levels that StepReport::levels counts
    std::vector<std::string> classNames;
};
/// A step as the engine reports it; memory of the process beside it.
struct RunStep {
    StepReport report;
    double memoryBytes = 0;  ///< resident, or on the device where the network is on one
};
struct RunValidated {
    int64_t step = 0, epoch = 0;
    Figures figures;  ///< AP, AP50, …; −1: nothing to measure; "unread" alone: so many images could not be read
    std::map<std::string, double> classAp;             ///< by class name; −1: no label of it
    bool best = false;                                 ///< of the run until then
    std::string pictures;                              ///< file in the run's folder, see run_pictures.h; empty: none
    std::map<std::string, Figures> classFigures = {};  ///< more of each class: AP50, AP75, AR100, labels
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
    Message reason;     ///< why it failed, or why it stopped before its last step; may be empty
    Figures best = {};  ///< of its validations
};
/// What it is at, where that takes a while: reading the images, measuring.
struct RunDoing {
    double fraction = -1;  ///< of it, that is done; negative while the end is not known
    Message words = {};
    bool operator==(const RunDoing &) const = default;
};
using RunEventFacts = std::variant<RunStarted, RunStep, RunValidated, RunWarning, RunPaused, RunEnded, RunDoing>;

struct RunEvent {
    double time = 0;  ///< seconds since 1970
    RunEventFacts facts;
};

/// One line, without its end.
std::string lineOf(const RunEvent &event);
/// False: no event, or one that is not known here. Lines of an earlier version lack some members: a validation its step
/// (−1), a failure its step and template (its reason is then one English text).
bool eventOf(const std::string &line, RunEvent &event);

/// The events that still count: without those that a later start superseded.
std::vector<RunEvent> withoutSuperseded(const std::vector<RunEvent> &events);

/// Follows a file of events while it grows.
class RunEventReader {
public:
    explicit RunEventReader(std::filesystem::path file);
    /// The whole lines that were added since the last call; none while there is no file. A file that has become
    /// shorter is read again from its start, and `restarted` is then true. A validation that does not say its step has
    /// that of the step before it.
    std::vector<RunEvent> more(bool *restarted = nullptr);

private:
    std::filesystem::path file_;
    uint64_t read_ = 0;  ///< bytes, up to the end of a line
    int64_t step_ = 0;   ///< of the last event that has one
};

}  // namespace fcoscope
