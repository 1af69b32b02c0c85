// SPDX-License-Identifier: GPL-3.0-or-later
// The colours by which labels are told apart where each location is painted in the colour of the box it learns. They
// are colours of neighbours, not of classes: a picture full of one class would be of one colour otherwise. Labels that
// touch or nearly touch get different ones as long as there are some; seven are enough nearly always, and those stay
// apart without red or green cones, too.
#pragma once

#include <QColor>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// One for each of `labels` (their boxes in image coordinates). A label keeps its colour while others are added after
/// it, and mostly while it is moved.
std::vector<QColor> labelColours(const std::vector<Label> &labels);

}  // namespace fcoscope
