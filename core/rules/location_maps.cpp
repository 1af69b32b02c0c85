// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/location_maps.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/rules/candidates.h"

namespace fcoscope {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

size_t index(int i)
{
    return static_cast<size_t>(i);
}

LocationMap filled(const ImageTransform &transform, std::vector<Level> levels, float value)
{
    LocationMap map;
    map.transform = transform;
    map.levels = std::move(levels);
    for (const Level &level : map.levels)
        map.values.emplace_back(index(level.locations()), value);
    return map;
}

bool hasCenterness(const LevelOutputs &level)
{
    return !level.centernessLogits.values.empty();
}

/// Of those that a network answered for, the levels that the profile knows.
size_t levelsKnown(const RawOutputs &raw, const Profile &profile)
{
    return std::min(profile.strides.size(), raw.levels.size());
}

/// The larger of the two; what is no number never is.
float larger(float a, float b)
{
    return std::isnan(a) || b > a ? b : a;
}

/// Of one class, or with -1 of the class with the largest one: the logit of each location. Channel by channel, because
/// that is how they lie in memory.
std::vector<float> chosenLogits(const Grid &logits, int classIndex)
{
    if (classIndex >= 0)
        return {logits.channel(classIndex), logits.channel(classIndex) + logits.cells()};
    std::vector<float> best(logits.cells(), none);
    for (int c = 0; c < logits.channels; ++c) {
        const float *channel = logits.channel(c);
        for (size_t i = 0; i < best.size(); ++i)
            best[i] = larger(best[i], channel[i]);
    }
    return best;
}

/// `value(p, o)` at every location.
template <typename Value>
LocationMap ofOutputs(const RawOutputs &raw, const Profile &profile, int classIndex, Value value)
{
    std::vector<Level> levels = networkLevels(raw, profile);
    for (size_t l = 0; l < levels.size(); ++l)
        if (classIndex < -1 || classIndex >= raw.levels[l].classLogits.channels)
            return {};
    LocationMap map = filled(raw.transform, std::move(levels), none);
    for (size_t l = 0; l < map.levels.size(); ++l) {
        const LevelOutputs &said = raw.levels[l];
        const std::vector<float> logits = chosenLogits(said.classLogits, classIndex);
        for (size_t i = 0; i < logits.size(); ++i)
            map.values[l][i] =
                value(sigmoid(logits[i]), hasCenterness(said) ? sigmoid(said.centernessLogits.values[i]) : 1.0f);
    }
    return map;
}

}  // namespace

std::vector<Level> networkLevels(const RawOutputs &raw, const Profile &profile)
{
    std::vector<Level> levels = levelsFor(profile, raw.transform.paddedSize);
    levels.resize(levelsKnown(raw, profile));
    for (size_t l = 0; l < levels.size(); ++l) {
        levels[l].width = raw.levels[l].classLogits.width;
        levels[l].height = raw.levels[l].classLogits.height;
    }
    return levels;
}

bool sameLocations(const AssignedImage &assigned, const RawOutputs &raw, const Profile &profile)
{
    const std::vector<Level> levels = networkLevels(raw, profile);
    return assigned.transform == raw.transform && std::equal(levels.begin(), levels.end(), assigned.levels.begin(),
                                                             assigned.levels.end(), [](const Level &a, const Level &b) {
                                                                 return a.width == b.width && a.height == b.height &&
                                                                        a.stepX == b.stepX && a.stepY == b.stepY &&
                                                                        a.firstX == b.firstX && a.firstY == b.firstY;
                                                             });
}

bool hasCenterness(const RawOutputs &raw, const Profile &profile)
{
    const auto known = static_cast<std::ptrdiff_t>(levelsKnown(raw, profile));
    return known > 0 && std::all_of(raw.levels.begin(), raw.levels.begin() + known,
                                    [](const LevelOutputs &level) { return hasCenterness(level); });
}

LocationMap centernessTarget(const AssignedImage &assigned)
{
    LocationMap map = filled(assigned.transform, assigned.levels, none);
    for (const Positive &positive : assigned.assignment.positives)
        map.values[index(positive.level)][index(positive.location)] = positive.centerness;
    return map;
}

