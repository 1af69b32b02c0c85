// SPDX-License-Identifier: GPL-3.0-or-later
// A profile says which FCOS is meant: every public codebase computes a slightly different one. Each knob of the
// specification's profile matrix is a named option here; what a network looks like inside is NetworkOptions
// (core/fcos).
#pragma once

#include <string>
#include <vector>

#include "core/base/options.h"

namespace fcoscope {

enum class LocationRule {
    HalfStride,   ///< (i + ½)·s: the middle of the receptive cell. Paper, equation (1) and every codebase but one
    Torchvision,  ///< i·floor(padded / cells): the cell's corner; the step follows the padded size (vision #7473)
};
enum class CenterRegion {
    None,    ///< every location inside the box (first version of the paper)
    Square,  ///< inside the box and nearer than radius·s to its centre along both axes (the journal's centre sampling)
};
enum class RangeTest {
    Closed,  ///< low ≤ max(l,t,r,b) ≤ high: a value on the border belongs to both levels
    Open,    ///< low < max(l,t,r,b) < high: a value on the border belongs to neither
};
enum class TieRule {
    SmallestArea,  ///< smaller area wins; equal areas: the box listed first
    Torchvision,   ///< larger float32(1e8 − area) wins, so areas are compared in steps of 8 px²; equal: first
};
enum class BoxUnit { Pixels, Strides };        ///< what the regression branch speaks in
enum class BoxActivation { Exponential, Relu };
enum class BoxLoss { Giou, LinearIou, LogIou };
enum class BoxLossWeight {
    One,         ///< every positive counts the same; divided by the number of positives
    Centerness,  ///< weighted by the centerness target; divided by the sum of the targets
};
enum class ScoreRule { SquareRoot, Product };  ///< √(p·o) or p·o
enum class ResizeRule {
    Bilinear,     ///< four taps whatever the scale (torchvision's tensors)
    Antialiased,  ///< triangle filter that widens when shrinking (as Pillow's)
};

/// What turns raw outputs into detections. A slider changes these and nothing else.
struct DecodeOptions {
    double scoreThreshold = 0.05;  ///< keep pairs (location, class) whose score is above
    int candidatesPerLevel = 1000; ///< the best so many of each level go on to NMS
    double nmsThreshold = 0.6;     ///< a box overlapping a better one of its class by more than this IoU is suppressed
    int detectionsPerImage = 100;
    bool operator==(const DecodeOptions &) const = default;
};

struct Profile {
    std::string name = "fcoscope";

    // The network's input.
    int shortSide = 800, longSide = 1333;  ///< px; see fitTransform
    int sizeDivisor = 32;                  ///< both padded sides are multiples of it
    std::vector<double> mean{0.485, 0.456, 0.406};       ///< of RGB in 0…1; ImageNet's
    std::vector<double> deviation{0.229, 0.224, 0.225};  ///< likewise
    ResizeRule resize = ResizeRule::Antialiased;

    // Levels and locations.
    std::vector<double> strides{8, 16, 32, 64, 128};  ///< px; P3…P7
    std::vector<double> rangeLimits{64, 128, 256, 512};  ///< px; between neighbouring levels; 0 before, ∞ after
    LocationRule locations = LocationRule::HalfStride;

    // Target assignment.
    CenterRegion centerRegion = CenterRegion::Square;
    double centerRadius = 1.5;  ///< strides
    RangeTest rangeTest = RangeTest::Closed;
    TieRule tieRule = TieRule::SmallestArea;

    // What the regression branch means, and the losses.
    BoxUnit boxUnit = BoxUnit::Strides;
    BoxActivation boxActivation = BoxActivation::Relu;
    BoxLoss boxLoss = BoxLoss::Giou;
    BoxLossWeight boxLossWeight = BoxLossWeight::Centerness;
    double focalAlpha = 0.25, focalGamma = 2;

    // Decoding.
    ScoreRule scoreRule = ScoreRule::SquareRoot;
    DecodeOptions decode;

    /// The regression range of level `level` in pixels: (low, high), high infinite on the last level.
    double rangeLow(size_t level) const { return level == 0 ? 0 : rangeLimits[level - 1]; }
    double rangeHigh(size_t level) const;
};

void visit(OptionTable &table, Profile &profile);
void visit(OptionTable &table, DecodeOptions &options);

/// The profile of that name: "fcoscope" or "tv". Throws UserError naming the known ones.
Profile profileNamed(const std::string &name);
std::vector<std::string> profileNames();

/// Throws UserError if the parts do not fit one another (as many range limits as gaps between strides, rising, …).
void checkProfile(const Profile &profile);

}  // namespace fcoscope
