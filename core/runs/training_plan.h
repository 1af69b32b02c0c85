// SPDX-License-Identifier: GPL-3.0-or-later
// Before a run starts: which of the labels it learns from, which it is measured on, settings that suit so much data,
// and what a person should know first. Plain functions over values; the window and `fcos train` call the same.
#pragma once

#include <cstdint>
#include <filesystem>
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
///
/// Which side an image is on follows from its path and the seed, so that it stays there while others are labelled: the
/// share is met to within a quarter of it, or one image, instead of exactly. Only images that a class, or that quarter,
/// needs on the other side go there, those whose draw is nearest to the border first.
Snapshot chosenData(const LabelSet &set, const TrainingChoice &choice);

/// Values that suit so much data and such a start: network and input size where the start brings none, size of the
/// samples, epochs, batch, learning rate, warm-up, averaging, validation and checkpoint intervals, patience, loaders,
/// frozen stages, class balance. Set in `request` before a person says anything, after setStructure().
/// Opens the model to start from, but fails at nothing: what is wrong with it, checkPlan tells.
void suggestSettings(TrainRequest &request, const Snapshot &data);

struct PlanFinding {
    enum class Weight { Note, Warning, Obstacle } weight = Weight::Note;  ///< Obstacle: it cannot start like this
    Message words;
    std::string image{};   ///< path of the image it speaks of, or ""
    std::string option{};  ///< the option that would change it, or ""
};
struct PlanReport {
    std::vector<PlanFinding> findings;  ///< obstacles first
    int64_t steps = 0;                  ///< that are to be made
    double seconds = 0;                 ///< expected; 0: not known
    double memoryBytes = 0;             ///< expected at the highest
    size_t trainingImages = 0, validationImages = 0;
    size_t boxes = 0, unlearnable = 0;  ///< of the training images; unlearnable among those that were looked at
    int cudaDevices = 0;                ///< that it could run on
};
/// What the caller knows of the machine and the run's folder.
struct PlanSurroundings {
    double secondsPerImage = 0;      ///< see measuredSecondsPerImage(); 0: not known
    std::filesystem::path folder{};  ///< where checkpoints will be written; it need not exist yet; empty: not known
    double freeMemoryBytes = -1;     ///< −1: what the machine says
    int64_t samplesDone = 0;         ///< of a run that goes on: images learnt from, each as often as it came
    int patienceSpent = 0;           ///< of one that stopped by itself: what it was; 0: it did not
};
/// Images that cannot be read or have another size than their labels, classes with few boxes or none on one side,
/// boxes that no location can learn at the sample's size, a batch larger than the data, a rate that does not go with
/// the start, memory, disk and time. Every finding's sentence ends with what to do. Throws Stopped.
///
/// It takes a few seconds at most: of many images some, spread over all, are looked at, and a finding says how many.
PlanReport checkPlan(const TrainRequest &request, const Snapshot &data, const RunContext &context,
                     const PlanSurroundings &surroundings = {});

/// What a plan takes at that pace: steps and validations, 0 where the pace is 0. An image that is only looked at counts
/// as a third of one that is learnt from.
double expectedSeconds(const TrainRequest &request, const PlanReport &report, double secondsPerImage);

/// Whether it will run on a CUDA device.
bool onCuda(const TrainRequest &request);

/// The memory that training takes at its highest, bytes: an estimate (see plan_memory.cpp for how it was fitted).
double trainingMemory(const TrainRequest &request, const Snapshot &data);
/// What both checkpoints and one that is being written take on disk, bytes.
double checkpointBytes(const TrainRequest &request);

}  // namespace fcoscope
