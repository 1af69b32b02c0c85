// SPDX-License-Identifier: GPL-3.0-or-later
// Between our continuous coordinates and those of codebases that count pixels.
//
// tianzhi0549/FCOS lets a box end at the index of its last pixel. It subtracts that 1 in the image, before resizing
// scales it, and mirrors x to W − 1 − x after resizing; so what its assigner sees depends on the transform. These two
// functions are the only places that know. For every other profile they change nothing.
#pragma once

#include "core/base/image_transform.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// A label's box, given in (continuous) network coordinates, as the assigner of `profile`'s codebase sees it. A box of
/// a single pixel has no area there.
Box targetBox(const Box &inNetwork, const ImageTransform &transform, const Profile &profile);

/// The way back: a box as that codebase's decoding leaves it in the network's input, in continuous image coordinates.
/// Its last pixel may then end up to a pixel beyond the image, as in the results that codebase writes.
Box detectedBox(const Box &inNetwork, const ImageTransform &transform, const Profile &profile);

}  // namespace fcoscope
