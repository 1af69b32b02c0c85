// SPDX-License-Identifier: GPL-3.0-or-later
// The layers that can lie over an image, and what is in them. A layer is a value: what to show and how. A LensFrame is
// what a worker made of all visible layers of one image; the canvas, the export of figures and the tests draw it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/colour_scale.h"
#include "core/base/message.h"
#include "core/base/values.h"
#include "core/rules/assigned_image.h"
#include "core/rules/location_maps.h"
#include "core/rules/profile.h"

namespace fcoscope {

enum class LayerKind {
    Labels,      ///< the boxes that are assigned
    Assignment,  ///< every location in the colour of the label it learns; negatives; outside the range
    CenternessTarget,
    CenternessPredicted,
    CenternessDifference,
    ClassProbability,
    Score,
    Ambiguity,   ///< locations that two or more labels claim
    Regression,  ///< l, t, r, b at a location: the box it predicts and its target
    ClassLoss,
    BoxLoss,
    CenternessLoss,
    StrideGrid,  ///< the cells of a level
    Activation,  ///< a feature map
};

struct Layer {
    LayerKind kind = LayerKind::Assignment;
    bool visible = false;
    double opacity = 1;                          ///< 0 … 1
    int level = -1;                              ///< index of the level; -1: all, of heat maps the largest value
    int classIndex = -1;                         ///< class layers: which; -1: the most probable
    std::string features = "P3";                 ///< Activation: which map
    int channel = -1;                            ///< Activation: which channel; -1: their mean
    ColourScale colours = ColourScale::Uniform;  ///< heat maps
    bool operator==(const Layer &) const = default;
};

/// Every kind once, in the order in which they lie over one another, all hidden.
std::vector<Layer> standardLayers();
/// "assignment", "centerness-target", …: for files and command lines.
const char *nameOf(LayerKind kind);
std::optional<LayerKind> layerKindNamed(const std::string &name);
/// For people: "Assignment", "Centerness, target", …
Message titleOf(LayerKind kind);
bool isHeatMap(LayerKind kind);
/// What a layer cannot be made without.
bool needsLabels(LayerKind kind);
bool needsModel(LayerKind kind);

/// A layer and its content.
struct LayerView {
    Layer layer;
    LocationMap map;  ///< of heat maps
    Message missing;  ///< why there is nothing to see: a whole sentence; text empty: there is
};

struct LensInput {
    ImageId imageId;
    AssignedImagePtr assigned;       ///< null: no labels and no detections
    bool detectionsStandIn = false;  ///< assigned are detections, for want of labels
    bool trainingSample = false;     ///< assigned is a random sample of training
    RawOutputsPtr raw;          ///< null: no model, or nothing said yet
    Profile modelProfile;       ///< of raw
    LossTerrainPtr losses;      ///< null: not worked out
    Message lossesMissing;      ///< why, where they were asked for
};

struct LensFrame {
    ImageId imageId;
    AssignedImagePtr assigned;
    RawOutputsPtr raw;
    Profile modelProfile;
    AssignmentCounts counts;
    std::vector<ClaimedLocation> ambiguous;  ///< of assigned
    /// Where Assignment is visible: furthestVerdicts() of each level of assigned; else empty.
    std::vector<std::vector<Verdict>> verdicts;
    std::vector<LayerView> layers;           ///< the visible ones, the lowest first
    bool detectionsStandIn = false;          ///< assigned are detections, for want of labels
    Message transform;  ///< which look at the image this is: its size, crop, flip and padding, in words
};
using LensFramePtr = std::shared_ptr<const LensFrame>;

LensFrame makeLensFrame(const LensInput &input, const std::vector<Layer> &layers);

/// "1333 × 800 resized from 640 × 384, padded to 1344 × 800", and what else the transform does.
Message transformText(const ImageTransform &transform, bool trainingSample);

}  // namespace fcoscope
