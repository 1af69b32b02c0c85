// SPDX-License-Identifier: GPL-3.0-or-later
// From pictures to the network's input.
#pragma once

#include "core/base/values.h"
#include "core/fcos/torch.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// [1, 3, H, W] float, channels-last: normalised and resized to transform.contentSize, zeros in the padding.
/// The transform must be one of fitTransform (whole image, not mirrored).
at::Tensor networkInput(const Image &image, const ImageTransform &transform, const Profile &profile,
                        const at::Device &device);

/// [B, 3, H, W] float, channels-last, from samples that already have the network's size: [B, H, W, 3] uint8. Zeros
/// outside each sample's content.
at::Tensor networkInput(const at::Tensor &samples, const std::vector<ImageTransform> &transforms,
                        const Profile &profile, const at::Device &device);

}  // namespace fcoscope
