// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/profile.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/text.h"

namespace fcoscope {
namespace {

/// Our own. Why each choice:
///  * RGB in 0…1 with ImageNet's statistics: what torchvision's and timm's backbones expect, and harmless from scratch.
///  * antialiased resize: large photographs are shrunk; without it small objects turn into moiré.
///  * half-stride locations: the middle of what a cell sees. Torchvision's corner loses the last half cell.
///  * centre sampling 1.5 and P6 from P5 (+0.7 and +0.2 AP in the paper's table 3), centerness on the box tower (+0.3).
///  * distances in strides through ReLU with a scale per level: one head serves all levels; with exp() early training
///    is unstable from scratch.
///  * GIoU of every positive alike: on BCCD from nothing AP 0.581 instead of 0.565 with the paper's weighting by
///    centerness (200 images, 1000 steps), 0.456 instead of 0.452 (20 images, 400 steps); one seed each.
///  * √(p·o): same order as p·o, but a scale on which 0.5 reads as "half sure".
///  * smallest area, closed ranges: the paper's words, compared exactly rather than in steps of 8 px².
Profile ownProfile()
{
    Profile profile;
    profile.boxLossWeight = BoxLossWeight::One;
    profile.decode.scoreThreshold = 0.5;  // what a person wants to see: half sure; evaluation lowers it
    return profile;
}

/// torchvision's fcos_resnet50_fpn (0.28): specification, column tv. Its oddities are kept because its published
/// weights were trained with them.
Profile torchvisionProfile()
{
    Profile profile;
    profile.sizeRounding = SizeRounding::Torchvision;
    profile.resize = ResizeRule::Bilinear;
    profile.locations = LocationRule::Torchvision;
    profile.centerRegion = CenterRegion::Chebyshev;
    profile.rangeTest = RangeTest::Open;
    profile.tieRule = TieRule::Torchvision;
    profile.boxLossWeight = BoxLossWeight::One;
    profile.boxNormalizer = BoxNormalizer::Positives;
    profile.classShiftUpTo = 1000;
    profile.decode.scoreThreshold = 0.2;
    return profile;
}

/// What the codebases that descend from the paper's authors have in common: specification, columns tz, ad and mm.
Profile caffeProfile()
{
    Profile profile;
    profile.channelOrder = ChannelOrder::Bgr;
    profile.pixelRange = PixelRange::Byte;
    profile.mean = {122.7717, 115.9465, 102.9801};  // Caffe's; the backbone was trained with them
    profile.deviation = {1, 1, 1};
    profile.classThreshold = 0.05;
    profile.decode.scoreThreshold = 0.5;  // what a person wants to see; evaluation lowers it
    return profile;
}

/// tianzhi0549/FCOS. `improved`: fcos_imprv_*, otherwise fcos_R_50_FPN_1x and its like.
Profile tianzhiProfile(bool improved)
{
    Profile profile = caffeProfile();
    profile.sizeRounding = SizeRounding::Truncate;
    profile.resize = ResizeRule::Pillow;
    profile.pixels = PixelConvention::Inclusive;
    profile.centerRegion = improved ? CenterRegion::Square : CenterRegion::None;
    profile.boxUnit = profile.boxLossUnit = improved ? BoxUnit::Strides : BoxUnit::Pixels;
    profile.boxActivation = improved ? BoxActivation::Relu : BoxActivation::Exponential;
    profile.boxLoss = improved ? BoxLoss::Giou : BoxLoss::LogIou;
    profile.iouGuard = IouGuard::PlusOne;
    profile.keepTies = true;
    return profile;
}

/// AdelaiDet. `realTime`: its FCOS_RT models.
Profile adelaideProfile(bool realTime)
{
    Profile profile = caffeProfile();
    profile.sizeRounding = SizeRounding::Detectron;
    profile.resize = ResizeRule::Pillow;
    profile.mean = {123.675, 116.28, 103.53};
    profile.boxLossUnit = BoxUnit::Strides;
    profile.iouGuard = IouGuard::PlusOneOnly;
    profile.clipRule = ClipRule::AfterNms;
    profile.classShiftUpTo = 1000;
    profile.dropEmptyBoxes = true;
    profile.keepTies = true;
    if (realTime) {
        profile.shortSide = 512;
        profile.longSide = 736;
        profile.strides = {8, 16, 32};
        profile.rangeLimits = {64, 128};
    }
    return profile;
}

/// mmdetection 2.16 and later. `tricks`: centre sampling, boxes in strides, centerness on the box tower, GIoU.
Profile mmdetectionProfile(bool tricks)
{
    Profile profile = caffeProfile();
    profile.sizeRounding = SizeRounding::Nearest;
    profile.resize = ResizeRule::OpenCv;
    if (tricks)
        profile.mean = {123.675, 116.28, 103.53};
    profile.centerRegion = tricks ? CenterRegion::Square : CenterRegion::None;
    profile.boxUnit = profile.boxLossUnit = tricks ? BoxUnit::Strides : BoxUnit::Pixels;
    profile.boxActivation = tricks ? BoxActivation::Relu : BoxActivation::Exponential;
    profile.boxLoss = tricks ? BoxLoss::Giou : BoxLoss::LogIou;
    profile.iouGuard = IouGuard::Clamp;
    profile.scoreRule = ScoreRule::Product;
    profile.rankRule = RankRule::ClassProbability;
    profile.nmsFrame = BoxFrame::Image;
    profile.classShiftUpTo = 1000000;  // whatever the number
    profile.dropEmptyBoxes = true;
    profile.decode.nmsThreshold = tricks ? 0.6 : 0.5;
    profile.decode.scoreThreshold = 0.25;  // of p·o: as half sure as 0.5 of its root
    return profile;
}

/// SimpleAICV's resnet50_fcos with its square 1024-pixel input.
Profile simpleAicvProfile()
{
    Profile profile;
    profile.shortSide = profile.longSide = profile.sizeDivisor = 1024;
    profile.sizeRounding = SizeRounding::HalfEven;
    profile.mean = {0, 0, 0};
    profile.deviation = {1, 1, 1};
    profile.resize = ResizeRule::OpenCvFloat;
    profile.centerRegion = CenterRegion::Circle;
    profile.rangeTest = RangeTest::Open;
    profile.boxUnit = BoxUnit::Pixels;
    profile.boxActivation = BoxActivation::Exponential;
    profile.iouGuard = IouGuard::CoarseClamp;
    profile.boxNormalizer = BoxNormalizer::Positives;
    profile.probabilityClamp = 1e-4;
    profile.learnFromEmptyBatches = false;
    profile.bestClassOnly = true;
    profile.candidateScope = CandidateScope::Image;
    profile.wholePixelBoxes = true;
    profile.clipRule = ClipRule::AfterNms;
    profile.nmsScope = NmsScope::All;
    profile.nmsTest = NmsTest::AtLeast;
    profile.decode.scoreThreshold = 0.5;
    return profile;
}

/// The one list of profiles.
const std::vector<std::pair<std::string, Profile>> &allProfiles()
{
    static const std::vector<std::pair<std::string, Profile>> profiles{
        {"fcoscope", ownProfile()},
        {"tz-orig", tianzhiProfile(false)},
        {"tz-imprv", tianzhiProfile(true)},
        {"ad", adelaideProfile(false)},
        {"ad-rt", adelaideProfile(true)},
        {"tv", torchvisionProfile()},
        {"mm-base", mmdetectionProfile(false)},
        {"mm-tricks", mmdetectionProfile(true)},
        {"zg", simpleAicvProfile()},
    };
    return profiles;
}

}  // namespace

double Profile::rangeHigh(size_t level) const
{
    return level < rangeLimits.size() ? rangeLimits[level] : std::numeric_limits<double>::infinity();
}

void visit(OptionTable &table, DecodeOptions &o)
{
    table.add("score-threshold", o.scoreThreshold, 0, 1, "",
              message("core", "Detections with a lower score are not shown."));
    table.add("nms-threshold", o.nmsThreshold, 0, 1, "",
              message("core", "A box that overlaps a better one of its class by more than this IoU is suppressed."));
    table.add("detections-per-image", o.detectionsPerImage, 1, 100000, "",
              message("core", "At most so many detections are kept, the best ones."));
    table.add("candidates-per-level", o.candidatesPerLevel, 1, 1000000, "",
              message("core", "The best so many candidates of each level go on to non-maximum suppression."));
}

namespace {

void visitInput(OptionTable &table, Profile &p)
{
    table.add("short-side", p.shortSide, 32, 8192, "px",
              message("core", "The image's shorter side is scaled to this length."));
    table.add("long-side", p.longSide, 32, 16384, "px", message("core", "The longer side never exceeds this length."));
    table.addChoice("size-rounding", p.sizeRounding,
                    {{"floor", SizeRounding::Floor},
                     {"torchvision", SizeRounding::Torchvision},
                     {"truncate", SizeRounding::Truncate},
                     {"nearest", SizeRounding::Nearest},
                     {"detectron", SizeRounding::Detectron},
                     {"half-even", SizeRounding::HalfEven}},
                    message("core", "How the sides of the resized image become whole numbers."));
    table.add("size-divisor", p.sizeDivisor, 1, 1333, "px",
              message("core", "The network's input is padded to a multiple of this."));
    table.addChoice("channel-order", p.channelOrder, {{"rgb", ChannelOrder::Rgb}, {"bgr", ChannelOrder::Bgr}},
                    message("core", "The order of the colours in the network's input."));
    table.addChoice("pixel-range", p.pixelRange, {{"unit", PixelRange::Unit}, {"byte", PixelRange::Byte}},
                    message("core", "Whether pixels run from 0 to 1 or from 0 to 255 before the mean is subtracted."));
    table.add("mean", p.mean, -10, 300, "", message("core", "Mean of red, green and blue that is subtracted."));
    table.add("deviation", p.deviation, 1e-6, 300, "",
              message("core", "Deviation of red, green and blue that is divided by."));
    table.addChoice("resize", p.resize,
                    {{"bilinear", ResizeRule::Bilinear},
                     {"antialiased", ResizeRule::Antialiased},
                     {"pillow", ResizeRule::Pillow},
                     {"opencv", ResizeRule::OpenCv},
                     {"opencv-float", ResizeRule::OpenCvFloat}},
                    message("core", "How the image is resized: plain bilinear, with a filter that widens when "
                                    "shrinking, or to the pixel as Pillow or OpenCV do it."));
}

void visitAssignment(OptionTable &table, Profile &p)
{
    table.add("strides", p.strides, 1, 1024, "px",
              message("core", "Distance between neighbouring locations, level by level."));
    table.add("range-limits", p.rangeLimits, 1, 1e8, "px",
              message("core", "Regression ranges: the limits between neighbouring levels."));
    table.addChoice(
        "locations", p.locations,
        {{"half-stride", LocationRule::HalfStride}, {"torchvision", LocationRule::Torchvision}},
        message("core", "Where locations lie: in the middle of their cell, or as torchvision places them."));
    table.addChoice("pixels", p.pixels,
                    {{"continuous", PixelConvention::Continuous}, {"inclusive", PixelConvention::Inclusive}},
                    message("core", "Whether a box ends where its last pixel ends, or at that pixel's index."));
    table.addChoice("center-region", p.centerRegion,
                    {{"none", CenterRegion::None},
                     {"square", CenterRegion::Square},
                     {"chebyshev", CenterRegion::Chebyshev},
                     {"circle", CenterRegion::Circle}},
                    message("core", "Centre sampling: whether only locations near a box's centre are positive."));
    table.add("center-radius", p.centerRadius, 0.1, 100, "strides",
              message("core", "Half side or radius of the centre region."));
    table.addChoice("range-test", p.rangeTest, {{"closed", RangeTest::Closed}, {"open", RangeTest::Open}},
                    message("core", "Whether a box exactly on a range limit belongs to both levels or to neither."));
    table.addChoice("tie-rule", p.tieRule,
                    {{"smallest-area", TieRule::SmallestArea}, {"torchvision", TieRule::Torchvision}},
                    message("core", "Which box wins a location that lies in several."));
}

void visitLosses(OptionTable &table, Profile &p)
{
    table.addChoice("box-unit", p.boxUnit, {{"pixels", BoxUnit::Pixels}, {"strides", BoxUnit::Strides}},
                    message("core", "The unit in which the network regresses distances."));
    table.addChoice("box-activation", p.boxActivation,
                    {{"exponential", BoxActivation::Exponential}, {"relu", BoxActivation::Relu}},
                    message("core", "What makes the regressed distances positive."));
    table.addChoice("quality-target", p.quality,
                    {{"centerness", QualityTarget::Centerness}, {"iou", QualityTarget::Iou}},
                    message("core", "What the third branch learns: centerness, or the IoU of the predicted box."));
    table.addChoice("box-loss", p.boxLoss,
                    {{"giou", BoxLoss::Giou},
                     {"linear-iou", BoxLoss::LinearIou},
                     {"log-iou", BoxLoss::LogIou},
                     {"diou", BoxLoss::Diou},
                     {"ciou", BoxLoss::Ciou},
                     {"eiou", BoxLoss::Eiou}},
                    message("core", "The loss of the regressed boxes."));
    table.addChoice("box-loss-unit", p.boxLossUnit, {{"pixels", BoxUnit::Pixels}, {"strides", BoxUnit::Strides}},
                    message("core", "The unit in which the box loss measures areas; it matters to its guard alone."));
    table.addChoice("iou-guard", p.iouGuard,
                    {{"epsilon", IouGuard::Epsilon},
                     {"plus-one", IouGuard::PlusOne},
                     {"plus-one-only", IouGuard::PlusOneOnly},
                     {"clamp", IouGuard::Clamp},
                     {"coarse-clamp", IouGuard::CoarseClamp}},
                    message("core", "How the box loss keeps its quotients finite."));
    table.addChoice("box-loss-weight", p.boxLossWeight,
                    {{"one", BoxLossWeight::One}, {"centerness", BoxLossWeight::Centerness}},
                    message("core", "Whether positives near the centre count more in the box loss."));
    table.addChoice("box-normalizer", p.boxNormalizer,
                    {{"positives", BoxNormalizer::Positives}, {"weight-sum", BoxNormalizer::WeightSum}},
                    message("core", "What the box loss is divided by: the number of positives or their weights."));
    table.addChoice("class-normalizer", p.classNormalizer,
                    {{"positives", ClassNormalizer::Positives}, {"moving-average", ClassNormalizer::MovingAverage}},
                    message("core", "What the class loss is divided by: the number of positives, or its average."));
    table.add("focal-alpha", p.focalAlpha, 0, 1, "", message("core", "Focal loss: weight of positives."));
    table.add("focal-gamma", p.focalGamma, 0, 10, "",
              message("core", "Focal loss: how strongly easy locations are discounted."));
    table.add("probability-clamp", p.probabilityClamp, 0, 0.1, "",
              message("core", "Probabilities are kept this far from 0 and 1 in the losses."));
    table.add("learn-from-empty-batches", p.learnFromEmptyBatches,
              message("core", "Whether a batch without any positive location has a loss."));
}

void visitDecoding(OptionTable &table, Profile &p)
{
    table.addChoice("score-rule", p.scoreRule,
                    {{"square-root", ScoreRule::SquareRoot}, {"product", ScoreRule::Product}},
                    message("core", "The score: √(p·o) or p·o."));
    table.add("class-threshold", p.classThreshold, 0, 1, "",
              message("core", "Candidates need a class probability above this, before centerness counts."));
    table.add("best-class-only", p.bestClassOnly,
              message("core", "Each location speaks for its most probable class alone."));
    table.addChoice("rank-rule", p.rankRule,
                    {{"score", RankRule::Score}, {"class-probability", RankRule::ClassProbability}},
                    message("core", "What the best candidates are chosen by."));
    table.addChoice("candidate-scope", p.candidateScope,
                    {{"level", CandidateScope::Level}, {"image", CandidateScope::Image}},
                    message("core", "Whether the best candidates are chosen on each level or in the whole image."));
    table.add("whole-pixel-boxes", p.wholePixelBoxes,
              message("core", "Boxes are cut to whole pixels of the network's input."));
    table.addChoice("clip-rule", p.clipRule, {{"before-nms", ClipRule::BeforeNms}, {"after-nms", ClipRule::AfterNms}},
                    message("core", "Whether boxes are cut to the image before or after non-maximum suppression."));
    table.addChoice("nms-frame", p.nmsFrame, {{"network", BoxFrame::Network}, {"image", BoxFrame::Image}},
                    message("core", "Whether overlaps are measured in the network's input or in the image."));
    table.addChoice("nms-scope", p.nmsScope, {{"class", NmsScope::Class}, {"all", NmsScope::All}},
                    message("core", "Whether a box suppresses those of its own class or of any."));
    table.addChoice("nms-test", p.nmsTest, {{"above", NmsTest::Above}, {"at-least", NmsTest::AtLeast}},
                    message("core", "Whether an overlap of just the threshold suppresses."));
    table.add(
        "class-shift-up-to", p.classShiftUpTo, 0, 1000000, "",
        message("core", "Up to so many candidates, classes are told apart by shifting boxes, which rounds them."));
    table.add("drop-empty-boxes", p.dropEmptyBoxes,
              message("core", "Boxes without area inside the image are dropped."));
    table.add("keep-ties", p.keepTies,
              message("core", "Detections as good as the last one that is kept are kept, too."));
    visit(table, p.decode);
}

}  // namespace

void visit(OptionTable &table, Profile &p)
{
    visitInput(table, p);
    visitAssignment(table, p);
    visitLosses(table, p);
    visitDecoding(table, p);
}

std::vector<std::string> profileNames()
{
    std::vector<std::string> names;
    for (const auto &[name, profile] : allProfiles())
        names.push_back(name);
    return names;
}

Profile profileNamed(const std::string &name)
{
    for (const auto &[its, profile] : allProfiles())
        if (its == name) {
            Profile found = profile;
            found.name = name;
            return found;
        }
    throw UserError(message("core", "There is no profile \"{0}\"; the known ones are {1}.").with(name, joined(profileNames())));
}

void checkProfile(const Profile &p)
{
    const auto rising = [](const std::vector<double> &values) {
        for (size_t i = 1; i < values.size(); ++i)
            if (!(values[i] > values[i - 1]))
                return false;
        return true;
    };
    if (p.strides.empty() || !rising(p.strides))
        throw UserError(
            message("core", "The option {0} must be a rising list with at least one entry.").with("strides"));
    if (p.rangeLimits.size() + 1 != p.strides.size() || !rising(p.rangeLimits))
        throw UserError(message("core", "The option {0} has {1} entries; {2} levels need a rising list of {3}.")
                            .with("range-limits", p.rangeLimits.size(), p.strides.size(), p.strides.size() - 1));
    if (p.mean.size() != 3 || p.deviation.size() != 3)
        throw UserError(message("core", "The options mean and deviation must have three entries each."));
    if (p.longSide < p.shortSide)
        throw UserError(message("core", "The long side ({0} px) is shorter than the short side ({1} px).")
                            .with(p.longSide, p.shortSide));
}

}  // namespace fcoscope
