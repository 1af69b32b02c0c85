// SPDX-License-Identifier: GPL-3.0-or-later
// From pictures to the network's input.
#pragma once

#include "core/base/values.h"
#include "core/fcos/torch.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// [1, 3, H, W] float, channels-last: resized to transform.contentSize by the profile's rule, in its channel order and
/// pixel range, normalised, and zeros in the padding: all as the profile's codebase prepares a picture, which begins
/// with the pixels as they stand in `image` (EXIF orientation applied, as detectron2 and OpenCV do; torchvision's and
/// tianzhi0549/FCOS's readers leave it to the caller).
/// The transform must be one of fitTransform (whole image, not mirrored).
at::Tensor networkInput(const Image &image, const ImageTransform &transform, const Profile &profile,
                        const at::Device &device);

/// [B, 3, H, W] float, channels-last, from samples that already have the network's size: [B, H, W, 3] uint8, RGB. The
/// same channel order, range and statistics; zeros outside each sample's content.
at::Tensor networkInput(const at::Tensor &samples, const std::vector<ImageTransform> &transforms,
                        const Profile &profile, const at::Device &device);

}  // namespace fcoscope
