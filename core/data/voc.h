// SPDX-License-Identifier: GPL-3.0-or-later
// Pascal VOC's label files: one XML for each image. Private to core/data.
#pragma once

#include "core/data/dataset.h"

namespace fcoscope {

/// Whether a folder is a VOC root (Annotations/*.xml) or holds XML files beside its images, as labelImg writes them.
bool isVocFolder(const std::filesystem::path &folder);

Dataset readVoc(const std::filesystem::path &folder, const DatasetOptions &options);

}  // namespace fcoscope
