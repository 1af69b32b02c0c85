// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/class_numbers.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace fcoscope {

std::vector<std::string> sharedClasses(const std::vector<std::string> &ofModel,
                                       const std::vector<std::string> &ofLabels)
{
    std::vector<std::string> names = ofModel;
    std::unordered_set<std::string_view> known(ofModel.begin(), ofModel.end());
    for (const std::string &name : ofLabels)
        if (known.insert(name).second)
            names.push_back(name);
    return names;
}

std::vector<int> placesIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames)
{
    std::unordered_map<std::string_view, int> numbers;
    for (const std::string &name : classNames)
        numbers.emplace(name, static_cast<int>(&name - classNames.data()));
    std::vector<int> places;
    for (const std::string &name : ownNames) {
        const auto found = numbers.find(name);
        places.push_back(found == numbers.end() ? -1 : found->second);
    }
    return places;
}

std::vector<int> numbersIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames)
{
    std::vector<int> numbers = placesIn(classNames, ownNames);
    if (std::find(numbers.begin(), numbers.end(), -1) != numbers.end())
        throw std::out_of_range("a class that is in no list");
    return numbers;
}

std::vector<Label> labelsIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames,
                            const std::vector<Label> &labels)
{
    const std::vector<int> number = numbersIn(classNames, ownNames);
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
