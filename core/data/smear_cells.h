// SPDX-License-Identifier: GPL-3.0-or-later
// The cells of a drawn smear: their outlines and how each absorbs light. Private to the data room.
//
// An outline is a distance from its centre for every direction; depth(x, y) is 0 in the middle, 1 on the outline.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/geometry.h"
#include "core/base/random.h"

namespace fcoscope {

using Density = std::array<float, 3>;  ///< optical density for red, green and blue light: ln(light before / after)

/// What lies between lamp and camera, for every pixel.
struct Film {
    explicit Film(Size pixels);

    Size size;
    std::vector<float> red;       ///< thickness of red cells; 1 is the rim of a usual cell
    std::vector<Density> stain;   ///< everything else
    std::vector<uint8_t> hidden;  ///< 1 under a white cell

    size_t at(int x, int y) const
    {
        return static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
    }
};

class Outline {
public:
    /// `elongation` is long axis : short axis, turned by `angle`; `wobble` is how far the outline strays, as a share of
    /// the radius.
    Outline(double x, double y, double radius, double elongation, double angle, double wobble, Random &random);

    double x() const { return x_; }
    double y() const { return y_; }
    double radius() const { return radius_; }  ///< without elongation and wobble
    double depth(double x, double y) const;
    Box box() const { return box_; }
    double area() const { return area_; }

private:
    double x_, y_, radius_;
    std::vector<double> reach_;  ///< for directions at equal angles
    Box box_;
    double area_ = 0;
};

enum class WhiteKind { Neutrophil, Eosinophil, Lymphocyte, Monocyte };

struct RedLook {
    double thickness = 1;   ///< of the rim
    double pallor = 0.6;    ///< 0: as dark in the middle as at the rim, 1: clear there
    double middle = 0.45;   ///< radius of the pale middle, as a share of the cell's
    double softness = 2.5;  ///< px, width of the edge
    bool bubbles = false;   ///< bright specks, as where the stain has dried badly
};

void drawRedCell(Film &film, const Outline &cell, const RedLook &look, Random &random);
void drawWhiteCell(Film &film, const Outline &cell, WhiteKind kind, Random &random);
void drawPlatelet(Film &film, const Outline &cell, Random &random);
/// An out-of-focus grey speck that is no cell.
void drawDirt(Film &film, double x, double y, double radius, double density);

/// Share of the outline's area that is inside the picture; visibleShare: and not under a white cell.
double insideShare(const Film &film, const Outline &cell);
double visibleShare(const Film &film, const Outline &cell);

/// 0 below `low`, 1 above `high`, smooth between.
inline double smoothStep(double low, double high, double value)
{
    const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

/// Smooth random relief in 0…1 that depends on the place and `key` alone; hills are about `grain` pixels apart.
double relief(double x, double y, double grain, uint64_t key);

}  // namespace fcoscope
