// SPDX-License-Identifier: GPL-3.0-or-later
// What a training takes of memory and disk.
#include <algorithm>

#include "core/runs/plan_facts.h"
#include "core/runs/training_plan.h"

namespace fcoscope {
namespace {

/// Bytes of all images of a set as they are decoded.
double decodedBytes(const Dataset &data)
{
    double bytes = 0;
    for (const DatasetImage &image : data.images)
        bytes += 3.0 * image.size.width * image.size.height;
    return bytes;
}

NetworkCost costOf(const TrainRequest &request, const Snapshot *data)
{
    NetworkOptions network = request.network;
    if (data)
        network.classCount = static_cast<int>(data->training.classNames.size());
    const AugmentOptions &sample = request.source.augment;
    return costOf(network, request.profile, {sample.width, sample.height});
}

}  // namespace

/// Fitted to the peak memory (VmHWM) of `fcos train` without CUDA, two steps and a checkpoint, one thread, 20 images of
/// 640 × 480 px: the slim network at 256 × 192 to 768 × 576 px with batches of 2 to 8 (0.43 to 1.90 GB), ResNet-50 at
/// 256 × 192 to 512 × 384 px with batches of 2 and 4 (1.82 to 3.39 GB). It is off by 6 % at most there
/// (tests/runs/tst_plan_suggest.cpp has the figures). A number that is kept takes 4 bytes, and gradients that live at
/// the same time, and gaps, the rest. A weight takes 20 bytes for value, gradient, AdamW's means and average, and the
/// rest for what convolutions and checkpoints need beside it. Less with frozen stages, which are not considered; the
/// figure for bfloat16 is not measured.
double trainingMemory(const TrainRequest &request, const Snapshot &data)
{
    const NetworkCost cost = costOf(request, &data);
    const AugmentOptions &sample = request.source.augment;
    const double pixels = static_cast<double>(sample.width) * sample.height * request.train.batch;
    const double samples = pixels * (24 + 3.0 * 2 * (request.train.loaders + 2));
    const double kept = cost.kept * request.train.batch * (request.train.precision == Precision::Bfloat16 ? 3.6 : 4.9);
    const double images = std::min(request.source.cacheMegabytes * 1024.0 * 1024.0, decodedBytes(data.training));
    return 213e6 + 40 * cost.weights + kept + samples + images;
}

double checkpointBytes(const TrainRequest &request)
{
    // The average; raw weights and the optimiser's means. Last and best, and the one that is being written.
    const double numbers = request.train.optimizer == OptimizerKind::AdamW ? 4 : 3;
    return 3 * 4 * numbers * costOf(request, nullptr).weights;
}

}  // namespace fcoscope
