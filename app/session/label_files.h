// SPDX-License-Identifier: GPL-3.0-or-later
// Labels into files and out of them, as work for a thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/data/formats/label_format.h"
#include "core/data/formats/split.h"

namespace fcoscope {

/// What is to be written, and where from come the fields that only files say.
struct LabelsToExport {
    LabelSet set;                             ///< as it is now
    std::shared_ptr<const LabelSet> initial;  ///< of a project that is not made yet
    std::filesystem::path project;
};
/// The set with its extras.
LabelSet withExtras(LabelsToExport source, const RunContext &context);

/// What one box or the image itself said beyond our fields, from the project, which may be made meanwhile, or from what
/// it will be made of. The project is opened when it is first asked for.
std::function<std::string(Key)> extrasOf(Key image, std::shared_ptr<const LabelSet> initial,
                                         const std::filesystem::path &project);

struct ExportRequest {
    LabelFormat format = LabelFormat::Coco;
    std::filesystem::path to;
    FormatOptions options;
    std::vector<double> fractions;  ///< two or more: one part each, in "to" with its number; else all in one
    uint64_t seed = 0;
};
/// What is there already of what would be written: files, and folders that hold something.
std::vector<std::filesystem::path> replacedBy(const ExportRequest &request);
/// One report for each part.
std::vector<ConversionReport> exportLabels(const LabelsToExport &source, const ExportRequest &request,
                                           const RunContext &context);

}  // namespace fcoscope
