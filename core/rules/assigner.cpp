// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/assigner.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace fcoscope {
namespace {

/// A box in the arithmetic of the codebases.
struct Candidate32 {
    float x1, y1, x2, y2;
    float centerX, centerY;
    float rank;  ///< the larger wins a location
    bool usable; ///< has area, and is not too large for torchvision's rank
};

struct Test32 {
    float l, t, r, b;
    Verdict verdict;  ///< Positive: every test passed
};

Candidate32 prepared(const Box &box, const Profile &profile)
{
    Candidate32 c{};
    c.x1 = static_cast<float>(box.x1);
    c.y1 = static_cast<float>(box.y1);
    c.x2 = static_cast<float>(box.x2);
    c.y2 = static_cast<float>(box.y2);
    c.centerX = (c.x1 + c.x2) / 2;
    c.centerY = (c.y1 + c.y2) / 2;
    const float more = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    const float area = (c.x2 - c.x1 + more) * (c.y2 - c.y1 + more);
    const bool torchvision = profile.tieRule == TieRule::Torchvision;
    c.rank = torchvision ? 1e8f - area : -area;
    c.usable = box.hasArea() && c.x2 > c.x1 && c.y2 > c.y1 && (!torchvision || c.rank >= 1e-5f);
    return c;
}

/// Whether a location inside the box belongs to its centre region. The three shapes are written down as their codebases
/// do: in float32 the square as four sides and as a distance differ by a location now and then.
bool inCenterRegion(const Candidate32 &box, float x, float y, float radius, CenterRegion region)
{
    const float dx = x - box.centerX, dy = y - box.centerY;
    switch (region) {
    case CenterRegion::None:
        return true;
    case CenterRegion::Square: {
        const float left = std::max(box.centerX - radius, box.x1), right = std::min(box.centerX + radius, box.x2);
        const float top = std::max(box.centerY - radius, box.y1), bottom = std::min(box.centerY + radius, box.y2);
        return x > left && x < right && y > top && y < bottom;
    }
    case CenterRegion::Chebyshev:
        return std::max(std::abs(dx), std::abs(dy)) < radius;
    case CenterRegion::Circle:
        return std::sqrt(dx * dx + dy * dy) < radius;
    }
    return true;
}

/// The tests of one box at one location, in order. The only place where they stand.
Test32 judge(const Candidate32 &box, const Level &level, int column, int row, const Profile &profile)
{
    const float x = static_cast<float>(level.x(column)), y = static_cast<float>(level.y(row));
    const float radius = static_cast<float>(profile.centerRadius * level.stride);
    Test32 test{x - box.x1, y - box.y1, box.x2 - x, box.y2 - y, Verdict::Positive};
    if (!box.usable) {
        test.verdict = Verdict::NoArea;
    } else if (!(std::min({test.l, test.t, test.r, test.b}) > 0)) {
        test.verdict = Verdict::OutsideBox;
    } else if (!inCenterRegion(box, x, y, radius, profile.centerRegion)) {
        test.verdict = Verdict::OutsideCenterRegion;
    } else {
        const float far = std::max({test.l, test.t, test.r, test.b});
        const float low = static_cast<float>(level.rangeLow), high = static_cast<float>(level.rangeHigh);
        const bool inRange =
            profile.rangeTest == RangeTest::Closed ? far >= low && far <= high : far > low && far < high;
        if (!inRange)
            test.verdict = Verdict::OutsideRange;
    }
    return test;
}

/// Columns or rows first…last (last excluded) that can pass the tests of one axis; judge() decides.
struct Span {
    int first, last;
};
Span span(double low, double high, double center, double radius, double first, double step, int count)
{
    low = std::max(low, center - radius);
    high = std::min(high, center + radius);
    // One cell more on each side: judge() works in float32, this in double.
    const double from = std::floor((low - first) / step) - 1, to = std::ceil((high - first) / step) + 2;
    return {static_cast<int>(std::clamp(from, 0.0, double(count))),
            static_cast<int>(std::clamp(to, 0.0, double(count)))};
}

/// How far from a box's centre a location can be positive, along one axis.
double centerReach(const Level &level, const Profile &profile)
{
    return profile.centerRegion == CenterRegion::None ? std::numeric_limits<double>::infinity()
                                                      : profile.centerRadius * level.stride;
}

Distances asDistances(const Test32 &test) { return {test.l, test.t, test.r, test.b}; }

/// Calls `found(location, box)` for every box and location of one level that pass every test, box by box.
template <typename Found>
void forEachClaim(const std::vector<Candidate32> &boxes, const Level &level, const Profile &profile, Found found)
{
    const double radius = centerReach(level, profile);
    for (size_t i = 0; i < boxes.size(); ++i) {
        const Candidate32 &box = boxes[i];
        // max(l,t,r,b) lies between half the longer side and the whole of it: most boxes belong to one or two levels.
        const double longer = std::max(box.x2 - box.x1, box.y2 - box.y1);
        if (!box.usable || longer * (1 + 1e-6) < level.rangeLow || longer / 2 * (1 - 1e-6) > level.rangeHigh)
            continue;
        const Span columns = span(box.x1, box.x2, box.centerX, radius, level.firstX, level.stepX, level.width);
        const Span rows = span(box.y1, box.y2, box.centerY, radius, level.firstY, level.stepY, level.height);
        for (int row = rows.first; row < rows.last; ++row)
            for (int column = columns.first; column < columns.last; ++column)
                if (judge(box, level, column, row, profile).verdict == Verdict::Positive)
                    found(row * level.width + column, static_cast<int>(i));
    }
}

std::vector<Candidate32> prepared(const std::vector<Box> &boxes, const Profile &profile)
{
    std::vector<Candidate32> candidates;
    candidates.reserve(boxes.size());
    for (const Box &box : boxes)
        candidates.push_back(prepared(box, profile));
    return candidates;
}

}  // namespace

