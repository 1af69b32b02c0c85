// SPDX-License-Identifier: GPL-3.0-or-later
// A profile says which FCOS is meant: every public codebase computes a slightly different one. Each knob of the
// specification's profile matrix is a named option here; what a network looks like inside is NetworkOptions
// (core/fcos).
#pragma once

#include <string>
#include <vector>

#include "core/base/image_transform.h"
#include "core/base/options.h"

namespace fcoscope {

// The network's input.
enum class ChannelOrder { Rgb, Bgr };
enum class PixelRange { Unit, Byte };  ///< what mean and deviation refer to: pixels in 0…1 or in 0…255
enum class ResizeRule {
    Bilinear,     ///< four taps whatever the scale, on the normalised floats (torchvision)
    Antialiased,  ///< triangle filter that widens when shrinking, on 8-bit pixels, as fast as the processor allows
    Pillow,       ///< the same filter in Pillow's fixed-point arithmetic, to the pixel
    OpenCv,       ///< four taps on 8-bit pixels in OpenCV's fixed-point arithmetic, to the pixel
    OpenCvFloat,  ///< four taps on floats as OpenCV places them (SimpleAICV); torchvision's places are float32
};

// Boxes, levels, locations and target assignment.
enum class PixelConvention {
    Continuous,  ///< a box ends where its last pixel ends: x2 = x + w
    Inclusive,   ///< a box ends at the index of its last pixel: x2 = x + w − 1; areas and overlaps count it with +1
};
enum class LocationRule {
    HalfStride,   ///< (i + ½)·s: the middle of the receptive cell. Paper, equation (1) and every codebase but one
    Torchvision,  ///< i·floor(padded / cells): the cell's corner; the step follows the padded size (vision #7473)
};
enum class CenterRegion {
    None,       ///< every location inside the box (first version of the paper)
    Square,     ///< inside the square of half side radius·s round the centre, clipped to the box (the journal's)
    Chebyshev,  ///< the same square as max(|x − cx|, |y − cy|) < radius·s: rounds differently (torchvision)
    Circle,     ///< inside the box and nearer than radius·s to its centre (SimpleAICV)
};
enum class RangeTest {
    Closed,  ///< low ≤ max(l,t,r,b) ≤ high: a value on the border belongs to both levels
    Open,    ///< low < max(l,t,r,b) < high: a value on the border belongs to neither
};
enum class TieRule {
    SmallestArea,  ///< smaller area wins; equal areas: the box listed first
    Torchvision,   ///< larger float32(1e8 − area) wins, so areas are compared in steps of 8 px²; equal: first
};

// What the branches mean, and the losses.
enum class BoxUnit { Pixels, Strides };  ///< what the regression branch speaks in, and what the box loss measures in
enum class BoxActivation { Exponential, Relu };
enum class QualityTarget {
    Centerness,  ///< the third branch learns √(min(l,r)/max(l,r) · min(t,b)/max(t,b))
    Iou,         ///< it learns the IoU of the predicted box with its target (AdelaiDet's BOX_QUALITY iou)
};
enum class BoxLoss { Giou, LinearIou, LogIou, Diou, Ciou, Eiou };
/// How a codebase keeps the quotients of its IoU loss finite. Areas are in the unit of the box loss, squared.
enum class IouGuard {
    Epsilon,      ///< I / (U + 1e-7), hull + 1e-7 (torchvision, ours)
    PlusOne,      ///< (I + 1) / (U + 1), hull + 1e-7 (tianzhi0549/FCOS)
    PlusOneOnly,  ///< (I + 1) / (U + 1), hull as it is (AdelaiDet)
    Clamp,        ///< I / max(U, 1e-6), hull at least 1e-7, logarithm of at least 1e-6 (mmdetection)
    CoarseClamp,  ///< I / max(U, 1e-4), hull at least 1e-4 (SimpleAICV)
};
enum class BoxLossWeight { One, Centerness };  ///< every positive counts the same, or as much as its centerness target
enum class BoxNormalizer { Positives, WeightSum };  ///< what the sum of the box loss is divided by
enum class ClassNormalizer {
    Positives,      ///< max(1, positives)
    MovingAverage,  ///< 0.9 of the last value + 0.1 of max(1, positives), from 100 on (AdelaiDet's moving_fg)
};

// Decoding.
enum class ScoreRule { SquareRoot, Product };     ///< √(p·o) or p·o
enum class RankRule { Score, ClassProbability };  ///< what the best candidates are chosen by: p·o (or its root), or p
enum class CandidateScope { Level, Image };       ///< among what the best candidates are chosen
enum class NmsScope { Class, All };               ///< whether boxes of different classes can suppress one another
enum class NmsTest { Above, AtLeast };            ///< a box goes if its IoU with a better one is > or ≥ the threshold
enum class BoxFrame { Network, Image };           ///< where boxes are when NMS compares them
enum class ClipRule { BeforeNms, AfterNms };      ///< boxes are cut to the resized image before, to the image after NMS

/// What turns raw outputs into detections. A slider changes these and nothing else.
struct DecodeOptions {
    double scoreThreshold = 0.05;   ///< keep pairs (location, class) of a higher score (beside Profile::classThreshold)
    int candidatesPerLevel = 1000;  ///< the best so many of each level (or image, see candidateScope) go on to NMS
    double nmsThreshold = 0.6;      ///< a box overlapping a better one of its class by more than this IoU is suppressed
    int detectionsPerImage = 100;
    bool operator==(const DecodeOptions &) const = default;
};

struct Profile {
    std::string name = "fcoscope";

