// SPDX-License-Identifier: GPL-3.0-or-later
// The labels of one image, assigned: which location of which level learns which of them, and everything that is needed
// to say why. The trainer's loader and the lenses both come through here, so that what is drawn is what is trained on.
#pragma once

#include <memory>
#include <vector>

#include "core/base/values.h"
#include "core/rules/assigner.h"
#include "core/rules/locations.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// `labels`, which are in network coordinates (a Sample's), over `levels`. With `keepClaims` ambiguity can be told.
Assignment assignLabels(const std::vector<Label> &labels, const ImageTransform &transform,
                        const std::vector<Level> &levels, const Profile &profile, bool keepClaims = false);

/// A label's box as the network sees it: cut at the border of the image, resized, cut at the border of the content.
Box boxInNetwork(const Box &inImage, const ImageTransform &transform);

struct AssignedImage {
    ImageId imageId;
    Profile profile;
    ImageTransform transform;
    std::vector<Level> levels;  ///< over transform.paddedSize
    /// Those that are trained on, with their boxes in image coordinates; box i of the assignment is labels[i].
    std::vector<Label> labels;
    /// Where each label stands among those given; crowds and what the network does not see are missing.
    std::vector<int> given;
    std::vector<Box> boxes;  ///< of the labels, in network coordinates, as the profile's codebase sees them
    Assignment assignment;   ///< with claims
};
using AssignedImagePtr = std::shared_ptr<const AssignedImage>;

/// An image as in validation at batch 1: all of it, resized and padded by the profile. `labels` in image coordinates;
/// crowds, labels without area and what lies outside the image are left out, as in training.
AssignedImage assignImage(const ImageId &id, Size image, const std::vector<Label> &labels, const Profile &profile);

/// A training sample: `labels` in network coordinates, as augmentation left them, over an input that may be padded
/// further than transform.paddedSize to the size of its batch. Their boxes are shown in image coordinates.
AssignedImage assignSample(const ImageId &id, const std::vector<Label> &labels, ImageTransform transform, Size padded,
                           const Profile &profile);

/// What an image's assignment comes to.
struct AssignmentCounts {
    int labels = 0;
    int recalled = 0;  ///< labels that at least one location learns: best possible recall is their share (paper, 4.1.1)
    std::vector<int> positivesOfLabel, positivesOfLevel;
    int positives = 0;
    int ambiguous = 0;               ///< positive locations that two or more labels claim
    int ambiguousAcrossClasses = 0;  ///< of them those whose labels are of different classes (paper, table 2)
    std::vector<int> lostOfLabel;    ///< of each label: locations it claims and another one learns
};
AssignmentCounts countsOf(const AssignedImage &assigned);

/// One location of one level.
struct LocationRef {
    int level = 0;
    int location = 0;  ///< row-major
    auto operator<=>(const LocationRef &) const = default;
};

/// What the location learns; null: nothing.
const Positive *positiveAt(const AssignedImage &assigned, LocationRef at);

/// The claims of one location side by side: it is ambiguous where there is more than one.
struct ClaimedLocation {
    LocationRef at;
    size_t firstClaim = 0, claims = 0;  ///< assignment.claims[firstClaim … firstClaim + claims − 1]
    int winner = -1;                    ///< the label it learns
    bool acrossClasses = false;
    bool tie = false;  ///< another claim ranks equal with the winner: the one listed first has won
};
/// Every location that two or more labels claim, ordered by level, then location.
std::vector<ClaimedLocation> ambiguousLocations(const AssignedImage &assigned);
/// The counts of an image whose ambiguousLocations() are there already.
AssignmentCounts countsOf(const AssignedImage &assigned, const std::vector<ClaimedLocation> &ambiguous);

/// The location of `level` in whose cell the point (network coordinates) lies: the nearest one; -1 outside all cells.
int locationAt(const Level &level, double networkX, double networkY);
/// The cell round a location, in network coordinates: one step wide and high, the location in its middle.
Box cellOf(const Level &level, int location);

}  // namespace fcoscope
