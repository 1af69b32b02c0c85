// SPDX-License-Identifier: GPL-3.0-or-later
// The statistics of a data set's assignment as text for people, as JSON and as CSV. `fcos assign` prints them and the
// window exports them, so both say the same.
#pragma once

#include <string>
#include <vector>

#include "core/base/json_writer.h"
#include "core/eval/assignment_statistics.h"

namespace fcoscope {

struct ReportOptions {
    size_t boxes = 20;  ///< at most so many boxes that no location can learn are listed
    size_t pairs = 10;  ///< at most so many pairs of classes
};

/// Tables with a line of definition each, in English, at most 120 columns but for names and reasons.
std::string assignmentText(const AssignmentStatistics &statistics, const ReportOptions &options = {});

/// Everything, as an object that more can be added to. Shares are fractions, null where there is nothing to share;
/// ranges end with null where they end nowhere; boxes are x1, y1, x2, y2 in the image.
JsonObject assignmentJson(const AssignmentStatistics &statistics);

struct CsvFile {
    std::string name;  ///< of the file, without its folder
    std::string text;  ///< RFC 4180, with a header line
};
/// levels.csv, classes.csv, pairs.csv, unlearnable.csv
std::vector<CsvFile> assignmentCsv(const AssignmentStatistics &statistics);

/// The class's name, or its index where it has none.
std::string classNameOf(const AssignmentStatistics &statistics, int classIndex);

/// The remedies of one box, in English.
std::string remedyText(const UnlearnableBox &box);

/// The bins of AssignmentStatistics::labelsByPositives: "0", "1–2", … ">10".
std::string positiveBinName(size_t bin);

}  // namespace fcoscope
