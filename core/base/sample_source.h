// SPDX-License-Identifier: GPL-3.0-or-later
// What the trainer needs of a data set, and all that the engine and the data layer share: neither names the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// One image as the network will see it, with its labels in network coordinates.
struct Sample {
    Image image;               ///< exactly transform.paddedSize, the padding black
    ImageTransform transform;  ///< from the original image; augmentation included
    /// In network coordinates, clipped to the content; crowds and boxes without area are left out.
    std::vector<Label> labels;
};

/// An image for validation: untouched, with every label it has, in image coordinates.
struct LabelledImage {
    Image image;
    std::vector<Label> labels;
};

class SampleSource {
public:
    virtual ~SampleSource() = default;

    /// How many images there are. Constant for the life of the source.
    virtual int size() const = 0;
    virtual std::vector<std::string> classNames() const = 0;

    /// The index-th image, augmented. Every random choice is drawn from (seed, epoch, index) and nothing else, so that
    /// the sample is the same on whatever thread and in whatever order it is made. Called from several threads at once.
    virtual Sample trainingSample(int index, uint64_t seed, int64_t epoch) const = 0;

    /// The index-th image as it is. Called from several threads at once.
    virtual LabelledImage original(int index) const = 0;

    /// How often each image should come compared with the others where classes are balanced; empty: all the same.
    virtual std::vector<double> weights() const { return {}; }
};

}  // namespace fcoscope
