// SPDX-License-Identifier: GPL-3.0-or-later
// Detections drawn into a picture, for `fcos detect --draw`: boxes in class colours (core/base/palette.h), each with a
// tag that says class and score. Line width and letters follow the picture's size.
#pragma once

#include <string>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// A copy of `image` with `detections` (in image coordinates, best first) on it; better ones lie above worse ones.
/// The letters drawn are ASCII: a class whose name holds anything else is tagged with its number, as "#3".
Image drawDetections(const Image &image, const std::vector<Detection> &detections,
                     const std::vector<std::string> &classNames);

}  // namespace fcoscope
