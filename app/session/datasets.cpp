// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/datasets.h"

#include <algorithm>

namespace fcoscope {

void OpenDatasets::add(OpenedDataset opened)
{
    for (size_t i = 0; i < opened.ids.size(); ++i)
        places_[opened.ids[i]] = {datasets_.size(), i};
    datasets_.push_back(std::move(opened));
}

void OpenDatasets::clear()
{
    datasets_.clear();
    places_.clear();
}

const DatasetImage *OpenDatasets::find(const ImageId &id) const
{
    const auto place = places_.find(id);
    return place == places_.end() ? nullptr : &datasets_[place->second.first].dataset->images[place->second.second];
}

DatasetPtr OpenDatasets::datasetOf(const ImageId &id) const
{
    const auto place = places_.find(id);
    return place == places_.end() ? nullptr : datasets_[place->second.first].dataset;
}

std::vector<std::string> sharedClasses(const std::vector<std::string> &ofModel, const Dataset *dataset)
{
    std::vector<std::string> names = ofModel;
    if (dataset)
        for (const std::string &name : dataset->classNames)
            if (std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
    return names;
}

std::vector<Label> labelsIn(const std::vector<std::string> &classNames, const Dataset &dataset,
                            const std::vector<Label> &labels)
{
    std::vector<int> number;
    for (const std::string &name : dataset.classNames)
        number.push_back(static_cast<int>(std::find(classNames.begin(), classNames.end(), name) - classNames.begin()));
    std::vector<Label> counted = labels;
    for (Label &label : counted)
        label.classIndex = number.at(static_cast<size_t>(label.classIndex));
    return counted;
}

}  // namespace fcoscope
