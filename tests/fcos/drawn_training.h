// SPDX-License-Identifier: GPL-3.0-or-later
// Short training runs on drawn images.
#pragma once

#include "core/fcos/trainer.h"
#include "tests/fcos/drawn_source.h"

namespace fcoscope {

/// 24 steps of two images, a checkpoint every third.
TrainOptions fewSteps();

TrainResult trainDrawn(const TrainOptions &options, const std::filesystem::path &folder, const RunContext &context = {},
                       int images = 8, const std::function<void(const StepReport &)> &step = {},
                       const Profile &profile = smallProfile());

/// The bytes of `file` in the last checkpoint.
std::string weightsOf(const std::filesystem::path &run, const char *file);

}  // namespace fcoscope
