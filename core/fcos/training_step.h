// SPDX-License-Identifier: GPL-3.0-or-later
// One optimiser step of a training: gradients of some batches, and what is made of them.
#pragma once

#include <vector>

#include "core/fcos/loader.h"
#include "core/fcos/training_state.h"

namespace fcoscope {

enum class Gradients {
    Ready,
    NotFinite,  ///< the loss or a gradient
    OutOfMemory,
};

/// Adds up the gradients of `batches` in the tensors of `state`, and fills losses, positives and gradientNorm of
/// `report`. Unless they are ready, `state` is as it was: the statistics of norms, which change as the network looks at
/// a picture, are put back, and the gradients are dropped. The device is waited for once, at the end.
Gradients gradientsOf(std::vector<Batch> &batches, TrainingState &state, const TrainOptions &options,
                      const at::Device &device, StepReport &report);

/// Makes the step that the gradients ask for, where the part `done` of the run lies behind.
void makeStep(TrainingState &state, const TrainOptions &options, double done, StepReport &report);

/// Whether an exception says that memory ran out, on the CPU or on a device. For use in a catch block.
bool saysOutOfMemory(const std::exception &error);

/// Gives back what the device's allocator keeps for later.
void releaseDeviceMemory(const at::Device &device);

}  // namespace fcoscope
