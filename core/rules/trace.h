// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding that remembers: what became of every pair (location, class) after threshold, top-k and NMS, and which
// detection suppressed it at what overlap. decode() and traceDecode() walk the same way; one forgets, the other keeps.
#pragma once

#include <memory>
#include <vector>

#include "core/base/message.h"
#include "core/base/values.h"
#include "core/rules/assigned_image.h"
#include "core/rules/candidates.h"
#include "core/rules/profile.h"

namespace fcoscope {

enum class Fate {
    BelowThreshold,  ///< its score (or p) is not above the threshold
    NotAmongBest,    ///< above the threshold, but not among the best candidates of its level or image
    NoBox,           ///< its box is no number, or has no area once it is cut
    Suppressed,      ///< NMS: a better box of its group overlaps it too much
    Surplus,         ///< it would have stayed, but there were as many detections as asked for
    Detected,
};

/// A pair that went on to NMS.
struct TracedCandidate {
    ScoredPair pair;
    Box boxInImage;  ///< as a detection would have it
    Fate fate =
        Fate::Detected;     ///< NoBox, BelowThreshold (where candidates are ranked by p), Suppressed, Surplus, Detected
    int suppressedBy = -1;  ///< Suppressed: index of the candidate that removed it
    float overlap = 0;      ///< their IoU
    int detection = -1;     ///< Detected: index into detections
};

struct DecodeTrace {
    std::vector<TracedCandidate> candidates;  ///< in the order in which NMS looked at them: falling score
    std::vector<Detection> detections;        ///< exactly decode()'s
};
using DecodeTracePtr = std::shared_ptr<const DecodeTrace>;
DecodeTrace traceDecode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options);

/// What became of one pair, whether it got as far as NMS or not.
struct PairFate {
    float score = 0, p = 0, o = 1;
    Fate fate = Fate::BelowThreshold;
    int candidate = -1;       ///< index into trace.candidates, or -1 if it was none
    bool otherClass = false;  ///< NotAmongBest: because the location speaks for its most probable class alone
};
/// `trace` must be of the same outputs, profile and options. Of a pair that the network does not have: nothing, with
/// score 0.
PairFate fateOf(const DecodeTrace &trace, const RawOutputs &raw, const Profile &profile, const DecodeOptions &options,
                int level, int location, int classIndex);

/// Where a pair's centerness comes from in a what if (paper, table 4; the authors' issues 32 and 73).
enum class CenternessSource {
    Branch,  ///< what the network says
    None,    ///< 1 everywhere: the score is p, or its root
    Box,     ///< computed from the box that the location predicts
    Labels,  ///< the target at locations that learn a label, 0 elsewhere: an upper bound, for labelled images
};
/// The same outputs with another centerness; decode() does the rest. `assigned` is needed for Labels and must have the
/// locations of `raw` (throws std::invalid_argument otherwise). Centerness comes back out of its logit to float32.
RawOutputsPtr withCenterness(const RawOutputsPtr &raw, CenternessSource source, const Profile &profile,
                             const AssignedImage *assigned);

}  // namespace fcoscope
