// SPDX-License-Identifier: GPL-3.0-or-later
// What can be changed so that a location learns a label: tried one by one, the smallest change first. Private to
// core/eval.
#pragma once

#include <limits>
#include <vector>

#include "core/eval/unlearnable.h"

namespace fcoscope {

/// The location that came nearest to its level's regression range.
struct NearestMiss {
    size_t level = 0;
    double far = 0;  ///< max(l, t, r, b) there, px
    double gap = std::numeric_limits<double>::infinity();
};

/// The columns and rows of a level that can lie inside the box. Assigning there costs what is inside the box, not the
/// whole image, and gives the same answer.
Level windowOf(Level level, const Box &box);

/// At most two changes, each tried: with it, a location learns the label at `index`. `verdict` and `miss` say what
/// stands in its way, and so what to try first. The input size that is named is the smallest in steps of 32 px, but for
/// labels that overlap a hundred others, where the steps are coarser.
std::vector<Remedy> remediesFor(const AssignedImage &assigned, int index, Verdict verdict, const NearestMiss &miss);

/// A number for people: a tenth is enough; "∞" for one that is not finite.
std::string tenths(double value);

}  // namespace fcoscope
