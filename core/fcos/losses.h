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
    at::Tensor stride;      ///< [P, 1] px: of the location's level
    double centernessSum = 0;
    at::Tensor level = {};                                          ///< [P] int64: of the location, finest 0
    std::vector<int> positivesOfLevel = {}, positivesOfClass = {};  ///< how many of each; the classes as far as met

    int64_t count() const { return location.defined() ? location.size(0) : 0; }
    void to(const at::Device &device);
    void pin();  ///< into memory that a CUDA device copies from by itself
};

/// Collects what one image's positives ask for; add image by image, then finish.
class TargetsBuilder {
public:
    void add(const Assignment &assignment, const std::vector<int> &classOfBox, const std::vector<Level> &levels,
             int imageInBatch);
    Targets finish() const;

private:
    std::vector<int64_t> location_, classIndex_, level_;
    std::vector<float> distances_, centerness_, stride_;
    std::vector<int> ofLevel_, ofClass_;
};

/// All levels side by side: classLogits [B, N, C], centernessLogits [B, N] (or undefined), distances [B, N, 4].
struct FlatOutputs {
    at::Tensor classLogits, centernessLogits, distances;
};
FlatOutputs flattened(const std::vector<LevelTensors> &levels);

/// What the losses are sums of, each as it enters its sum. [P] in the order of the targets.
struct LossTerms {
    /// [B, N, C] focal loss of every pair (location, class) as if it were negative; undefined for a batch that the
    /// profile learns nothing from (learnFromEmptyBatches).
    at::Tensor asNegatives;
    at::Tensor ofPositives;  ///< [P] what it is more at a positive's own class, because that pair is positive
    at::Tensor box;          ///< [P] IoU loss, weighted as the profile says
    at::Tensor centerness;   ///< [P] binary cross entropy of the quality; undefined where the network says none
};
/// Where quality is the IoU, it is the very one the box loss knows, guard and all (AdelaiDet, which then weights no
/// box).
LossTerms lossTerms(const FlatOutputs &outputs, const Targets &targets, const Profile &profile);

/// What the sums of the box and centerness terms are divided by. The classes' is nextClassNormalizer()'s.
struct LossNormalizers {
    double box = 1, centerness = 1;
};
LossNormalizers lossNormalizers(const Targets &targets, const Profile &profile);

struct Losses {
    at::Tensor classification, box, centerness;  ///< scalars, each already divided by its normaliser
    at::Tensor total() const { return classification + box + centerness; }
};

Losses lossesOf(const LossTerms &terms, const FlatOutputs &outputs, const Targets &targets, const Profile &profile,
                double classNormalizer);

/// [3, levels]: what each level adds to the losses for class, box and centerness, on the device of the outputs and
/// without waiting for it. Not a function that is learnt from.
at::Tensor lossesOfLevels(const LossTerms &terms, const Targets &targets, const Profile &profile,
                          const std::vector<int64_t> &locationsOfLevel, double classNormalizer);

/// The sums of lossTerms() divided by `classNormalizer` and lossNormalizers(): what training makes smaller.
Losses computeLosses(const FlatOutputs &outputs, const Targets &targets, const Profile &profile,
                     double classNormalizer);

/// One loss for each row of l, t, r, b; all four are at least 0 in `predicted` and above 0 in `target`. The unit
/// matters to the guard alone.
at::Tensor boxLoss(const at::Tensor &predicted, const at::Tensor &target, BoxLoss kind, IouGuard guard);

/// What the class loss of a batch with so many positives is divided by. `last` is what it was for the batch before, and
/// `firstClassNormalizer` before any: the average's memory, which the trainer keeps.
constexpr double firstClassNormalizer = 100;
double nextClassNormalizer(ClassNormalizer rule, double last, int64_t positives);

}  // namespace fcoscope
