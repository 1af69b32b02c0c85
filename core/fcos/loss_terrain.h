// SPDX-License-Identifier: GPL-3.0-or-later
// The loss of each location, for looking at: where a model is wrong about the labels of an image, and how much that
// would count in training. Names no Torch. The terms are those of the trainer, computed by the same function.
#pragma once

#include <vector>

#include "core/fcos/predictor.h"
#include "core/rules/assigned_image.h"
#include "core/rules/location_maps.h"

namespace fcoscope {

/// What the terms of the three losses are where the model that `info` describes says `raw` and the labels ask for
/// `assigned`. The losses are those of assigned.profile, a batch is this one image, and the sum of a map divided by its
/// normaliser is the loss that training would report. AdelaiDet's class normaliser remembers earlier batches, which no
/// model file does: here it is this image's positives, as for the other profiles. A profile that learns nothing from a
/// batch without positives has a class loss of 0 everywhere on an image without them.
///
/// `modelClassOfLabel`: for each of assigned.labels its class as the model counts them, or -1 where the model has no
/// such class. Locations that learn such a label count as positives, have a box and a centerness loss, and no class
/// loss: in training there is no such case. Where the network says what is no number, so is the loss.
///
/// Scales begin at 0 and end at the 99.5th percentile of what can be seen on them, that is of the values above a
/// hundredth of the largest. Throws UserError where the labels were assigned over other locations than the network's
/// (another transform, other levels), std::invalid_argument where the arguments are of different images or models.
/// Always call it from the thread that calls the predictor (LibTorch keeps threads for each of its callers).
LossTerrain lossTerrain(const RawOutputs &raw, const AssignedImage &assigned, const std::vector<int> &modelClassOfLabel,
                        const ModelInfo &info);

}  // namespace fcoscope
