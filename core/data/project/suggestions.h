// SPDX-License-Identifier: GPL-3.0-or-later
// What the model proposes and labels do not say yet. Detections are a layer of their own: they become labels only when
// a person accepts them, and never replace one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/data/label_set.h"

namespace fcoscope {

/// What becomes of a detection beside the labels of its image.
enum class Suggestion {
    Open,      ///< to be accepted or refused
    Labelled,  ///< a label of its class overlaps it with at least `sameObject`
    Refused,   ///< a person said no to one of its class that it overlaps with at least `sameObject`
    Unknown,   ///< its class is not in the set: accepting it adds the class
};

struct SuggestionOptions {
    double sameObject = 0.5;  ///< intersection over union
};

struct Suggested {
    Key classKey = 0;  ///< 0: the set has no class of that name
    std::string className;
    Box box;
};

/// One for each of `detections`.
std::vector<Suggestion> suggestionsOf(const ImageEntry &image, std::span<const Refusal> refusals,
                                      std::span<const Suggested> detections, const SuggestionOptions &options = {});

}  // namespace fcoscope
