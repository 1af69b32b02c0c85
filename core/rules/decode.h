// SPDX-License-Identifier: GPL-3.0-or-later
// From raw outputs to detections (specification, section 5.2). What happens, in order, and the knobs of the profile
// that change it:
//
//  1. p = σ(class logit), o = σ(centerness logit), score = √(p·o) or p·o (scoreRule). A pair (location, class) is a
//     candidate if p > classThreshold; with bestClassOnly a location has one pair, that of its most probable class.
//  2. Pairs whose score is not above options.scoreThreshold go. Where candidates are ranked by p (rankRule), they go
//     after NMS instead: they have to take their places in step 3.
//  3. Of each level, or of all together (candidateScope), the best options.candidatesPerLevel by score or p stay.
//  4. Boxes: x − l, y − t, x + r, y + b around the location, in the network's input; their coordinates cut to whole
//     numbers (wholePixelBoxes); cut to the resized image (clipRule BeforeNms), if boxes are inclusive to the index of
//     its last pixel.
//  5. nmsFrame Image: boxes go back to the image now, and those without area are dropped (dropEmptyBoxes).
//  6. NMS in falling order of score: nmsScope, nmsTest, classShiftUpTo, inclusive boxes with +1. The best
//     options.detectionsPerImage stay, with keepTies also what is as good as the last of them.
//  7. nmsFrame Network: boxes go back to the image, are cut to it, and dropped if without area (dropEmptyBoxes).
//
// Whatever the profile, detections hold continuous boxes: of inclusive ones, x2 + 1 and y2 + 1 in image pixels (they
// may end up to a pixel beyond the image, as in the results of the codebase that has them). Classes are channels, from
// 0.
#pragma once

#include <vector>

#include "core/base/values.h"
#include "core/rules/nms.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// The detections of one image in image coordinates, best first. Fast enough to follow a slider: see candidates.h.
std::vector<Detection> decode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options);

/// `geometry`, but detections are made of outputs by the rules of `decoding`: how a model's outputs are read by another
/// profile. What the outputs mean (levels, locations, unit of the boxes, pixel convention) stays.
Profile withDecodingOf(const Profile &geometry, const Profile &decoding);

/// The box that a location of a level predicts, whatever its score, as a detection would have it: in image coordinates,
/// cut as the profile cuts. Not finite where the network says no number.
Box predictedBox(const RawOutputs &raw, const Profile &profile, int level, int location);

/// Measures rank all detections, so weak ones must take part: far below the threshold a person looks with. With √(p·o)
/// 0.05 keeps pairs down to p·o = 0.0025; lower only costs time.
inline constexpr double evaluationScoreThreshold = 0.05;

/// The decode options of `profile` with which a model is measured: evaluationScoreThreshold, or none where a threshold
/// on the class probability chooses the candidates.
DecodeOptions evaluationDecode(const Profile &profile);

}  // namespace fcoscope
