// SPDX-License-Identifier: GPL-3.0-or-later
// Detections as rows. Nobody's affair but project_file's.
#pragma once

#include "core/data/project/project_database.h"

namespace fcoscope {

/// Instead of what the same model said of the image before. Detections with numbers that are not finite are left out.
void putDetectionRows(ProjectDatabase &database, const StoredDetections &found);
std::vector<StoredDetections> detectionRows(const ProjectDatabase &database, Key image);

}  // namespace fcoscope
