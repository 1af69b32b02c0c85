// SPDX-License-Identifier: GPL-3.0-or-later
// One number for each location of each level: what heat maps are painted from, what the value at the cursor is read
// from, and what the tests compare with the trainer's tensors. A map carries the geometry it belongs to, because what
// if questions move the targets' locations while the network's outputs stay where they are.
#pragma once

#include <memory>
#include <vector>

#include "core/base/message.h"
#include "core/base/values.h"
#include "core/rules/assigned_image.h"

namespace fcoscope {

struct LocationMap {
    ImageTransform transform;
    std::vector<Level> levels;
    std::vector<std::vector<float>> values;  ///< of each level, row-major; not a number: this location has none
    float low = 0, high = 1;                 ///< the scale of the legend; values beyond it take its ends' colours
    bool diverging = false;                  ///< 0 is the middle of the scale, both directions mean something

    bool empty() const { return values.empty(); }
};

/// The levels of what a network said: over its own input, with as many cells as it answered for. Levels that the
/// profile does not know are left out.
std::vector<Level> networkLevels(const RawOutputs &raw, const Profile &profile);
/// Whether the labels are assigned to the very locations that the network speaks for; a what if may have moved them.
bool sameLocations(const AssignedImage &assigned, const RawOutputs &raw, const Profile &profile);

/// Whether the network says a centerness at every location of the profile's levels.
bool hasCenterness(const RawOutputs &raw, const Profile &profile);

/// The target of the third branch, √(min(l,r)/max(l,r) · min(t,b)/max(t,b)), at the positive locations.
LocationMap centernessTarget(const AssignedImage &assigned);
/// What the network says instead, σ(logit), at every location. Empty where the network has no centerness.
LocationMap centernessPredicted(const RawOutputs &raw, const Profile &profile);
/// Predicted − target at the positive locations; empty unless both have the same locations.
LocationMap centernessDifference(const AssignedImage &assigned, const RawOutputs &raw, const Profile &profile);
/// p of one class, or with -1 of the most probable class. Empty where the network has no class of that number.
LocationMap classProbability(const RawOutputs &raw, const Profile &profile, int classIndex);
/// The score by which detections are ranked: p·o or √(p·o) by the profile's rule, of one class or with -1 the best.
LocationMap scoreMap(const RawOutputs &raw, const Profile &profile, int classIndex);
/// A feature map of the network: one channel, or with -1 the mean of all. Scaled from its least to its largest value.
/// Empty where it has no such channel.
LocationMap activation(const FeatureMap &features, const ImageTransform &transform, int channel);
/// How many labels claim each location; not a number where none does.
LocationMap claimCount(const AssignedImage &assigned);

/// The loss of each location, as it enters the sums of training: computed by the engine (core/fcos/loss_terrain.h).
struct LossTerrain {
    /// Focal loss summed over the classes. Every location has one but those that learn a label of a class that the
    /// model does not have.
    LocationMap classLoss;
    LocationMap boxLoss;         ///< of the positive locations, weighted as the profile says
    LocationMap centernessLoss;  ///< of the positive locations; empty where the network says no centerness (or IoU)
    double classNormalizer = 1, boxNormalizer = 1, centernessNormalizer = 1;  ///< sums of the maps are divided by these
    int withoutClass = 0;  ///< positive locations whose label is of a class that the model does not have
    Message statistics;    ///< which statistics the batch norms used, in words
};
using LossTerrainPtr = std::shared_ptr<const LossTerrain>;

/// What the map says at a point of the image. `level` -1: the largest value of all levels there (of a diverging map the
/// one farthest from 0).
struct MapValue {
    bool known = false;
    float value = 0;
    LocationRef at;
};
MapValue valueAt(const LocationMap &map, double imageX, double imageY, int level);

}  // namespace fcoscope
