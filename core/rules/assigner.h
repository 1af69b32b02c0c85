// SPDX-License-Identifier: GPL-3.0-or-later
// Which location learns which box: section 3.1 of the paper, with every codebase's variations
// (specification, section 3).
//
// This is the one truth for target assignment. The trainer's loader, the maps on screen, the inspector, best possible
// recall and the ambiguity tables all call it. It walks box by box over the locations that can be inside, so its cost
// is the number of positives, not locations × boxes. All arithmetic is float32, as in the codebases it has to agree
// with, so that a location exactly on a border falls on the same side.
#pragma once

#include <string>
#include <vector>

#include "core/base/geometry.h"
#include "core/rules/locations.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// What became of a box at a location: the first test that it failed, in the order in which they are made.
enum class Verdict {
    NoArea,               ///< the box has no area and can never be learnt
    OutsideBox,           ///< min(l,t,r,b) ≤ 0
    OutsideCenterRegion,  ///< inside the box, but too far from its centre
    OutsideRange,         ///< max(l,t,r,b) is not in the level's regression range
    LostToSmaller,        ///< all tests passed, another box with all tests passed is smaller (or listed earlier)
    Positive,             ///< the location learns this box
};

/// A location that learns a box.
struct Positive {
    int level = 0;
    int location = 0;     ///< row-major on its level
    int box = 0;          ///< index into the boxes given
    Distances distances;  ///< regression target, px
    float centerness = 0; ///< centerness target
};

/// A location and a box that passed every test: the winner is among the positives, the others lost to a smaller box.
/// A location with two or more claims is an ambiguous sample.
struct Claim {
    int level = 0, location = 0, box = 0;
};

struct Assignment {
    std::vector<Positive> positives;  ///< ordered by level, then location
    std::vector<Claim> claims;        ///< ordered by level, then location, then box; only if asked for
};

/// Boxes are in network coordinates. Boxes without area get no location.
Assignment assign(const std::vector<Box> &boxes, const std::vector<Level> &levels, const Profile &profile,
                  bool keepClaims = false);

/// One box seen from one location, for the inspector.
struct Candidate {
    int box = 0;
    Verdict verdict = Verdict::OutsideBox;
    Distances distances;
    int winner = -1;  ///< for LostToSmaller: the box it lost to
};

/// Every box as seen from one location, in the order given. Agrees with assign() by construction: both ask one test.
std::vector<Candidate> explainLocation(const std::vector<Box> &boxes, const Level &level, int location,
                                       const Profile &profile);

/// How near each location of a level comes to learning any of the boxes: of its verdicts the last one in the order of
/// the tests. Positive where it learns one, OutsideBox where it lies in none. What the assignment map is drawn from.
std::vector<Verdict> furthestVerdicts(const std::vector<Box> &boxes, const Level &level, const Profile &profile);

/// Whether two boxes that claim a location are equal to the tie rule: the one listed first then wins.
bool rankEqually(const Box &a, const Box &b, const Profile &profile);

/// √( min(l,r)/max(l,r) · min(t,b)/max(t,b) ): the paper's equation (3). 0 on or outside the border.
float centerness(const Distances &distances);

}  // namespace fcoscope
