// SPDX-License-Identifier: GPL-3.0-or-later
// What inspect.h finds, in words.
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/rules/inspect.h"

namespace fcoscope {
namespace {

size_t index(int i)
{
    return static_cast<size_t>(i);
}

/// `value` rounded, but never so far that it would seem to lie elsewhere of `limit` than it does. Both are float32
/// where they are compared.
std::string toldApart(double value, double limit, int decimals = 1)
{
    const float exact = static_cast<float>(value), bound = static_cast<float>(limit);
    for (; decimals < 9; ++decimals) {
        const double unit = std::pow(10.0, decimals);
        const float rounded = static_cast<float>(std::round(value * unit) / unit);
        if ((rounded < bound) == (exact < bound) && (rounded > bound) == (exact > bound))
            break;
    }
    return roundedText(value, decimals);
}

double areaOf(const Box &box, const Profile &profile)
{
    const double more = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    return (box.width() + more) * (box.height() + more);
}

Message noAreaText(const Box &box, const Profile &profile)
{
    const double area = areaOf(box, profile);
    if (profile.tieRule == TieRule::Torchvision && box.hasArea() && area > 9e7)
        return message("core", "the box is too large for this profile: its area, {0} px², is not below 100000000 px²")
            .with(roundedText(area, 0));
    return message("core", "the box has no area");
}

Message outsideBoxText(const Distances &d)
{
    const std::pair<const char *, double> sides[] = {{"l", d.left}, {"t", d.top}, {"r", d.right}, {"b", d.bottom}};
    const auto worst = *std::min_element(std::begin(sides), std::end(sides),
                                         [](const auto &a, const auto &b) { return a.second < b.second; });
    if (worst.second == 0)
        return message("core", "on the border of the box: {0} = 0").with(worst.first);
    return message("core", "outside the box: {0} = {1}").with(worst.first, toldApart(worst.second, 0));
}

Message outsideCenterText(const Distances &d, const Level &level, const Profile &profile)
{
    const double radius = profile.centerRadius * level.stride, dx = (d.left - d.right) / 2, dy = (d.top - d.bottom) / 2;
    const auto filled = [&](const Message &text, double away) {
        return text.with(toldApart(away, radius), roundedText(radius, 3));
    };
    if (profile.centerRegion == CenterRegion::Circle)
        return filled(message("core", "outside the centre region: {0} px from the centre, radius {1} px"),
                      std::hypot(dx, dy));
    if (std::abs(dx) >= std::abs(dy))
        return filled(message("core", "outside the centre region: {0} px beside the centre, half its side {1} px"),
                      std::abs(dx));
    return filled(message("core", "outside the centre region: {0} px above or below the centre, half its side {1} px"),
                  std::abs(dy));
}

std::string rangeText(const Level &level, const Profile &profile)
{
    const bool closed = profile.rangeTest == RangeTest::Closed;
    return (closed ? "[" : "(") + roundedText(level.rangeLow, 3) + ", " + roundedText(level.rangeHigh, 3) +
           (closed && std::isfinite(level.rangeHigh) ? "]" : ")");
}

Message outsideRangeText(const Distances &d, const Level &level, const Profile &profile)
{
    const double far = largest(d);
    return message("core", "max(l, t, r, b) = {0} is not in {1}")
        .with(toldApart(far, far <= level.rangeLow ? level.rangeLow : level.rangeHigh), rangeText(level, profile));
}

Message lostText(const Candidate &candidate, const AssignedImage &assigned)
{
    const int number = labelNumber(assigned, candidate.winner);
    const Box &box = assigned.boxes[index(candidate.box)], &winner = assigned.boxes[index(candidate.winner)];
    const double its = areaOf(box, assigned.profile), area = areaOf(winner, assigned.profile);
    if (!rankEqually(box, winner, assigned.profile))
        return message("core", "lost to the smaller box {0} (area {1} px² against {2} px²)")
            .with(number, toldApart(area, its), toldApart(its, area));
    if (static_cast<float>(its) == static_cast<float>(area))
        return message("core", "lost to box {0}, which is equally large and listed earlier").with(number);
    return message("core",
                   "lost to box {0}, which is listed earlier: this profile takes {1} and {2} px² for equally large")
        .with(number, toldApart(area, its), toldApart(its, area));
}

Message thresholdText(const PairFate &fate, const DecodeOptions &options)
{
    if (std::isnan(fate.score))
        return message("core", "its score is no number");
    // Both are compared in float32; a pair whose score is high enough failed by its class probability alone.
    if (fate.score > static_cast<float>(options.scoreThreshold))
        return message("core", "its class probability {0} is not above the profile's threshold")
            .with(roundedText(fate.p, 3));
    return message("core", "score {0} is not above {1}")
        .with(toldApart(fate.score, options.scoreThreshold, 3), roundedText(options.scoreThreshold, 3));
}

Message suppressedText(const PairFate &fate, const DecodeTrace &trace, const std::vector<std::string> &classNames)
{
    const TracedCandidate &candidate = trace.candidates[index(fate.candidate)];
    const TracedCandidate &better = trace.candidates[index(candidate.suppressedBy)];
    return message("core", "suppressed by a better {0} at IoU {1}")
        .with(nameOfClass(classNames, better.pair.classIndex), roundedText(candidate.overlap, 2));
}

}  // namespace

std::string levelNameOf(const Level &level)
{
    if (const auto number = pyramidNumber(level.stride))
        return "P" + std::to_string(*number);
    return roundedText(level.stride) + " px";
}

Message verdictText(const Candidate &candidate, const Level &level, const AssignedImage &assigned)
{
    switch (candidate.verdict) {
    case Verdict::NoArea:
        return noAreaText(assigned.boxes[index(candidate.box)], assigned.profile);
    case Verdict::OutsideBox:
        return outsideBoxText(candidate.distances);
    case Verdict::OutsideCenterRegion:
        return outsideCenterText(candidate.distances, level, assigned.profile);
    case Verdict::OutsideRange:
        return outsideRangeText(candidate.distances, level, assigned.profile);
    case Verdict::LostToSmaller:
        return lostText(candidate, assigned);
    case Verdict::Positive:
        return message("core", "positive");
    }
    return {};
}

Message fateText(const PairFate &fate, const DecodeTrace &trace, const DecodeOptions &options,
                 const std::vector<std::string> &classNames)
{
    switch (fate.fate) {
    case Fate::BelowThreshold:
        return thresholdText(fate, options);
    case Fate::NotAmongBest:
        if (fate.otherClass)
            return message("core", "the location speaks for its most probable class alone");
        return message("core", "not among the best {0} candidates: p = {1}, score {2}")
            .with(options.candidatesPerLevel, roundedText(fate.p, 3), roundedText(fate.score, 3));
    case Fate::NoBox:
        return message("core", "its box has no area or is no number");
    case Fate::Suppressed:
        return suppressedText(fate, trace, classNames);
    case Fate::Surplus:
        return message("core", "not suppressed, but there are {0} better detections already")
            .with(trace.detections.size());
    case Fate::Detected:
        return message("core", "detected, as number {0}").with(trace.candidates[index(fate.candidate)].detection + 1);
    }
    return {};
}

namespace {

constexpr size_t mostOutside = 10;  ///< boxes that a location lies outside of, listed

using Say = std::function<std::string(const Message &)>;

std::string sidesText(const Distances &d)
{
    return "l = " + roundedText(d.left) + ", t = " + roundedText(d.top) + ", r = " + roundedText(d.right) +
           ", b = " + roundedText(d.bottom);
}

std::string boxText(const Box &box)
{
    return "(" + roundedText(box.x1) + ", " + roundedText(box.y1) + ") – (" + roundedText(box.x2) + ", " +
           roundedText(box.y2) + ")";
}

/// The first line, and what the location learns.
std::string placeLines(const LocationReport &report, const Inspected &inspected,
                       const std::vector<std::string> &labelNames, const Say &say)
{
    std::string text =
        say(message("core", "{0}, column {1}, row {2}: at ({3}, {4}) in the image, ({5}, {6}) in the input")
                .with(levelNameOf(report.level), report.column, report.row, roundedText(report.imageX),
                      roundedText(report.imageY), roundedText(report.networkX), roundedText(report.networkY))) +
        "\n";
    if (report.learns >= 0) {
        const Label &label = inspected.assigned->labels[index(report.learns)];
        text +=
            say(message("core", "Learns box {0} ({1}): {2}; centerness {3}")
                    .with(labelNumber(*inspected.assigned, report.learns), nameOfClass(labelNames, label.classIndex),
                          sidesText(report.target), roundedText(report.centernessTarget, 2))) +
            "\n";
    } else if (!report.candidates.empty()) {
        text += say(message("core", "Learns no box: background")) + "\n";
    }
    return text;
}

/// Every box that the location lies in and some of those outside, with the verdict.
std::string verdictLines(const LocationReport &report, const AssignedImage &assigned,
                         const std::vector<std::string> &labelNames, const Say &say)
{
    std::string text;
    size_t outside = 0;
    for (const bool inside : {true, false})
        for (const Candidate &candidate : report.candidates) {
            const bool its = candidate.verdict != Verdict::OutsideBox && candidate.verdict != Verdict::NoArea;
            if (its != inside || (!inside && ++outside > mostOutside))
                continue;
            const Label &label = assigned.labels[index(candidate.box)];
            text += "  " +
                    say(message("core", "Box {0} ({1}): {2}")
                            .with(labelNumber(assigned, candidate.box), nameOfClass(labelNames, label.classIndex),
                                  say(verdictText(candidate, report.level, assigned)))) +
                    "\n";
        }
    if (outside > mostOutside)
        text += "  " + say(message("core", "and {0} more boxes that it lies outside of").with(outside - mostOutside)) +
                "\n";
    return text;
}

std::string predictionLines(const LocationReport &report, const Inspected &inspected,
                            const std::vector<std::string> &modelNames, const Say &say)
{
    std::string text = say(message("core", "Predicts {0}: box {1} in the image")
                               .with(sidesText(report.distances), boxText(report.predictedBox)));
    if (report.hasCenterness)
        text += "; " + say(message("core", "centerness {0}").with(roundedText(report.centerness, 2)));
    if (report.learns >= 0)
        text += "; " + say(message("core", "IoU with its label {0}").with(roundedText(report.overlapWithTarget, 2)));
    text += "\n";
    for (const InspectedClass &its : report.classes) {
        text += "  " + say(message("core", "{0}: p = {1}, score {2}")
                               .with(nameOfClass(modelNames, its.classIndex), roundedText(its.fate.p, 3),
                                     roundedText(its.fate.score, 3)));
        if (inspected.trace)
            text += "; " + say(fateText(its.fate, *inspected.trace, inspected.options, modelNames));
        text += "\n";
    }
    return text;
}

}  // namespace

std::string reportText(const LocationReport &report, const Inspected &inspected,
                       const std::vector<std::string> &labelNames, const std::vector<std::string> &modelNames,
                       const Say &say)
{
    std::string text = placeLines(report, inspected, labelNames, say);
    if (inspected.assigned)
        text += verdictLines(report, *inspected.assigned, labelNames, say);
    if (report.predicted)
        text += predictionLines(report, inspected, modelNames, say);
    return text;
}

}  // namespace fcoscope
