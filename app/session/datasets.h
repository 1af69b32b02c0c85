// SPDX-License-Identifier: GPL-3.0-or-later
// The data sets that are open, and which labels an image has in them.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/session/opening.h"

namespace fcoscope {

class OpenDatasets {
public:
    /// Labels of an image that an earlier one has, too, are those of the later one.
    void add(OpenedDataset opened);
    void clear();

    const std::vector<OpenedDataset> &all() const { return datasets_; }
    bool empty() const { return datasets_.empty(); }
    /// Null: the image belongs to none.
    const DatasetImage *find(const ImageId &id) const;
    /// The data set the image belongs to, or null.
    DatasetPtr datasetOf(const ImageId &id) const;

private:
    std::vector<OpenedDataset> datasets_;
    std::unordered_map<ImageId, std::pair<size_t, size_t>> places_;  // data set, image
};

/// The class list that labels of `dataset` and detections of a model share, so that a class has one number and colour:
/// the model's, then those that only the data set has. Without a model the data set's own.
std::vector<std::string> sharedClasses(const std::vector<std::string> &ofModel, const Dataset *dataset);

/// The labels with their classes counted in `classNames`, which holds every class of the data set.
std::vector<Label> labelsIn(const std::vector<std::string> &classNames, const Dataset &dataset,
                            const std::vector<Label> &labels);

}  // namespace fcoscope