Assignment assign(const std::vector<Box> &boxes, const std::vector<Level> &levels, const Profile &profile,
                  bool keepClaims)
{
    Assignment assignment;
    const std::vector<Candidate32> candidates = prepared(boxes, profile);
    std::vector<int32_t> winner;
    for (size_t l = 0; l < levels.size(); ++l) {
        const Level &level = levels[l];
        winner.assign(static_cast<size_t>(level.locations()), -1);
        const size_t firstClaim = assignment.claims.size();
        forEachClaim(candidates, level, profile, [&](int location, int box) {
            int32_t &current = winner[static_cast<size_t>(location)];
            // Boxes come in the order given, so on equal rank the earlier one stays.
            if (current < 0 ||
                candidates[static_cast<size_t>(box)].rank > candidates[static_cast<size_t>(current)].rank)
                current = box;
            if (keepClaims)
                assignment.claims.push_back({static_cast<int>(l), location, box});
        });
        std::stable_sort(assignment.claims.begin() + static_cast<std::ptrdiff_t>(firstClaim), assignment.claims.end(),
                         [](const Claim &a, const Claim &b) { return a.location < b.location; });
        for (int location = 0; location < level.locations(); ++location) {
            const int32_t box = winner[static_cast<size_t>(location)];
            if (box < 0)
                continue;
            const Test32 test = judge(candidates[static_cast<size_t>(box)], level, location % level.width,
                                      location / level.width, profile);
            assignment.positives.push_back(
                {static_cast<int>(l), location, box, asDistances(test), centerness(asDistances(test))});
        }
    }
    return assignment;
}

std::vector<Candidate> explainLocation(const std::vector<Box> &boxes, const Level &level, int location,
                                       const Profile &profile)
{
    const std::vector<Candidate32> candidates = prepared(boxes, profile);
    std::vector<Candidate> explained;
    int winner = -1;
    for (size_t i = 0; i < candidates.size(); ++i) {
        const Test32 test = judge(candidates[i], level, location % level.width, location / level.width, profile);
        explained.push_back({static_cast<int>(i), test.verdict, asDistances(test), -1});
        if (test.verdict == Verdict::Positive &&
            (winner < 0 || candidates[i].rank > candidates[static_cast<size_t>(winner)].rank))
            winner = static_cast<int>(i);
    }
    for (Candidate &candidate : explained)
        if (candidate.verdict == Verdict::Positive && candidate.box != winner) {
            candidate.verdict = Verdict::LostToSmaller;
            candidate.winner = winner;
        }
    return explained;
}

std::vector<Verdict> furthestVerdicts(const std::vector<Box> &boxes, const Level &level, const Profile &profile)
{
    std::vector<Verdict> furthest(static_cast<size_t>(level.locations()), Verdict::OutsideBox);
    const std::vector<Candidate32> candidates = prepared(boxes, profile);
    forEachClaim(candidates, level, profile,
                 [&](int location, int) { furthest[static_cast<size_t>(location)] = Verdict::Positive; });
    // Then the centre regions, for what is out of range, and the whole boxes, for what is outside those regions: where
    // nothing more can come of it, no box is asked again.
    const double radius = centerReach(level, profile), everywhere = std::numeric_limits<double>::infinity();
    for (const auto &[reach, settled] :
         {std::pair(radius, Verdict::OutsideRange), std::pair(everywhere, Verdict::OutsideCenterRegion)})
        for (const Candidate32 &box : candidates) {
            if (!box.usable)
                continue;
            const Span columns = span(box.x1, box.x2, box.centerX, reach, level.firstX, level.stepX, level.width);
            const Span rows = span(box.y1, box.y2, box.centerY, reach, level.firstY, level.stepY, level.height);
            for (int row = rows.first; row < rows.last; ++row)
                for (int column = columns.first; column < columns.last; ++column) {
                    Verdict &verdict = furthest[static_cast<size_t>(row * level.width + column)];
                    if (verdict < settled)
                        verdict = std::max(verdict, judge(box, level, column, row, profile).verdict);
                }
        }
    return furthest;
}

bool rankEqually(const Box &a, const Box &b, const Profile &profile)
{
    return prepared(a, profile).rank == prepared(b, profile).rank;
}

float centerness(const Distances &d)
{
    const float l = static_cast<float>(d.left), t = static_cast<float>(d.top), r = static_cast<float>(d.right),
                b = static_cast<float>(d.bottom);
    if (!(smallest(d) > 0))
        return 0;  // outside on both axes the product would be positive again
    const float product = std::min(l, r) / std::max(l, r) * (std::min(t, b) / std::max(t, b));
    return product > 0 ? std::sqrt(product) : 0;
}

}  // namespace fcoscope
