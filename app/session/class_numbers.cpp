// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/class_numbers.h"

#include <algorithm>

namespace fcoscope {

std::vector<std::string> sharedClasses(const std::vector<std::string> &ofModel,
                                       const std::vector<std::string> &ofLabels)
{
    std::vector<std::string> names = ofModel;
    for (const std::string &name : ofLabels)
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    return names;
}

std::vector<Label> labelsIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames,
                            const std::vector<Label> &labels)
{
    std::vector<int> number;
    for (const std::string &name : ownNames)
        number.push_back(static_cast<int>(std::find(classNames.begin(), classNames.end(), name) - classNames.begin()));
    std::vector<Label> counted = labels;
    for (Label &label : counted)
        label.classIndex = number.at(static_cast<size_t>(label.classIndex));
    return counted;
}

std::vector<Label> labelsOf(const LabelSet &set, const ImageEntry &image)
{
    std::vector<Label> labels;
    labels.reserve(image.boxes.size());
    for (const BoxEntry &box : image.boxes)
        labels.push_back(labelOf(set, box));
    return labels;
}

}  // namespace fcoscope
