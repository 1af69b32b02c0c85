// SPDX-License-Identifier: GPL-3.0-or-later
// Which boxes of two states of one image are the same. Private to core/data.
#pragma once

#include <string>
#include <vector>

#include "core/data/label_set.h"

namespace fcoscope {

struct NamedBox {
    std::string className;
    Box box;
};
std::vector<NamedBox> namedBoxes(const LabelSet &set, const ImageEntry &image);

/// For each of `now`, the position in `before` of the box that it was, or −1. Each is used once. In this order: equal
/// class and edges; of one class and with the best overlap, 0.5 at least; equal edges. `inPlace`: and, of those that
/// are left, one of the same class that stands between the same neighbours (it was moved far), or the only one.
std::vector<int> sameBoxes(const std::vector<NamedBox> &before, const std::vector<NamedBox> &now, bool inPlace);

}  // namespace fcoscope
