// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/curve.h"

#include <algorithm>
#include <cmath>

namespace fcoscope {

bool CurveSpan::add(double y)
{
    if (!std::isfinite(y))
        return false;
    bool changed = false;
    const auto lower = [&](double &bound) {
        if (y < bound) {
            bound = y;
            changed = true;
        }
    };
    lower(low);
    if (y > 0)
        lower(lowPositive);
    if (y > high) {
        high = y;
        changed = true;
    }
    return changed;
}

void CurveSpan::add(const CurveSpan &other)
{
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    lowPositive = std::min(lowPositive, other.lowPositive);
}

// --- Growing

void Curve::append(double x, double y)
{
    if (!std::isfinite(x) || (!points_.empty() && x < points_.back().x))
        return;
    points_.push_back({x, y});
    gaps_ += !std::isfinite(y);
    widen(points_.size() - 1);
}

// An entry that already spans the value lies within entries above that do, too. A new one is there even if it is empty.
void Curve::widen(size_t point)
{
    if (levels_.empty())
        levels_.emplace_back();
    size_t entry = point;
    for (std::vector<CurveSpan> &level : levels_) {
        entry /= fan;
        const bool added = entry == level.size();
        if (added)
            level.emplace_back();
        if (!level[entry].add(points_[point].y) && !added)
            return;
    }
    if (levels_.back().size() > 1) {  // one more above the topmost
        CurveSpan all = levels_.back()[0];
        all.add(levels_.back()[1]);
        levels_.push_back({all});
    }
}

void Curve::cut(double x)
{
    const size_t kept = upTo(x);
    for (size_t i = kept; i < points_.size(); ++i)
        gaps_ -= !std::isfinite(points_[i].y);
    points_.resize(kept);
    if (kept == 0)
        levels_.clear();
    size_t entries = kept;
    for (size_t k = 0; k < levels_.size(); ++k) {
        const size_t under = entries;
        entries = (entries + fan - 1) / fan;
        levels_[k].resize(entries);
        // The last entry may have lost some of what it spans.
        CurveSpan &last = levels_[k].back() = {};
        for (size_t i = (entries - 1) * fan; i < under; ++i)
            k == 0 ? void(last.add(points_[i].y)) : last.add(levels_[k - 1][i]);
    }
}

void Curve::clear()
{
    *this = {};
}

// --- Looking

/// The first point from `begin` on that is not `before`; near ones are found quickest.
template <typename Before> size_t Curve::firstNot(size_t begin, Before before) const
{
    size_t end = begin, step = 1;
    while (end < size() && before(points_[end])) {
        begin = end + 1;
        end += step;
        step *= 2;
    }
    end = std::min(end, size());
    while (begin < end) {
        const size_t middle = begin + (end - begin) / 2;
        before(points_[middle]) ? begin = middle + 1 : end = middle;
    }
    return begin;
}

size_t Curve::below(double x) const
{
    return firstNot(0, [x](const CurvePoint &point) { return point.x < x; });
}

size_t Curve::upTo(double x) const
{
    return firstNot(0, [x](const CurvePoint &point) { return point.x <= x; });
}

CurveSpan Curve::spanOf(size_t begin, size_t end) const
{
    CurveSpan span;
    // Up the pyramid as long as there are whole entries: what sticks out at either end is looked at one by one.
    const auto one = [&](size_t level, size_t i) {
        level == 0 ? void(span.add(points_[i].y)) : span.add(levels_[level - 1][i]);
    };
    for (size_t level = 0; begin < end; ++level) {
        if (level == levels_.size() || end - begin < 2 * fan) {
            for (size_t i = begin; i < end; ++i)
                one(level, i);
            break;
        }
        for (; begin % fan; ++begin)
            one(level, begin);
        for (; end % fan; --end)
            one(level, end - 1);
        begin /= fan;
        end /= fan;
    }
    return span;
}

std::vector<CurveColumn> Curve::columns(double from, double to, int columns) const
{
    std::vector<CurveColumn> found;
    const size_t end = upTo(to);
    const double perX = to > from ? columns / (to - from) : 0;
    const auto columnOf = [&](double x) { return std::min(columns - 1, static_cast<int>((x - from) * perX)); };
    for (size_t begin = below(from); begin < end && columns > 0;) {
        CurveColumn column;
        column.column = columnOf(points_[begin].x);
        column.x = points_[begin].x;
        const size_t next = std::min(end, firstNot(begin + 1, [&](const CurvePoint &point) {
                                         return point.x <= to && columnOf(point.x) <= column.column;
                                     }));
        column.span = spanOf(begin, next);
        column.first = points_[begin].y;
        column.last = points_[next - 1].y;
        found.push_back(column);
        begin = next;
    }
    return found;
}

// --- Smoothing

double ExponentialSmoothing::next(double y)
{
    if (!std::isfinite(y))
        return y;
    sum = share * sum + (1 - share) * y;
    unknown *= share;
    return sum / (1 - unknown);
}

ExponentialSmoothing ExponentialSmoothing::after(const Curve &smoothed, double share)
{
    ExponentialSmoothing state{share};
    for (size_t i = smoothed.size(); i-- > 0;)
        if (const double y = smoothed.at(i).y; std::isfinite(y)) {
            state.unknown = std::pow(share, static_cast<double>(smoothed.size() - smoothed.gaps()));
            state.sum = y * (1 - state.unknown);
            break;
        }
    return state;
}

Curve Curve::smoothed(double share) const
{
    Curve made;
    ExponentialSmoothing smoothing{share};
    for (const CurvePoint &point : points_)
        made.append(point.x, smoothing.next(point.y));
    return made;
}

}  // namespace fcoscope
