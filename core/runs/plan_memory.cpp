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

double trainingMemory(const TrainRequest &request, const Snapshot &data)
{
    const NetworkCost cost = costOf(request, &data);
    const AugmentOptions &sample = request.source.augment;
    const double pixels = static_cast<double>(sample.width) * sample.height * request.train.batch;
    const double weights = 4 * 5 * cost.weights;  // values, gradients, AdamW's two means, the average
    const double samples = pixels * (24 + 3.0 * 2 * (request.train.loaders + 2));
    const double kept = cost.kept * request.train.batch * (request.train.precision == Precision::Bfloat16 ? 3 : 4);
    const double images = std::min(request.source.cacheMegabytes * 1024.0 * 1024.0, decodedBytes(data.training));
    return 250e6 + weights + 1.3 * kept + samples + images;
}

double checkpointBytes(const TrainRequest &request)
{
    // The average; raw weights and the optimiser's means. Last and best, and the one that is being written.
    const double numbers = request.train.optimizer == OptimizerKind::AdamW ? 4 : 3;
    return 3 * 4 * numbers * costOf(request, nullptr).weights;
}

}  // namespace fcoscope
