// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets as they are named on the command line: PATH or PATH:SPLIT, several of them joined.
#pragma once

#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace fcoscope {

/// "photos/voc:train" is split train of photos/voc, unless a file or folder of that very name exists.
struct DatasetName {
    std::string path, split;

    std::string text() const { return split.empty() ? path : path + ":" + split; }
};
/// `split` counts where the text names none. The path is made absolute, so that it means the same from elsewhere.
DatasetName datasetName(const std::string &text, const std::string &split);

/// Reads them as one data set. Classes: those that `options` names, else those of the first, then what the others add.
Dataset readDatasets(const std::vector<std::string> &names, const DatasetOptions &options);

/// Refuses a data set without images or labels.
void requireLabels(const Dataset &dataset);

/// "3 entries could not be used as they stand", or nothing.
std::string problemCount(const Dataset &dataset);
/// One line for each problem: file and reason.
std::string problemList(const Dataset &dataset);

}  // namespace fcoscope
