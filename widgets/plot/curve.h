// SPDX-License-Identifier: GPL-3.0-or-later
// A curve that grows: ten million points and still at most two points for each pixel column to draw.
//
// Above the points lies a pyramid: each entry of a level holds the least and the largest value of `fan` entries below,
// so what lies in a column is found in a few steps whatever its width, and adding a point touches one entry a level.
// Values that are no finite number leave a gap; they are counted.
#pragma once

#include <cstddef>
#include <vector>

namespace fcoscope {

struct CurvePoint {
    double x = 0, y = 0;
};
/// What is drawn in one column: from `low` to `high`, entered at `first` and left at `last`.
struct CurveColumn {
    double x = 0;  ///< of the column's first point
    double low = 0, high = 0, first = 0, last = 0;
};

class Curve {
public:
    /// `x` must not be smaller than that of the point before.
    void append(double x, double y);
    /// Takes away every point with an x above `x`: a run that goes on from an earlier step.
    void cut(double x);
    void clear();

    size_t size() const { return points_.size(); }
    size_t gaps() const { return gaps_; }  ///< points whose value is no finite number
    const CurvePoint &at(size_t i) const { return points_[i]; }
    /// The points from `from` to `to` (x), in at most `columns` columns of equal width that hold any. The least and
    /// largest values are those of the points, whatever was thinned.
    std::vector<CurveColumn> columns(double from, double to, int columns) const;
    /// The least and largest finite value for x in from … to; false: there is none.
    bool range(double from, double to, double &low, double &high) const;

    /// Exponential smoothing, y ← share · y before + (1 − share) · y, started without bias (Kingma and Ba 2015, 3),
    /// as another curve with the same x.
    Curve smoothed(double share) const;

private:
    static constexpr size_t fan = 16;
    struct Span {
        double low, high;
    };
    void widen(size_t point);
    Span spanOf(size_t begin, size_t end) const;

    std::vector<CurvePoint> points_;
    std::vector<std::vector<Span>> levels_;  ///< levels_[k][i]: points i·fan^(k+1) …
    size_t gaps_ = 0;
};

}  // namespace fcoscope
