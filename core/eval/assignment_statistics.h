// SPDX-License-Identifier: GPL-3.0-or-later
// What a profile's target assignment makes of a whole data set, without any network: the paper's section 4.1.
//
//     Best possible recall  the share of labels that at least one location of any level learns. No IoU is involved; a
//                           detector can find no more than this (paper, table 1: 98.40 % on COCO, 95.55 % with a single
//                           level of stride 16).
//     Ambiguous samples     the share of positive locations that two or more labels claim, i.e. whose location passes
//                           every test for more than one; all of them, and those whose labels are of different classes
//                           (paper, table 2: 7.14 % and 3.75 %; with a single level of stride 16 23.16 % and 17.84 %).
//
// Images are seen as in validation at batch 1, all of them resized and padded by the profile; labels are those that are
// trained on (no crowds, none without area, none outside the image). The paper's figures are for its first version,
// without centre sampling: profile tz-orig.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/run_context.h"
#include "core/base/values.h"
#include "core/eval/unlearnable.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// One image and its labels, in image coordinates. The picture itself is never needed.
struct ImageLabels {
    ImageId id;
    Size size;  ///< px, EXIF orientation applied
    std::vector<Label> labels;
};

struct DatasetLabels {
    std::string name;                     ///< of the data set, for people
    std::vector<std::string> classNames;  ///< by Label::classIndex
    std::vector<ImageLabels> images;
};

/// `part` of `whole`.
struct Share {
    int64_t part = 0, whole = 0;

    double value() const { return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : -1; }
    bool operator==(const Share &) const = default;
};

/// COCO's sizes: small below 32² px², medium below 96² px², large from there on, in the image. The area is the label's
/// own where the data set gives one (COCO: of its mask), else its box's, as in average precision.
inline constexpr size_t sizeBins = 3;
size_t sizeBinOf(const Label &label);
const char *sizeBinName(size_t bin);  ///< "small", "medium", "large"

/// The bins of "how many locations learn a label": 0, 1–2, 3–5, 6–10, more than 10.
inline constexpr std::array<int, 5> positiveBinStarts{0, 1, 3, 6, 11};

/// One level over all images.
struct LevelStatistics {
    double stride = 0, rangeLow = 0, rangeHigh = 0;  ///< px; rangeHigh is infinite on the last level
    int64_t locations = 0;
    int64_t positives = 0;
    std::array<int64_t, sizeBins> positivesOfSize{};  ///< by the size of the label that is learnt
    Share recall;  ///< labels that this level alone learns from at least one location: its own best possible recall
    int64_t ambiguous = 0, ambiguousAcrossClasses = 0;  ///< of the positives
};

/// One arrangement of levels over all images: the profile's pyramid, or a single level.
struct ArrangementStatistics {
    Share recall;  ///< best possible recall
    std::array<Share, sizeBins> recallOfSize{};
    Share ambiguous, ambiguousAcrossClasses;  ///< of the positive locations
    std::vector<LevelStatistics> levels;
};

struct ClassStatistics {
    Share recall;
    int64_t positives = 0;
};

/// Two classes (or one twice) whose labels claim the same locations.
struct ClassPair {
    int first = 0, second = 0;  ///< class indices, first ≤ second
    int64_t locations = 0;  ///< at which labels of both take part; a location with three classes counts in each pair
    int64_t learnFirst = 0, learnSecond = 0;  ///< of them those that learn a label of that class (equal for one class)
};

struct AssignmentStatistics {
    std::string name;  ///< of the data set
    std::vector<std::string> classNames;
    Profile profile;
    int64_t images = 0;
    int64_t labels = 0;                 ///< trained on
    int64_t leftOut = 0;                ///< not trained on: crowds, without area, outside the image
    ArrangementStatistics pyramid;      ///< the profile's levels
    ArrangementStatistics singleLevel;  ///< one level of stride 16 (P4) that learns every size; else the same profile
    std::vector<ClassStatistics> classes;  ///< by class index; of the pyramid, as everything below
    std::array<int64_t, positiveBinStarts.size()> labelsByPositives{};
    std::vector<ClassPair> pairs;             ///< the most locations first
    std::vector<UnlearnableBox> unlearnable;  ///< in the order of images and labels
};

/// The profile with a single level of stride 16 whose regression range is [0, ∞).
Profile singleLevelProfile(const Profile &profile);

/// "P3" for a stride of 8, "stride 12" for one that is no power of two.
std::string levelLabel(double stride);

/// Assigns every image with `threads` threads (0: as many as there are cores, at least two). The result is the same
/// whatever their number. Throws UserError for a profile whose parts do not fit, Stopped when `context` asks for it.
AssignmentStatistics assignmentStatistics(const DatasetLabels &data, const Profile &profile,
                                          const RunContext &context = {}, int threads = 0);

}  // namespace fcoscope
