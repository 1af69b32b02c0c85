// SPDX-License-Identifier: GPL-3.0-or-later
// Label sets and edits drawn at random, with everything that a field can hold.
#pragma once

#include "core/base/random.h"
#include "core/data/label_set.h"
#include "core/data/project/label_edit.h"
#include "tests/label_sets.h"

namespace fcoscope {

struct RandomLabels {
    int classes = 6, images = 12, boxesInImage = 8, refusals = 10;
    bool extras = true;
    bool hostileNames = true;  ///< quotes, NUL, bytes that are no UTF-8, 10,000 letters
};
LabelSet randomSet(Random &random, const RandomLabels &how = {});

/// One edit through a function of edits.h that is drawn at random; `kind` is which. May be empty where nothing fits.
inline constexpr int editKinds = 15;
LabelEdit randomEdit(Random &random, const LabelSet &set, int kind);
inline LabelEdit randomEdit(Random &random, const LabelSet &set)
{
    return randomEdit(random, set, random.below(editKinds));
}

}  // namespace fcoscope
