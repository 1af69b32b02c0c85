// SPDX-License-Identifier: GPL-3.0-or-later
// Everything there is to say about a location: whose box it learns and why no other, what it predicts, and what became
// of that. The window's inspector shows it, and its words are the same when they are copied as text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/rules/assigned_image.h"
#include "core/rules/trace.h"

namespace fcoscope {

struct InspectedClass {
    int classIndex = 0;  ///< channel of the class map
    PairFate fate;       ///< its `fate` and `candidate` mean something only with a trace
};

struct LocationReport {
    LocationRef at;
    Level level;
    int column = 0, row = 0;
    double networkX = 0, networkY = 0, imageX = 0, imageY = 0;

    // Target: of the labels. Absent without labels.
    std::vector<Candidate> candidates;  ///< one for each label, in their order
    int learns = -1;                    ///< the label, or -1: background
    Distances target;                   ///< px of the network's input
    float centernessTarget = 0;

    // Prediction: absent without a model, or where a what if has moved the locations away from the network's.
    bool predicted = false;
    Distances distances;
    Box predictedBox;  ///< in the image
    float centerness = 1;
    bool hasCenterness = false;
    std::vector<InspectedClass> classes;  ///< the most probable ones first, at most five, and the label's own
    float overlapWithTarget = 0;          ///< IoU of the predicted box and the label's
};

/// What an inspection looks at. Everything but `assigned` may be missing.
struct Inspected {
    const AssignedImage *assigned = nullptr;
    const RawOutputs *raw = nullptr;
    const Profile *modelProfile = nullptr;  ///< of raw
    const DecodeTrace *trace = nullptr;     ///< of raw
    DecodeOptions options;                  ///< of trace
    /// The data set's classes: a label's own class is the channel of the same name. Null: labels and model share
    /// theirs.
    const std::vector<std::string> *labelNames = nullptr;
};

/// How a label is called among people: its place among those given, from 1.
int labelNumber(const AssignedImage &assigned, int label);
/// "P3" for stride 8; "12 px" where the stride is no power of two.
std::string levelNameOf(const Level &level);

/// Without `assigned` (or with a location that it does not have) the report has what the network says, without that
/// nothing but the place.
LocationReport inspectLocation(const Inspected &inspected, LocationRef at);
/// One location of each level: the one in whose cell the point lies. Levels that have none there are left out.
std::vector<LocationReport> inspectPoint(const Inspected &inspected, double imageX, double imageY);

/// The verdict in words and numbers: "max(l, t, r, b) = 212 is not in [64, 128]". `candidate` is a box of `assigned`.
Message verdictText(const Candidate &candidate, const Level &level, const AssignedImage &assigned);
/// What became of a pair: "suppressed by a better RBC at IoU 0.71", "score 0.03 is not above 0.05".
Message fateText(const PairFate &fate, const DecodeTrace &trace, const DecodeOptions &options,
                 const std::vector<std::string> &classNames);

/// A report as lines of plain text, for the clipboard; `say` puts a message into the language of whoever copies.
std::string reportText(const LocationReport &report, const Inspected &inspected,
                       const std::vector<std::string> &labelNames, const std::vector<std::string> &modelNames,
                       const std::function<std::string(const Message &)> &say);

}  // namespace fcoscope
