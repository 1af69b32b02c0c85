// SPDX-License-Identifier: GPL-3.0-or-later
// A curve that grows: ten million points and still at most two points for each pixel column to draw.
//
// Above the points lies a pyramid: each entry of a level holds the least and the largest value of `fan` entries below,
// so what lies in a column is found in a few steps whatever its width, and adding a point touches at most one entry a
// level. Values that are no finite number leave a gap; they are counted.
//
// A point takes 16 bytes, and the pyramid 1.6 bytes more for each. Points lie in blocks that never move, so no single
// append() ever copies them.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <vector>

namespace fcoscope {

struct CurvePoint {
    double x = 0, y = 0;
};

/// Least and largest finite value of some points, and the least that is above 0 (for a logarithmic scale). Of none:
/// low > high, and an infinite lowPositive.
struct CurveSpan {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double lowPositive = std::numeric_limits<double>::infinity();

    bool empty() const { return low > high; }
    /// False: nothing has changed.
    bool add(double y);
    void add(const CurveSpan &other);
};

/// What is drawn in one column: the span of its points, entered at `first` and left at `last`; either may be no finite
/// number: there is a gap before, or after.
struct CurveColumn {
    int column = 0;  ///< 0 at the left
    double x = 0;    ///< of the column's first point
    CurveSpan span;
    double first = 0, last = 0;
};

class Curve {
public:
    /// A point whose x is smaller than that of the point before, or is no finite number, is left out.
    void append(double x, double y);
    /// Takes away every point with an x above `x`: a run that goes on from an earlier step.
    void cut(double x);
    void clear();

    size_t size() const { return points_.size(); }
    size_t gaps() const { return gaps_; }  ///< points whose value is no finite number
    const CurvePoint &at(size_t i) const { return points_[i]; }
    /// How many points have an x below `x`: the place of the first that has not.
    size_t below(double x) const;
    /// How many have an x of at most `x`.
    size_t upTo(double x) const;

    /// The points from `from` to `to` (x), in at most `columns` columns of equal width that hold any. The least and
    /// largest values are those of the points, whatever was thinned.
    std::vector<CurveColumn> columns(double from, double to, int columns) const;
    /// Of the values for x in from … to.
    CurveSpan span(double from, double to) const { return spanOf(below(from), upTo(to)); }

    /// Every value smoothed by ExponentialSmoothing, as another curve with the same x.
    Curve smoothed(double share) const;

private:
    static constexpr size_t fan = 16;
    void widen(size_t point);
    CurveSpan spanOf(size_t begin, size_t end) const;
    template <typename Before> size_t firstNot(size_t begin, Before before) const;

    std::deque<CurvePoint> points_;
    std::vector<std::vector<CurveSpan>> levels_;  ///< levels_[k][i]: points i·fan^(k+1) …
    size_t gaps_ = 0;
};

/// y ← share · y before + (1 − share) · y, started without bias (Kingma and Ba 2015, 3): what is not yet known of the
/// past has no weight. A value that is no finite number stays one and changes nothing.
///
/// A smoothed curve is kept beside the curve it belongs to and grows with it: smoothing what was thinned for the screen
/// would be cheaper, but then a curve would change its values with the zoom.
struct ExponentialSmoothing {
    double share = 0;
    double sum = 0, unknown = 1;  ///< unknown: weight of what lies before the first value

    double next(double y);
    /// So that next() goes on after the last point of `smoothed`, a curve of its answers.
    static ExponentialSmoothing after(const Curve &smoothed, double share);
};

}  // namespace fcoscope
