// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/rules/plain_decode.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/rules/locations.h"

namespace fcoscope {
namespace {

float probability(float logit) { return 1.0f / (1.0f + std::exp(-logit)); }

/// Every pair of one level that passes the thresholds, in no order.
std::vector<Detection> pairsOf(const LevelOutputs &outputs, int level, const Profile &profile,
                               const DecodeOptions &options)
{
    std::vector<Detection> pairs;
    const Grid &classes = outputs.classLogits;
    for (int y = 0; y < classes.height; ++y)
        for (int x = 0; x < classes.width; ++x) {
            int best = 0;
            for (int c = 0; c < classes.channels; ++c)
                if (probability(classes.at(c, y, x)) > probability(classes.at(best, y, x)))
                    best = c;
            for (int c = 0; c < classes.channels; ++c) {
                Detection pair;
                pair.classIndex = c;
                pair.level = level;
                pair.location = y * classes.width + x;
                pair.classProbability = probability(classes.at(c, y, x));
                pair.centerness =
                    outputs.centernessLogits.values.empty() ? 1 : probability(outputs.centernessLogits.at(0, y, x));
                pair.score = pair.classProbability * pair.centerness;
                if (profile.scoreRule == ScoreRule::SquareRoot)
                    pair.score = std::sqrt(pair.score);
                const auto side = [&](int i) { return outputs.distances.at(i, y, x); };
                pair.distances = {side(0), side(1), side(2), side(3)};
                const bool wanted = pair.classProbability > static_cast<float>(profile.classThreshold) &&
                                    (pair.score > static_cast<float>(options.scoreThreshold) ||
                                     profile.rankRule == RankRule::ClassProbability);
                if (wanted && (!profile.bestClassOnly || c == best))
                    pairs.push_back(pair);
            }
        }
    return pairs;
}

/// The best `count` pairs, best first.
void cut(std::vector<Detection> &pairs, size_t count, RankRule rule)
{
    std::sort(pairs.begin(), pairs.end(), [rule](const Detection &a, const Detection &b) {
        const auto key = [rule](const Detection &d) {
            return std::tuple(rule == RankRule::Score ? -d.score : -d.classProbability, d.level, d.location,
                              d.classIndex);
        };
        return key(a) < key(b);
    });
    pairs.resize(std::min(pairs.size(), count));
}

Box networkBox(const Detection &pair, const Level &level, int columns, const Profile &profile, Size content)
{
    const float x = static_cast<float>(level.x(pair.location % columns)),
                y = static_cast<float>(level.y(pair.location / columns));
    const Distances &d = pair.distances;
    double sides[] = {x - float(d.left), y - float(d.top), x + float(d.right), y + float(d.bottom)};
    const double last[] = {double(content.width), double(content.height)};
    for (int i = 0; i < 4; ++i) {
        if (profile.wholePixelBoxes)
            sides[i] = double(int(sides[i]));
        if (profile.clipRule == ClipRule::BeforeNms)
            sides[i] = std::min(std::max(sides[i], 0.0),
                                last[i % 2] - (profile.pixels == PixelConvention::Inclusive ? 1 : 0));
    }
    return {sides[0], sides[1], sides[2], sides[3]};
}

/// For images that are neither cropped nor mirrored.
Box imageBox(const Box &b, const ImageTransform &transform, const Profile &profile)
{
    const double more = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    return {b.x1 / transform.scaleX, b.y1 / transform.scaleY, b.x2 / transform.scaleX + more,
            b.y2 / transform.scaleY + more};
}

bool tooClose(const Box &better, const Box &worse, const Profile &profile, double threshold)
{
    const float more = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    const auto f = [](double v) { return static_cast<float>(v); };
    const float w = std::max(0.0f, std::min(f(better.x2), f(worse.x2)) - std::max(f(better.x1), f(worse.x1)) + more);
    const float h = std::max(0.0f, std::min(f(better.y2), f(worse.y2)) - std::max(f(better.y1), f(worse.y1)) + more);
    const auto area = [&](const Box &b) { return (f(b.x2) - f(b.x1) + more) * (f(b.y2) - f(b.y1) + more); };
    const float both = w * h, all = area(better) + area(worse) - both;
    const float overlap = all > 0 ? both / all : 0;
    return profile.nmsTest == NmsTest::Above ? overlap > f(threshold) : overlap >= f(threshold);
}

/// The boxes as NMS compares them where classes are told apart by shifting.
std::vector<Box> shifted(const std::vector<Detection> &found)
{
    float largest = -INFINITY;
    for (const Detection &d : found)
        largest = std::max({largest, float(d.box.x1), float(d.box.y1), float(d.box.x2), float(d.box.y2)});
    std::vector<Box> boxes;
    for (const Detection &d : found) {
        const float shift = float(d.classIndex) * (largest + 1.0f);
        const auto moved = [shift](double side) { return double(float(side) + shift); };
        boxes.push_back({moved(d.box.x1), moved(d.box.y1), moved(d.box.x2), moved(d.box.y2)});
    }
    return boxes;
}

std::vector<size_t> survivors(const std::vector<Detection> &found, const Profile &profile,
                              const DecodeOptions &options)
{
    const bool shift = profile.nmsScope == NmsScope::Class && found.size() <= size_t(profile.classShiftUpTo);
    std::vector<Box> boxes;
    for (const Detection &d : found)
        boxes.push_back(d.box);
    if (shift)
        boxes = shifted(found);
    std::vector<size_t> kept;
    for (size_t i = 0; i < found.size(); ++i) {
        const auto removes = [&](size_t better) {
            const bool meet =
                shift || profile.nmsScope == NmsScope::All || found[better].classIndex == found[i].classIndex;
            return meet && tooClose(boxes[better], boxes[i], profile, options.nmsThreshold);
        };
        if (std::none_of(kept.begin(), kept.end(), removes))
            kept.push_back(i);
    }
    return kept;
}

bool empty(const Detection &d) { return !(d.box.x2 > d.box.x1 && d.box.y2 > d.box.y1); }

}  // namespace

std::vector<Detection> plainCandidates(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    const std::vector<Level> levels = levelsFor(profile, raw.transform.paddedSize);
    const size_t count = static_cast<size_t>(options.candidatesPerLevel);
    std::vector<Detection> found;
    for (size_t l = 0; l < levels.size(); ++l) {
        std::vector<Detection> pairs = pairsOf(raw.levels[l], static_cast<int>(l), profile, options);
        if (profile.candidateScope == CandidateScope::Level)
            cut(pairs, count, profile.rankRule);
        found.insert(found.end(), pairs.begin(), pairs.end());
    }
    if (profile.candidateScope == CandidateScope::Image)
        cut(found, count, profile.rankRule);
    for (Detection &d : found) {
        const size_t l = static_cast<size_t>(d.level);
        d.box = networkBox(d, levels[l], raw.levels[l].classLogits.width, profile, raw.transform.contentSize);
        if (profile.nmsFrame == BoxFrame::Image)
            d.box = imageBox(d.box, raw.transform, profile);
    }
    if (profile.nmsFrame == BoxFrame::Image && profile.dropEmptyBoxes)
        std::erase_if(found, empty);
    cut(found, found.size(), RankRule::Score);
    return found;
}

std::vector<Detection> plainDecode(const RawOutputs &raw, const Profile &profile, const DecodeOptions &options)
{
    const std::vector<Detection> found = plainCandidates(raw, profile, options);
    std::vector<Detection> kept;
    for (const size_t i : survivors(found, profile, options))
        kept.push_back(found[i]);
    std::erase_if(kept, [&](const Detection &d) { return !(d.score > static_cast<float>(options.scoreThreshold)); });
    size_t stay = std::min(kept.size(), static_cast<size_t>(options.detectionsPerImage));
    while (profile.keepTies && stay > 0 && stay < kept.size() && kept[stay].score == kept[stay - 1].score)
        ++stay;
    kept.resize(stay);
    for (Detection &d : kept) {
        if (profile.nmsFrame == BoxFrame::Network)
            d.box = imageBox(d.box, raw.transform, profile);
        if (profile.pixels == PixelConvention::Continuous)
            d.box = clipped(d.box, raw.transform.imageSize.width, raw.transform.imageSize.height);
    }
    if (profile.dropEmptyBoxes)
        std::erase_if(kept, empty);
    return kept;
}

}  // namespace fcoscope
