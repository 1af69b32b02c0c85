// SPDX-License-Identifier: GPL-3.0-or-later
// The plain values that walk through the house: pictures, labels, detections and the raw outputs of a network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/geometry.h"
#include "core/base/image_transform.h"

namespace fcoscope {

/// Names an image: its path as the program was given it. Every result carries the id of the image it belongs to and is
/// never applied to another.
using ImageId = std::string;

/// An 8-bit RGB picture, EXIF orientation applied, rows without padding: pixels[(y * width + x) * 3 + channel].
struct Image {
    ImageId id;
    Size size;
    std::vector<uint8_t> pixels;

    const uint8_t *row(int y) const
    {
        return pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(size.width) * 3;
    }
    uint8_t *row(int y) { return pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(size.width) * 3; }
};

/// One labelled object. `classIndex` counts from 0 in the data set's class list.
struct Label {
    Box box;  ///< in image coordinates (or in network coordinates inside a Sample)
    int classIndex = 0;
    bool crowd = false;      ///< COCO's iscrowd: matched leniently in evaluation, never trained on
    bool difficult = false;  ///< VOC's difficult: trained on, kept for formats that carry it
    double area = -1;        ///< COCO's own area in square pixels where the file gives one; negative: use the box
    bool operator==(const Label &) const = default;
};

/// One box the detector found, and everything needed to say where it came from.
struct Detection {
    Box box;                     ///< in image coordinates
    int classIndex = 0;          ///< channel of the class map
    float score = 0;             ///< what the profile ranks by: √(p·o) or p·o
    float classProbability = 0;  ///< p, after the sigmoid
    float centerness = 1;        ///< o, after the sigmoid; 1 where the network has no centerness
    int level = 0;               ///< index into the profile's levels, 0 = the finest
    int location = 0;            ///< row-major index on that level's grid
    Distances distances;         ///< the regressed l, t, r, b in pixels of the network's input
};

/// A dense map on one level, channels outermost: values[(channel * height + y) * width + x].
struct Grid {
    int channels = 0, height = 0, width = 0;
    std::vector<float> values;

    size_t cells() const { return static_cast<size_t>(height) * static_cast<size_t>(width); }
    const float *channel(int c) const { return values.data() + static_cast<size_t>(c) * cells(); }
    float at(int c, int y, int x) const
    {
        return channel(c)[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
    }
};

/// What the network said about one image on one level, before any threshold.
struct LevelOutputs {
    Grid classLogits;       ///< one channel per class, before the sigmoid
    Grid centernessLogits;  ///< one channel, before the sigmoid; no values where the network has none
    Grid distances;         ///< l, t, r, b in pixels of the network's input, whatever unit the network regresses in
};

/// What the backbone or the pyramid made of the image, for looking at.
struct FeatureMap {
    std::string name;   ///< "C3" … "C5", "P3" … "P7"
    double stride = 0;  ///< px of the network's input
    Grid values;
};

/// Everything the network said about one image. Immutable and shared: thresholds, NMS, class filters and the score rule
/// are applied by decode() in core/rules, so that moving a slider never runs the network again.
struct RawOutputs {
    ImageId imageId;
    ImageTransform transform;  ///< between the image and the network's input
    std::vector<LevelOutputs> levels;
    std::vector<std::string> classNames;  ///< one per class channel
    std::vector<FeatureMap> features;     ///< only where they were asked for
};
using RawOutputsPtr = std::shared_ptr<const RawOutputs>;

}  // namespace fcoscope