LocationMap centernessPredicted(const RawOutputs &raw, const Profile &profile)
{
    if (!hasCenterness(raw, profile))
        return {};
    LocationMap map = filled(raw.transform, networkLevels(raw, profile), none);
    for (size_t l = 0; l < map.values.size(); ++l)
        std::transform(raw.levels[l].centernessLogits.values.begin(), raw.levels[l].centernessLogits.values.end(),
                       map.values[l].begin(), sigmoid);
    return map;
}

LocationMap centernessDifference(const AssignedImage &assigned, const RawOutputs &raw, const Profile &profile)
{
    const LocationMap predicted = centernessPredicted(raw, profile);
    if (predicted.empty() || !sameLocations(assigned, raw, profile))
        return {};
    LocationMap map = filled(assigned.transform, assigned.levels, none);
    map.low = -0.5f;  // a trained branch is off by some tenths: on a scale of ±1 nothing would be seen
    map.high = 0.5f;
    map.diverging = true;
    for (const Positive &positive : assigned.assignment.positives) {
        const size_t l = index(positive.level), i = index(positive.location);
        map.values[l][i] = predicted.values[l][i] - positive.centerness;
    }
    return map;
}

LocationMap classProbability(const RawOutputs &raw, const Profile &profile, int classIndex)
{
    return ofOutputs(raw, profile, classIndex, [](float p, float) { return p; });
}

LocationMap scoreMap(const RawOutputs &raw, const Profile &profile, int classIndex)
{
    return ofOutputs(raw, profile, classIndex, [&](float p, float o) { return scoreOf(p, o, profile.scoreRule); });
}

LocationMap activation(const FeatureMap &features, const ImageTransform &transform, int channel)
{
    const Grid &grid = features.values;
    if (grid.channels == 0 || channel < -1 || channel >= grid.channels)
        return {};
    Level level;
    level.width = grid.width;
    level.height = grid.height;
    level.stride = level.stepX = level.stepY = features.stride;
    level.firstX = level.firstY = features.stride / 2;
    LocationMap map = filled(transform, {level}, 0);
    std::vector<float> &values = map.values[0];
    const int first = channel < 0 ? 0 : channel, last = channel < 0 ? grid.channels : channel + 1;
    for (int c = first; c < last; ++c)
        std::transform(values.begin(), values.end(), grid.channel(c), values.begin(), std::plus<>());
    float least = none, most = none;
    for (float &value : values) {
        value /= static_cast<float>(last - first);
        if (std::isfinite(value)) {
            least = -larger(-least, -value);
            most = larger(most, value);
        }
    }
    if (least < most) {
        map.low = least;
        map.high = most;
    } else if (std::isfinite(least)) {  // the same everywhere: a scale needs two ends
        const float half = std::max(0.5f, std::abs(least) / 2);
        map.low = least - half;
        map.high = least + half;
    }
    return map;
}

LocationMap claimCount(const AssignedImage &assigned)
{
    LocationMap map = filled(assigned.transform, assigned.levels, none);
    float most = 2;
    for (const Claim &claim : assigned.assignment.claims) {
        float &value = map.values[index(claim.level)][index(claim.location)];
        value = std::isnan(value) ? 1 : value + 1;
        most = std::max(most, value);
    }
    map.low = 1;
    map.high = most;
    return map;
}

MapValue valueAt(const LocationMap &map, double imageX, double imageY, int level)
{
    MapValue found;
    const double x = map.transform.networkX(imageX), y = map.transform.networkY(imageY);
    for (size_t l = 0; l < map.values.size(); ++l) {
        if (level >= 0 && l != index(level))
            continue;
        const int location = locationAt(map.levels[l], x, y);
        if (location < 0)
            continue;
        const float value = map.values[l][index(location)];
        if (std::isnan(value))
            continue;
        const bool beyond = map.diverging ? std::abs(value) > std::abs(found.value) : value > found.value;
        if (!found.known || beyond)
            found = {true, value, {static_cast<int>(l), location}};
    }
    return found;
}

}  // namespace fcoscope
