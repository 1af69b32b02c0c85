// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/profile.h"

#include <limits>

#include "core/base/error.h"

namespace fcoscope {
namespace {

/// Our own. Why each choice:
///  * RGB in 0…1 with ImageNet's statistics: what torchvision's and timm's backbones expect, and harmless from scratch.
///  * antialiased resize: large photographs are shrunk; without it small objects turn into moiré.
///  * half-stride locations: the middle of what a cell sees. Torchvision's corner loses the last half cell.
///  * centre sampling 1.5 and P6 from P5 (+0.7 and +0.2 AP in the paper's table 3), centerness on the box tower (+0.3).
///  * distances in strides through ReLU with a scale per level: one head serves all levels; with exp() early training
///    is unstable from scratch.
///  * GIoU weighted by centerness: locations near the centre define the box, as NMS will prefer them.
///  * √(p·o): same order as p·o, but a scale on which 0.5 reads as "half sure".
///  * smallest area, closed ranges: the paper's words, compared exactly rather than in steps of 8 px².
Profile ownProfile()
{
    Profile profile;
    profile.decode.scoreThreshold = 0.5;  // what a person wants to see: half sure; evaluation lowers it
    return profile;
}

/// torchvision's fcos_resnet50_fpn (0.28): specification, column tv. Its oddities are kept because its published
/// weights were trained with them.
Profile torchvisionProfile()
{
    Profile profile;
    profile.name = "tv";
    profile.resize = ResizeRule::Bilinear;
    profile.locations = LocationRule::Torchvision;
    profile.rangeTest = RangeTest::Open;
    profile.tieRule = TieRule::Torchvision;
    profile.boxLossWeight = BoxLossWeight::One;
    profile.decode.scoreThreshold = 0.2;
    return profile;
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

void visit(OptionTable &table, Profile &p)
{
    table.add("short-side", p.shortSide, 32, 8192, "px",
              message("core", "The image's shorter side is scaled to this length."));
    table.add("long-side", p.longSide, 32, 16384, "px", message("core", "The longer side never exceeds this length."));
    table.add("size-divisor", p.sizeDivisor, 1, 1024, "px",
              message("core", "The network's input is padded to a multiple of this."));
    table.add("mean", p.mean, -10, 300, "",
              message("core", "Mean of red, green and blue that is subtracted (pixels in 0…1)."));
    table.add("deviation", p.deviation, 1e-6, 300, "",
              message("core", "Deviation of red, green and blue that is divided by."));
    table.addChoice(
        "resize", p.resize, {{"bilinear", ResizeRule::Bilinear}, {"antialiased", ResizeRule::Antialiased}},
        message("core", "How the image is resized: plain bilinear, or with a filter that widens when shrinking."));
    table.add("strides", p.strides, 1, 1024, "px",
              message("core", "Distance between neighbouring locations, level by level."));
    table.add("range-limits", p.rangeLimits, 1, 1e8, "px",
              message("core", "Regression ranges: the limits between neighbouring levels."));
    table.addChoice(
        "locations", p.locations,
        {{"half-stride", LocationRule::HalfStride}, {"torchvision", LocationRule::Torchvision}},
        message("core", "Where locations lie: in the middle of their cell, or as torchvision places them."));
    table.addChoice("center-region", p.centerRegion, {{"none", CenterRegion::None}, {"square", CenterRegion::Square}},
                    message("core", "Centre sampling: whether only locations near a box's centre are positive."));
    table.add("center-radius", p.centerRadius, 0.1, 100, "strides", message("core", "Half side of the centre region."));
    table.addChoice("range-test", p.rangeTest, {{"closed", RangeTest::Closed}, {"open", RangeTest::Open}},
                    message("core", "Whether a box exactly on a range limit belongs to both levels or to neither."));
    table.addChoice("tie-rule", p.tieRule,
                    {{"smallest-area", TieRule::SmallestArea}, {"torchvision", TieRule::Torchvision}},
                    message("core", "Which box wins a location that lies in several."));
    table.addChoice("box-unit", p.boxUnit, {{"pixels", BoxUnit::Pixels}, {"strides", BoxUnit::Strides}},
                    message("core", "The unit in which the network regresses distances."));
    table.addChoice("box-activation", p.boxActivation,
                    {{"exponential", BoxActivation::Exponential}, {"relu", BoxActivation::Relu}},
                    message("core", "What makes the regressed distances positive."));
    table.addChoice("box-loss", p.boxLoss,
                    {{"giou", BoxLoss::Giou}, {"linear-iou", BoxLoss::LinearIou}, {"log-iou", BoxLoss::LogIou}},
                    message("core", "The loss of the regressed boxes."));
    table.addChoice("box-loss-weight", p.boxLossWeight,
                    {{"one", BoxLossWeight::One}, {"centerness", BoxLossWeight::Centerness}},
                    message("core", "Whether positives near the centre count more in the box loss."));
    table.add("focal-alpha", p.focalAlpha, 0, 1, "", message("core", "Focal loss: weight of positives."));
    table.add("focal-gamma", p.focalGamma, 0, 10, "",
              message("core", "Focal loss: how strongly easy locations are discounted."));
    table.addChoice("score-rule", p.scoreRule,
                    {{"square-root", ScoreRule::SquareRoot}, {"product", ScoreRule::Product}},
                    message("core", "The score: √(p·o) or p·o."));
    visit(table, p.decode);
}

std::vector<std::string> profileNames() { return {"fcoscope", "tv"}; }

Profile profileNamed(const std::string &name)
{
    if (name == "fcoscope")
        return ownProfile();
    if (name == "tv")
        return torchvisionProfile();
    throw UserError(message("core", "There is no profile \"{0}\"; the known ones are {1}.").with(name, "fcoscope, tv"));
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
