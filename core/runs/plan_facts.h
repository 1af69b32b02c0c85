// SPDX-License-Identifier: GPL-3.0-or-later
// What suggestions and checks of a training both ask of a request and its data. Private to core/runs.
#pragma once

#include <optional>
#include <vector>

#include "core/base/message.h"
#include "core/data/dataset.h"
#include "core/fcos/predictor.h"
#include "core/runs/train_request.h"

namespace fcoscope {

/// What a training begins with.
struct PlanStart {
    enum class Kind { Nothing, Backbone, Detector } kind = Kind::Nothing;
    std::optional<ModelInfo> model;
    std::optional<Message> problem;  ///< why the model cannot be read; it is taken for a detector then
};
PlanStart startOf(const TrainRequest &request);

struct ClassBoxCount {
    size_t boxes = 0, images = 0;  ///< boxes that teach: no crowds
};
/// One for each class of the data.
std::vector<ClassBoxCount> boxesByClass(const Dataset &data);

/// Steps of the whole training, as the trainer counts them.
int64_t stepsOf(const TrainOptions &options, size_t images);

/// Weights of the network, and numbers that one image's pass through it leaves in memory until the gradients are known.
struct NetworkCost {
    double weights = 0;
    double kept = 0;
};
/// For an input of that size, in px.
NetworkCost costOf(const NetworkOptions &network, const Profile &profile, Size input);

}  // namespace fcoscope
