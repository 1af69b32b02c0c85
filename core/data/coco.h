// SPDX-License-Identifier: GPL-3.0-or-later
// COCO's label files: one JSON for all images. Private to core/data.
#pragma once

#include "core/data/dataset.h"

namespace fcoscope {

Dataset readCoco(const std::filesystem::path &json, const DatasetOptions &options);

}  // namespace fcoscope
