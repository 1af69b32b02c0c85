// SPDX-License-Identifier: GPL-3.0-or-later
// Before a run starts: which of the labels it learns from, which it is measured on, settings that suit so much data, and
// what a person should know first. Plain functions over values; the window and `fcos train` call the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/base/run_context.h"
#include "core/data/label_set.h"
#include "core/data/project/image_query.h"
#include "core/runs/snapshot.h"
#include "core/runs/train_request.h"

namespace fcoscope {

struct TrainingChoice {
    /// Of the images that this query names. New images teach only if `unreviewed`: what is not labelled in them would
    /// be taught as background.
    ImageQuery images;
    bool unreviewed = false;
    double validationShare = 0.2;  ///< 0: none
    uint64_t seed = 1;             ///< of the split
};
/// The chosen images as a snapshot, split with every class on both sides where the images allow it; at least one image
/// trains, and from two on at least one validates unless the share is 0. A single image is trained on and measured on,
/// and a finding says that this measures memory, not skill. Throws UserError if no chosen image has a label.
Snapshot chosenData(const LabelSet &set, const TrainingChoice &choice);

/// Values that suit so much data and such a start: epochs, batch, learning rate, warm-up, validation and checkpoint
/// intervals, loaders, frozen stages. Set in `request` before a person says anything.
void suggestSettings(TrainRequest &request, const Snapshot &data);

struct PlanFinding {
    enum class Weight { Note, Warning, Obstacle } weight = Weight::Note;  ///< Obstacle: it cannot start like this
    Message words;
    std::string image;   ///< path of the image it speaks of, or ""
    std::string option;  ///< the option that would change it, or ""
};
struct PlanReport {
    std::vector<PlanFinding> findings;  ///< obstacles first
    int64_t steps = 0;
    double seconds = 0;      ///< expected; 0: not known (no step was measured yet on this machine)
    double memoryBytes = 0;  ///< expected at the highest
    size_t trainingImages = 0, validationImages = 0, boxes = 0, unlearnable = 0;
};
/// Images that cannot be read or have another size than their labels, classes with few boxes or none on one side,
/// boxes that no location can learn at the sample's size, a batch larger than the data, a rate that does not go with
/// the start, memory and time. Throws Stopped.
PlanReport checkPlan(const TrainRequest &request, const Snapshot &data, const RunContext &context);

}  // namespace fcoscope
