// SPDX-License-Identifier: GPL-3.0-or-later
// Labels of a file, brought into a set that is being worked on, as one edit that can be undone.
#pragma once

#include <string>
#include <vector>

#include "core/data/project/label_edit.h"

namespace fcoscope {

struct ImportedLabels {
    LabelEdit edit;                      ///< empty: there is nothing that the set does not have
    size_t images = 0, boxes = 0;        ///< that get something
    size_t known = 0;                    ///< boxes that lie there already, of the same class: passed over
    std::vector<std::string> strangers;  ///< images that the set does not list: nothing is taken of them
};
/// Images are matched by their files; one that is nowhere in the set by its name, where only one has that name. Classes
/// are matched by name and added. What a person said about an image in the set counts: a status is taken over only
/// where it is New.
ImportedLabels importLabels(const LabelSet &set, const LabelSet &from);

}  // namespace fcoscope
