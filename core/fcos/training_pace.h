// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a training will be, measured before it starts: nobody is asked to wait for what they cannot estimate.
#pragma once

#include "core/base/run_context.h"
#include "core/fcos/network_options.h"
#include "core/fcos/trainer.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Seconds that one image takes: a few steps as the trainer makes them (targets, network, losses, gradients, optimiser,
/// average) on options.device, with random weights and made-up images; one at a time on the CPU, in batches on CUDA. A
/// `sample` (px) of more than 512 × 384 is measured at that many pixels and counted up, so that it takes seconds, and
/// no more memory than such images need. Reading and augmenting images is not in it: loaders do that meanwhile. The
/// network's threads are those of the process; options.threads is not considered. What a device's allocator has kept is
/// given back.
///
/// Throws Stopped between steps, UserError for a device that is not there or memory that ran out.
double measuredSecondsPerImage(NetworkOptions network, const Profile &profile, TrainOptions options, Size sample,
                               const RunContext &context);

}  // namespace fcoscope
