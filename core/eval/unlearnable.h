// SPDX-License-Identifier: GPL-3.0-or-later
// Why no location learns a label, and what would change that. Every remedy that is named was tried: with it, a location
// learns the label.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/message.h"
#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/rules/assigned_image.h"

namespace fcoscope {

/// A change that lets a location learn the label.
struct Remedy {
    Message words;
    std::vector<std::pair<std::string, std::string>> change;  ///< option and value, as flags and files name them
};

struct UnlearnableBox {
    size_t image = 0;  ///< its place among the images given
    ImageId imageId;
    int label = 0;  ///< its place among the image's labels as given
    int classIndex = 0;
    Box box;  ///< in image coordinates
    /// The furthest of the assigner's tests that a location came to with it: NoArea, OutsideBox (no location lies
    /// inside), OutsideCenterRegion, OutsideRange or LostToSmaller (every location it claims learns another label).
    Verdict verdict = Verdict::OutsideBox;
    Message reason;
    std::vector<Remedy> remedies;  ///< at most two, the smallest change first
    /// The remedies in words; where there is none, that nothing helped that was tried.
    std::vector<Message> remedyWords() const;
};

/// "no-area", "outside-box", "outside-center-region", "outside-range", "lost-to-smaller", "positive"
const char *verdictWord(Verdict verdict);

/// Explains those labels of `assigned` that no location learns, in their order. `image` is left to the caller. Throws
/// Stopped when `context` asks for it: in a heap of thousands of labels it takes seconds.
std::vector<UnlearnableBox> explainUnlearnable(const AssignedImage &assigned, const RunContext &context = {});

}  // namespace fcoscope
