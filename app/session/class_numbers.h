// SPDX-License-Identifier: GPL-3.0-or-later
// One numbering for the classes of a model and those of labels, so that a class has one number and colour on the
// screen.
#pragma once

#include <string>
#include <vector>

#include "core/base/values.h"
#include "core/data/label_set.h"

namespace fcoscope {

/// The model's classes, then those that only the labels have. Without a model the labels' own.
std::vector<std::string> sharedClasses(const std::vector<std::string> &ofModel,
                                       const std::vector<std::string> &ofLabels);

/// Where each of `ownNames` stands in `classNames`; −1: nowhere.
std::vector<int> placesIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames);

/// The same for names that `classNames` holds all of.
std::vector<int> numbersIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames);

/// Labels that count their classes in `ownNames`, counted in `classNames`, which holds all of them.
std::vector<Label> labelsIn(const std::vector<std::string> &classNames, const std::vector<std::string> &ownNames,
                            const std::vector<Label> &labels);

/// The image's labels, their classes counted in the order of `set.classes`.
std::vector<Label> labelsOf(const LabelSet &set, const ImageEntry &image);

}  // namespace fcoscope