    // The network's input.
    int shortSide = 800, longSide = 1333;  ///< px; see fitTransform
    SizeRounding sizeRounding = SizeRounding::Floor;
    int sizeDivisor = 32;  ///< both padded sides are multiples of it
    ChannelOrder channelOrder = ChannelOrder::Rgb;
    PixelRange pixelRange = PixelRange::Unit;
    std::vector<double> mean{0.485, 0.456, 0.406};       ///< of red, green, blue whatever the order; ImageNet's
    std::vector<double> deviation{0.229, 0.224, 0.225};  ///< likewise
    ResizeRule resize = ResizeRule::Antialiased;

    // Levels and locations.
    std::vector<double> strides{8, 16, 32, 64, 128};     ///< px; P3…P7
    std::vector<double> rangeLimits{64, 128, 256, 512};  ///< px; between neighbouring levels; 0 before, ∞ after
    LocationRule locations = LocationRule::HalfStride;

    // Target assignment.
    PixelConvention pixels = PixelConvention::Continuous;
    CenterRegion centerRegion = CenterRegion::Square;
    double centerRadius = 1.5;  ///< strides
    RangeTest rangeTest = RangeTest::Closed;
    TieRule tieRule = TieRule::SmallestArea;

    // What the branches mean, and the losses.
    BoxUnit boxUnit = BoxUnit::Strides;
    BoxActivation boxActivation = BoxActivation::Relu;
    QualityTarget quality = QualityTarget::Centerness;
    BoxLoss boxLoss = BoxLoss::Giou;
    BoxUnit boxLossUnit = BoxUnit::Pixels;
    IouGuard iouGuard = IouGuard::Epsilon;
    BoxLossWeight boxLossWeight = BoxLossWeight::Centerness;
    BoxNormalizer boxNormalizer = BoxNormalizer::WeightSum;
    ClassNormalizer classNormalizer = ClassNormalizer::Positives;
    double focalAlpha = 0.25, focalGamma = 2;
    double probabilityClamp = 0;        ///< probabilities are kept this far from 0 and 1 before logarithms (SimpleAICV)
    bool learnFromEmptyBatches = true;  ///< whether a batch without positives has a loss at all (SimpleAICV's has none)

    // Decoding; decode.h says what happens in which order.
    ScoreRule scoreRule = ScoreRule::SquareRoot;
    double classThreshold = 0;   ///< pairs whose p is not above are no candidates, whatever their centerness
    bool bestClassOnly = false;  ///< a location speaks for its most probable class alone
    RankRule rankRule = RankRule::Score;
    CandidateScope candidateScope = CandidateScope::Level;
    bool wholePixelBoxes = false;  ///< box coordinates are cut to whole pixels of the network's input (SimpleAICV)
    ClipRule clipRule = ClipRule::BeforeNms;
    BoxFrame nmsFrame = BoxFrame::Network;
    NmsScope nmsScope = NmsScope::Class;
    NmsTest nmsTest = NmsTest::Above;
    /// Up to so many candidates, NMS tells classes apart by shifting their boxes by (largest coordinate + 1) · class in
    /// float32 (torchvision, AdelaiDet; mmdetection always). The rounding that this brings decides close overlaps.
    int classShiftUpTo = 0;
    bool dropEmptyBoxes = false;  ///< boxes that have no area once they are cut go
    bool keepTies = false;        ///< detections as good as the last one that is kept are kept, too
    DecodeOptions decode;

    /// The regression range of level `level` in pixels: (low, high), high infinite on the last level.
    double rangeLow(size_t level) const { return level == 0 ? 0 : rangeLimits[level - 1]; }
    double rangeHigh(size_t level) const;
    bool operator==(const Profile &) const = default;
};

void visit(OptionTable &table, Profile &profile);
void visit(OptionTable &table, DecodeOptions &options);

/// The profile of that name. Throws UserError naming the known ones.
///   fcoscope   our own
///   tz-orig, tz-imprv   tianzhi0549/FCOS, the authors' first code: as first published, and with the improvements
///   ad, ad-rt           AdelaiDet, the authors' second code, and its real-time models on P3–P5
///   tv                  torchvision's fcos_resnet50_fpn
///   mm-base, mm-tricks  mmdetection, plain, and with centre sampling, normalised boxes, centerness on the box tower
///   zg                  SimpleAICV
Profile profileNamed(const std::string &name);
std::vector<std::string> profileNames();

/// Throws UserError if the parts do not fit one another (as many range limits as gaps between strides, rising, …).
void checkProfile(const Profile &profile);

}  // namespace fcoscope
