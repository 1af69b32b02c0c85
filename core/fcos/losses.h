// SPDX-License-Identifier: GPL-3.0-or-later
// The three losses (specification, section 4), on the positives that the assigner chose.
#pragma once

#include <vector>

#include "core/fcos/detector.h"
#include "core/rules/assigner.h"

namespace fcoscope {

/// What a batch should learn: one row for each positive location. `location` counts through the batch: image · N +
/// location, with N the locations of all levels, finest first.
struct Targets {
    at::Tensor location;    ///< [P] int64
    at::Tensor classIndex;  ///< [P] int64
    at::Tensor distances;   ///< [P, 4] l, t, r, b in pixels of the network's input
    at::Tensor centerness;  ///< [P]
    double centernessSum = 0;

    int64_t count() const { return location.defined() ? location.size(0) : 0; }
    void to(const at::Device &device);
};

/// Collects what one image's positives ask for; add image by image, then finish.
class TargetsBuilder {
public:
    void add(const Assignment &assignment, const std::vector<int> &classOfBox, const std::vector<Level> &levels,
             int imageInBatch);
    Targets finish() const;

private:
    std::vector<int64_t> location_, classIndex_;
    std::vector<float> distances_, centerness_;
};

/// All levels side by side: classLogits [B, N, C], centernessLogits [B, N] (or undefined), distances [B, N, 4].
struct FlatOutputs {
    at::Tensor classLogits, centernessLogits, distances;
};
FlatOutputs flattened(const std::vector<LevelTensors> &levels);

struct Losses {
    at::Tensor classification, box, centerness;  ///< scalars, each already divided by its normaliser
    at::Tensor total() const { return classification + box + centerness; }
};

/// Focal loss over every location and class, divided by max(1, positives); IoU loss of the positives, weighted and
/// divided as the profile says; binary cross entropy of the positives' centerness, divided by max(1, positives).
Losses computeLosses(const FlatOutputs &outputs, const Targets &targets, const Profile &profile);

}  // namespace fcoscope
