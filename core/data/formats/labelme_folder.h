// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of labelme's files: which file belongs to which image. Private to core/data.
#pragma once

#include "core/data/formats/labelme.h"

namespace fcoscope {

constexpr uint64_t largestLabelmeFile = uint64_t(1) << 30;

bool recogniseLabelme(const std::filesystem::path &path);
ReadLabels readLabelme(const ReadRequest &request, const RunContext &context);
void writeLabelme(const WriteRequest &request, const RunContext &context, ConversionReport &report);

/// The image as the file says it: `present` with new boxes, status and extra.
ImageEntry labelmeEntry(const std::filesystem::path &file, const LabelmeFile &content, LabelSet &set,
                        ClassKeys &classes, const ImageEntry &present, bool extras, std::vector<Problem> &problems);

/// The image seen from `file`, with '/'.
std::string labelmeImagePath(const LabelSet &set, const ImageEntry &image, const std::filesystem::path &file);

}  // namespace fcoscope
