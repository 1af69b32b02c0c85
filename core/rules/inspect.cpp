// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/inspect.h"

#include <algorithm>
#include <cmath>

#include "core/rules/decode.h"
#include "core/rules/location_maps.h"

namespace fcoscope {
namespace {

constexpr size_t mostClasses = 5;

size_t index(int i)
{
    return static_cast<size_t>(i);
}

bool hasModel(const Inspected &inspected)
{
    return inspected.raw && inspected.modelProfile;
}

std::vector<Level> levelsOf(const Inspected &inspected)
{
    if (inspected.assigned)
        return inspected.assigned->levels;
    return hasModel(inspected) ? networkLevels(*inspected.raw, *inspected.modelProfile) : std::vector<Level>();
}

ImageTransform transformOf(const Inspected &inspected)
{
    if (inspected.assigned)
        return inspected.assigned->transform;
    return hasModel(inspected) ? inspected.raw->transform : ImageTransform();
}

/// Whether the network speaks for the very locations that are looked at.
bool speaksForThem(const Inspected &inspected)
{
    return hasModel(inspected) &&
           (!inspected.assigned || sameLocations(*inspected.assigned, *inspected.raw, *inspected.modelProfile));
}

void tellTarget(LocationReport &report, const AssignedImage &assigned)
{
    report.candidates = explainLocation(assigned.boxes, report.level, report.at.location, assigned.profile);
    for (const Candidate &candidate : report.candidates)
        if (candidate.verdict == Verdict::Positive) {
            report.learns = candidate.box;
            report.target = candidate.distances;
            report.centernessTarget = centerness(candidate.distances);
        }
}

/// The channel of a label's class, or -1 where the network has none.
int channelOf(const Inspected &inspected, int label)
{
    const int its = inspected.assigned->labels[index(label)].classIndex;
    if (!inspected.labelNames)
        return its;
    const std::vector<std::string> &names = inspected.raw->classNames;
    if (its < 0 || index(its) >= inspected.labelNames->size())
        return -1;
    const auto found = std::find(names.begin(), names.end(), (*inspected.labelNames)[index(its)]);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

/// The most probable classes first, then the label's own where it is not among them.
std::vector<int> classesToTell(const Inspected &inspected, const LocationReport &report)
{
    const Grid &logits = inspected.raw->levels[index(report.at.level)].classLogits;
    const auto logit = [&](int c) { return logits.channel(c)[index(report.at.location)]; };
    std::vector<int> channels;
    for (int c = 0; c < logits.channels; ++c)
        if (!std::isnan(logit(c)))
            channels.push_back(c);
    const size_t told = std::min(mostClasses, channels.size());
    std::partial_sort(channels.begin(), channels.begin() + static_cast<std::ptrdiff_t>(told), channels.end(),
                      [&](int a, int b) { return logit(a) != logit(b) ? logit(a) > logit(b) : a < b; });
    channels.resize(told);
    const int own = report.learns >= 0 ? channelOf(inspected, report.learns) : -1;
    if (own >= 0 && own < logits.channels && std::find(channels.begin(), channels.end(), own) == channels.end())
        channels.push_back(own);
    return channels;
}

void tellPrediction(LocationReport &report, const Inspected &inspected)
{
    const RawOutputs &raw = *inspected.raw;
    const Profile &profile = *inspected.modelProfile;
    const LevelOutputs &said = raw.levels[index(report.at.level)];
    const size_t cell = index(report.at.location);
    const auto side = [&](int s) { return static_cast<double>(said.distances.channel(s)[cell]); };
    report.predicted = true;
    report.distances = {side(0), side(1), side(2), side(3)};
    report.predictedBox = predictedBox(raw, profile, report.at.level, report.at.location);
    report.hasCenterness = !said.centernessLogits.values.empty();
    if (report.hasCenterness)
        report.centerness = sigmoid(said.centernessLogits.values[cell]);
    static const DecodeTrace untraced;
    for (const int c : classesToTell(inspected, report))
        report.classes.push_back({c, fateOf(inspected.trace ? *inspected.trace : untraced, raw, profile,
                                            inspected.options, report.at.level, report.at.location, c)});
    if (report.learns >= 0) {
        const Size image = raw.transform.imageSize;
        const Box label = clipped(inspected.assigned->labels[index(report.learns)].box, image.width, image.height);
        report.overlapWithTarget = static_cast<float>(intersectionOverUnion(report.predictedBox, label));
    }
}

}  // namespace

int labelNumber(const AssignedImage &assigned, int label)
{
    return (label >= 0 && index(label) < assigned.given.size() ? assigned.given[index(label)] : label) + 1;
}

LocationReport inspectLocation(const Inspected &inspected, LocationRef at)
{
    LocationReport report;
    report.at = at;
    const std::vector<Level> levels = levelsOf(inspected);
    if (at.level < 0 || index(at.level) >= levels.size() || at.location < 0 ||
        at.location >= levels[index(at.level)].locations())
        return report;
    const ImageTransform transform = transformOf(inspected);
    report.level = levels[index(at.level)];
    report.column = at.location % report.level.width;
    report.row = at.location / report.level.width;
    report.networkX = report.level.x(report.column);
    report.networkY = report.level.y(report.row);
    report.imageX = transform.imageX(report.networkX);
    report.imageY = transform.imageY(report.networkY);
    if (inspected.assigned)
        tellTarget(report, *inspected.assigned);
    if (speaksForThem(inspected))
        tellPrediction(report, inspected);
    return report;
}

std::vector<LocationReport> inspectPoint(const Inspected &inspected, double imageX, double imageY)
{
    const ImageTransform transform = transformOf(inspected);
    const std::vector<Level> levels = levelsOf(inspected);
    std::vector<LocationReport> reports;
    for (size_t l = 0; l < levels.size(); ++l) {
        const int location = locationAt(levels[l], transform.networkX(imageX), transform.networkY(imageY));
        if (location >= 0)
            reports.push_back(inspectLocation(inspected, {static_cast<int>(l), location}));
    }
    return reports;
}

}  // namespace fcoscope
