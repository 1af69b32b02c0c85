// SPDX-License-Identifier: GPL-3.0-or-later
// The names of COCO's classes, for files that were trained on it and do not say so.
#pragma once

#include <string>
#include <vector>

namespace fcoscope {

/// The 80 categories of COCO 2017 by rising id: what every codebase but torchvision numbers its channels by.
const std::vector<std::string> &coco80Names();

/// The same by their ids 0…90, as torchvision's channels are: "__background__" for 0, "N/A" for ids without a category.
const std::vector<std::string> &coco91Names();

}  // namespace fcoscope
