// SPDX-License-Identifier: GPL-3.0-or-later
// The data's part of checkPlan: each adds what it finds. Private to core/runs.
#pragma once

#include "core/runs/plan_facts.h"
#include "core/runs/training_plan.h"

namespace fcoscope {

/// Counts of boxes on either side; fills in report.boxes.
void checkClasses(const Snapshot &data, PlanReport &report);
/// Whether the validation measures anything, and what.
void checkSides(const Snapshot &data, PlanReport &report);
/// Whether image files are there and have the size that their labels were made for; entries that could not be used.
void checkFiles(const TrainRequest &request, const Snapshot &data, const RunContext &context, PlanReport &report);
/// Boxes that no location learns at the sample's size; fills in report.unlearnable.
void checkBoxes(const TrainRequest &request, const Snapshot &data, const RunContext &context, PlanReport &report);

}  // namespace fcoscope
