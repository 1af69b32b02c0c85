// SPDX-License-Identifier: GPL-3.0-or-later
// A run as a trainer leaves it when it was stopped half-way, without one: its folder, events, and a checkpoint of a
// tiny network with random weights.
#pragma once

#include "core/fcos/checkpoint.h"
#include "core/runs/run_folder.h"
#include "core/runs/run_watch.h"
#include "core/runs/snapshot.h"
#include "core/runs/train_request.h"

namespace fcoscope {

inline TrainRequest madeRequest(int classes)
{
    TrainRequest request;
    setStructure(request, false);
    request.train.epochs = 8;
    request.train.batch = 1;
    request.train.learningRate = 0.00025;
    request.source.augment.width = request.source.augment.height = 64;
    request.network.backboneDepth = 18;
    request.network.backboneWidth = 0.0625;
    request.network.pyramidChannels = 32;
    request.network.towerDepth = 0;
    request.network.classCount = classes;
    return request;
}

/// In a fresh folder below `runs`: four of eight steps, the loss of each as given.
inline std::filesystem::path madeRun(const std::filesystem::path &runs, const Snapshot &data, double loss = 1)
{
    const TrainRequest request = madeRequest(static_cast<int>(data.training.classNames.size()));
    const std::filesystem::path run = freshRunFolder(runs);
    RunFolder writing(run);
    writing.writeRun(requestText(request));
    writing.writeSnapshot(snapshotText(data, {}));
    RunStarted started;
    started.steps = 8;
    started.device = "cpu";
    started.strides = {8, 16, 32, 64, 128};
    started.classNames = data.training.classNames;
    writing.tell(started);
    for (int i = 1; i <= 4; ++i) {
        RunStep step;
        step.report.step = i;
        step.report.steps = 8;
        step.report.classLoss = loss;
        writing.tell(step);
    }
    writing.tell(RunEnded{RunEnded::How::Stopped, 4, {}, {}});
    std::filesystem::create_directories(run / "checkpoints/last");
    writeRandomModel(run / "checkpoints/last/model.safetensors", request.network, request.profile,
                     data.training.classNames, 1);
    return run;
}

}  // namespace fcoscope
