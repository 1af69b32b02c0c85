// SPDX-License-Identifier: GPL-3.0-or-later
// Augmentation: one labelled image becomes one training sample, different each time and yet repeatable.
//
// The image is first scaled as inference would scale it (its sides fitted to those of the sample, whichever way round
// it lies), then by a random factor. Where it is now larger than the sample a window of the sample's size is cut out of
// it at random; where it is smaller it lies at the top left and the rest is black padding on the right and the bottom,
// exactly as in inference, so that what the network learns at the border is what it will meet there. Then it may be
// mirrored, and its colours are changed. The ImageTransform of the sample says all of that but the colours.
//
// Pixels are resampled with the filter inference uses by default (triangle, widened when shrinking, half-pixel
// centres), so that a sample without random changes is what the network will see of that image.
#pragma once

#include <vector>

#include "core/base/options.h"
#include "core/base/random.h"
#include "core/base/sample_source.h"

namespace fcoscope {

struct AugmentOptions {
    int width = 512, height = 384;  ///< px; every sample has this size, multiples of 32
    double scaleSpread = 0.35;      ///< the size is multiplied by e^u, u uniform in ±scaleSpread
    double stretchSpread = 0;       ///< width / height is multiplied by e^u, u uniform in ±stretchSpread
    bool crop = true;               ///< the window lies at random; otherwise in the middle
    bool flipX = true;              ///< half of the samples are mirrored left to right
    bool flipY = false;             ///< half of the samples are mirrored top to bottom
    double brightness = 0.2;        ///< all values × 1 ± brightness
    double contrast = 0.2;          ///< distance from the picture's mean grey × 1 ± contrast
    double saturation = 0.2;        ///< distance of each pixel from its own grey × 1 ± saturation
    double hue = 8;                 ///< degrees; hues are turned by ± hue
    double minVisible = 0.3;        ///< a label needs this share of its area inside the window to be trained on
};

/// Names: train-width, train-height, scale-spread, stretch-spread, crop, flip-x, flip-y, brightness, contrast,
/// saturation, hue, min-visible.
void visit(OptionTable &table, AugmentOptions &options);

/// Throws UserError if the sample size is not a multiple of 32.
void checkAugment(const AugmentOptions &options);

/// No random change at all: the sample is what inference sees of the image, in a window of the sample's size.
AugmentOptions withoutChanges(const AugmentOptions &options);

/// A sample but for its pixels: what the network will see of an image of that size, and what it is to learn there.
struct SampleGeometry {
    ImageTransform transform;
    std::vector<Label> labels;  ///< as Sample::labels
};

/// `labels` are in image coordinates; those of the sample are in network coordinates, clipped to the content. Crowds,
/// labels without area and labels of which less than minVisible is inside are left out. `random` gives the choices of
/// size, place and mirroring, and the same number of them whatever the options. An image without pixels is refused
/// (std::invalid_argument), options that do not fit with a UserError.
SampleGeometry sampleGeometry(Size image, const std::vector<Label> &labels, const AugmentOptions &options,
                              Random &random);

/// The geometry of the very sample that a DatasetSource with these options makes of its index-th image, which needs no
/// file: for lenses that show what is trained on.
SampleGeometry sampleGeometry(Size image, const std::vector<Label> &labels, const AugmentOptions &options,
                              uint64_t seed, int64_t epoch, int index);

/// Every choice that makes a training sample comes from this stream.
Random sampleRandom(uint64_t seed, int64_t epoch, int index);

/// One sample of `image`: its geometry, its pixels, and then the choices of colours.
Sample augment(const Image &image, const std::vector<Label> &labels, const AugmentOptions &options, Random &random);

/// The part of `image` that `transform` describes, resampled into a picture of transform.paddedSize, padding black.
/// The crop must lie in the image.
Image resample(const Image &image, const ImageTransform &transform);

/// Changes colours in place: factors around 1 for brightness, contrast and saturation, `hueDegrees` of turn. All four
/// are one linear map, so values are rounded and clamped to 0…255 once. Only the first `content` pixels of each row and
/// column are touched: padding stays black.
void changeColours(Image &image, Size content, double brightness, double contrast, double saturation,
                   double hueDegrees);

}  // namespace fcoscope
