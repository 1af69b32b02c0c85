// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of VOC label files. Private to core/data.
#pragma once

#include "core/data/formats/format.h"

namespace fcoscope {

/// One .xml for each image into the folder request.to, or, where images lie in several folders, into its Annotations,
/// which mirror them. An image without review and boxes has no file: that is what New means.
void writeVoc(const WriteRequest &request, const RunContext &context, ConversionReport &report);

}  // namespace fcoscope
