// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/smear_cells.h"

#include <cmath>
#include <numbers>

namespace fcoscope {
namespace {

constexpr double pi = std::numbers::pi;
constexpr int directions = 360;

double bell(double value, double middle, double width)
{
    const double d = (value - middle) / width;
    return std::exp(-0.5 * d * d);
}

/// The density that turns the light grey of an empty field into this colour.
Density absorbing(double red, double green, double blue)
{
    const auto density = [](double value) { return static_cast<float>(-std::log(value / 207)); };
    return {density(red), density(green), density(blue)};
}

/// A number in 0…1 for a grid point, the same wherever it is asked.
double hashed(int64_t column, int64_t row, uint64_t key)
{
    uint64_t z = key + static_cast<uint64_t>(column) * 0x9E3779B97F4A7C15ull +
                 static_cast<uint64_t>(row) * 0xC2B2AE3D27D4EB4Full;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

/// Relief at three scales.
double roughness(double x, double y, double grain, uint64_t key)
{
    return (relief(x, y, grain, key) + 0.5 * relief(x, y, grain / 2, key + 1) +
            0.25 * relief(x, y, grain / 4, key + 2)) /
           1.75;
}

/// Round grains on a jittered grid, `spacing` px apart: how strongly the nearest one is present here, 0…1.
double grains(double x, double y, double spacing, double size, uint64_t key)
{
    const auto column = static_cast<int64_t>(std::floor(x / spacing)),
               row = static_cast<int64_t>(std::floor(y / spacing));
    double strongest = 0;
    for (int64_t r = row - 1; r <= row + 1; ++r)
        for (int64_t c = column - 1; c <= column + 1; ++c) {
            const double gx = (static_cast<double>(c) + hashed(c, r, key)) * spacing;
            const double gy = (static_cast<double>(r) + hashed(c, r, key + 7)) * spacing;
            const double own = size * (0.7 + 0.6 * hashed(c, r, key + 13));
            const double weight = 0.4 + 0.6 * hashed(c, r, key + 19);
            strongest =
                std::max(strongest, weight * (1 - smoothStep(0.3 * own, 1.2 * own, std::hypot(x - gx, y - gy))));
        }
    return strongest;
}

/// Calls visit(x, y, depth at the middle of the pixel) for the pixels in and around the cell, out to `depthLimit`.
template <typename Visit> void forPixelsOf(const Film &film, const Outline &cell, double depthLimit, Visit visit)
{
    const double marginX = (depthLimit - 1) * cell.box().width() / 2 + 1,
                 marginY = (depthLimit - 1) * cell.box().height() / 2 + 1;
    const int left = std::max(0, static_cast<int>(std::floor(cell.box().x1 - marginX)));
    const int top = std::max(0, static_cast<int>(std::floor(cell.box().y1 - marginY)));
    const int right = std::min(film.size.width, static_cast<int>(std::ceil(cell.box().x2 + marginX)));
    const int bottom = std::min(film.size.height, static_cast<int>(std::ceil(cell.box().y2 + marginY)));
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x)
            if (const double depth = cell.depth(x + 0.5, y + 0.5); depth < depthLimit)
                visit(x, y, depth);
}

void add(Density &to, const Density &density, double amount)
{
    for (size_t channel = 0; channel < 3; ++channel)
        to[channel] += static_cast<float>(amount) * density[channel];
}

/// A part of a nucleus: an ellipse.
struct Lobe {
    double x, y, across, along, angle;

    /// About the distance to its outline in pixels, negative inside.
    double distance(double px, double py) const
    {
        const double c = std::cos(angle), s = std::sin(angle), dx = px - x, dy = py - y;
        return (std::hypot((c * dx + s * dy) / along, (c * dy - s * dx) / across) - 1) * std::min(along, across);
    }
};

/// Lobes along an arc around the cell's middle, joined by bridges where there are several.
std::vector<Lobe> lobesAlong(const Outline &cell, int count, double arcRadius, double step, double lobeRadius,
                             double bridge, Random &random)
{
    const double r = cell.radius(), start = random.uniform(0, 2 * pi);
    std::vector<Lobe> lobes;
    for (int i = 0; i < count; ++i) {
        const double at = start + step * i + 0.15 * random.normal(), away = arcRadius * r * random.uniform(0.85, 1.15);
        const double size = lobeRadius * r * random.uniform(0.85, 1.15);
        lobes.push_back({cell.x() + away * std::cos(at), cell.y() + away * std::sin(at),
                         size * random.uniform(0.8, 0.95), size * random.uniform(1.05, 1.3),
                         at + pi / 2 + 0.3 * random.normal()});
    }
    for (size_t i = 1; i < static_cast<size_t>(count) && bridge > 0; ++i) {
        const Lobe a = lobes[i - 1], b = lobes[i];
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        lobes.push_back({(a.x + b.x) / 2, (a.y + b.y) / 2, bridge * r, std::max(length / 2, bridge * r),
                         std::atan2(b.y - a.y, b.x - a.x)});
    }
    return lobes;
}

/// How a kind of white cell is stained.
struct WhiteLook {
    Density plasma, grain, nucleus;
    double grainSpacing, grainSize, grainStrength;  ///< px, px, 0…1
    double nucleusMottle;                           ///< 0…1
    std::vector<Lobe> lobes;
};

WhiteLook lookOf(WhiteKind kind, const Outline &cell, Random &random)
{
    const double turn = random.chance(0.5) ? 1 : -1, blue = random.uniform(-10, 10);
    const int lobes = 3 + random.below(3);
    switch (kind) {
    case WhiteKind::Neutrophil:
        return {
            absorbing(192 + blue, 176, 202),
            absorbing(186, 142, 186),
            absorbing(92 + blue, 76, 186),
            7,
            2.4,
            0.3,
            0.75,
            lobesAlong(cell, lobes, 0.47, turn * (lobes == 5 ? 1.15 : random.uniform(1.2, 1.55)), 0.235, 0.07, random)};
    case WhiteKind::Eosinophil:
        return {absorbing(200, 158, 184),
                absorbing(190 + blue, 108, 140),
                absorbing(122 + blue, 98, 200),
                7.5,
                4.4,
                0.75,
                0.7,
                lobesAlong(cell, 2 + lobes % 2, 0.5, turn * random.uniform(1.7, 2.1), 0.34, 0.08, random)};
    case WhiteKind::Lymphocyte:
        return {absorbing(104, 120 + blue, 186),
                absorbing(120, 100, 190),
                absorbing(76 + blue, 68, 166),
                8,
                2.0,
                0.15,
                0.55,
                {{cell.x() + 0.04 * cell.radius() * random.normal(), cell.y() + 0.04 * cell.radius() * random.normal(),
                  0.86 * cell.radius(), 0.94 * cell.radius(), random.uniform(0, pi)}}};
    case WhiteKind::Monocyte:
        break;
    }
    return {absorbing(182 + blue, 170, 198),
            absorbing(168, 146, 196),
            absorbing(104 + blue, 84, 186),
            9,
            3.0,
            0.3,
            0.8,
            lobesAlong(cell, 5, 0.36, turn * random.uniform(0.5, 0.75), 0.36, 0.2, random)};
}

/// Smooth union of the lobes: distance to the nucleus in pixels, negative inside.
double nucleusDistance(const std::vector<Lobe> &lobes, double x, double y)
{
    constexpr double blend = 4;
    double sum = 0;
    for (const Lobe &lobe : lobes)
        sum += std::exp(std::min(30.0, -lobe.distance(x, y) / blend));
    return -blend * std::log(sum + 1e-30);
}

/// A bright bead with a dark ring, thickness below and above that of its surroundings.
void drawBubble(Film &film, double x, double y, Random &random)
{
    const double radius = random.uniform(3.5, 8), elongation = random.uniform(1, 1.9), angle = random.uniform(0, pi);
    const Outline bead(x, y, radius, elongation, angle, 0.12, random);
    const double shiftX = 0.25 * radius * random.normal(), shiftY = 0.25 * radius * random.normal();
    forPixelsOf(film, bead, 2, [&](int px, int py, double depth) {
        float &red = film.red[film.at(px, py)];
        const double lit = 1 - smoothStep(0.3, 0.75, bead.depth(px + 0.5 - shiftX, py + 0.5 - shiftY));
        red = static_cast<float>(red * (1 - 0.95 * lit) + 0.75 * bell(depth, 0.95, 0.2));
    });
}

}  // namespace

Film::Film(Size pixels) : size(pixels)
{
    const size_t count = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
    red.assign(count, 0);
    stain.assign(count, Density{});
    hidden.assign(count, 0);
}

Outline::Outline(double x, double y, double radius, double elongation, double angle, double wobble, Random &random)
    : x_(x), y_(y), radius_(radius)
{
    std::array<double, 7> height{}, phase{};
    for (size_t wave = 2; wave < height.size(); ++wave) {
        height[wave] = wobble * random.normal() / static_cast<double>(wave - 1);
        phase[wave] = random.uniform(0, 2 * pi);
    }
    const double along = std::sqrt(elongation), across = 1 / along;
    box_ = {x, y, x, y};
    for (int i = 0; i <= directions; ++i) {
        const double direction = 2 * pi * (i % directions) / directions;
        double stray = 1;
        for (size_t wave = 2; wave < height.size(); ++wave)
            stray += height[wave] * std::cos(static_cast<double>(wave) * direction + phase[wave]);
        const double c = std::cos(direction - angle) / along, s = std::sin(direction - angle) / across;
        const double reach = radius * std::max(0.3, stray) / std::sqrt(c * c + s * s);
        reach_.push_back(reach);
        box_ = {std::min(box_.x1, x + reach * std::cos(direction)), std::min(box_.y1, y + reach * std::sin(direction)),
                std::max(box_.x2, x + reach * std::cos(direction)), std::max(box_.y2, y + reach * std::sin(direction))};
        if (i > 0)  // the triangle between this direction and the one before
            area_ += 0.5 * reach * reach_[static_cast<size_t>(i) - 1] * std::sin(2 * pi / directions);
    }
}

double Outline::depth(double x, double y) const
{
    const double dx = x - x_, dy = y - y_;
    const double direction = (std::atan2(dy, dx) / (2 * pi) + 1) * directions;
    const auto whole = static_cast<size_t>(direction);
    const double share = direction - static_cast<double>(whole);
    const double reach = reach_[whole % directions] * (1 - share) + reach_[whole % directions + 1] * share;
    return std::sqrt(dx * dx + dy * dy) / reach;
}

double relief(double x, double y, double grain, uint64_t key)
{
    const double gx = x / grain, gy = y / grain, fx = std::floor(gx), fy = std::floor(gy);
    const auto column = static_cast<int64_t>(fx), row = static_cast<int64_t>(fy);
    const double u = smoothStep(0, 1, gx - fx), v = smoothStep(0, 1, gy - fy);
    const double above = hashed(column, row, key) * (1 - u) + hashed(column + 1, row, key) * u;
    const double below = hashed(column, row + 1, key) * (1 - u) + hashed(column + 1, row + 1, key) * u;
    return above * (1 - v) + below * v;
}

void drawRedCell(Film &film, const Outline &cell, const RedLook &look, Random &random)
{
    const uint64_t key = random.next();
    const double soft = look.softness / cell.radius();
    const double offX = 0.09 * cell.radius() * random.normal(), offY = 0.09 * cell.radius() * random.normal();
    const double blur = random.uniform(0.1, 0.24), rim = random.uniform(0.02, 0.16);
    const bool target = random.chance(0.05);  // some carry a dark spot in the pale middle
    forPixelsOf(film, cell, 1.25, [&](int x, int y, double depth) {
        const double inside = 1 - smoothStep(1 - soft, 1 + soft, depth);
        const double inner = cell.depth(x + 0.5 - offX, y + 0.5 - offY);
        double pale = look.pallor * (1 - smoothStep(look.middle - blur, look.middle + blur, inner));
        if (target)
            pale -= 0.55 * look.pallor * bell(inner, 0, 0.5 * look.middle);
        const double uneven = 0.88 + 0.24 * relief(x, y, 24, key);
        const double line = 0.16 * bell(depth, 1 - 0.6 * soft, 0.8 * soft);  // light bent away by the steep edge
        const double body = inside * ((0.9 + rim * bell(depth, 0.82, 0.1) - pale) * uneven + line);
        const double fringe = 0.07 * bell(depth, 1 + 2.2 * soft, 0.9 * soft);  // and where it goes
        film.red[film.at(x, y)] += static_cast<float>(look.thickness * (body - fringe));
    });
    for (int bubbles = look.bubbles ? 1 + random.below(3) : 0; bubbles > 0; --bubbles) {
        const double away = cell.radius() * random.uniform(0, 0.7), at = random.uniform(0, 2 * pi);
        drawBubble(film, cell.x() + away * std::cos(at), cell.y() + away * std::sin(at), random);
    }
}

void drawWhiteCell(Film &film, const Outline &cell, WhiteKind kind, Random &random)
{
    const WhiteLook look = lookOf(kind, cell, random);
    const uint64_t key = random.next();
    const double soft = 3.5 / cell.radius(), strength = random.uniform(0.8, 1.1);
    forPixelsOf(film, cell, 1.1, [&](int x, int y, double depth) {
        const double px = x + 0.5, py = y + 0.5;
        const double fray = 0.05 * (roughness(px, py, 12, key + 11) - 0.5);  // small against the label's exactness
        const double inside = 1 - smoothStep(1 - soft, 1 + soft, depth + fray);
        const double grain = grains(px, py, look.grainSpacing, look.grainSize, key);
        const double plasma = strength * (0.6 + 0.6 * roughness(px, py, 26, key + 3) + 0.12 * bell(depth, 0.96, 0.05));
        const double frayed = 5 * (roughness(px, py, 14, key + 5) - 0.5);
        const double nucleus = nucleusDistance(look.lobes, px, py) + frayed;
        const double core = (1 - smoothStep(-2, 2, nucleus)) * (1 - smoothStep(0.94, 1.0, depth));
        const double clumps = smoothStep(0.25, 0.7, roughness(px, py, 12, key + 9));
        const double chromatin =
            strength * (1 - look.nucleusMottle * 0.5 + look.nucleusMottle * 0.55 * clumps + 0.1 * bell(nucleus, -3, 3));

        const size_t at = film.at(x, y);
        film.red[at] *= static_cast<float>(1 - 0.9 * inside);
        film.hidden[at] = film.hidden[at] || depth < 1;
        Density cellHere{};
        add(cellHere, look.plasma, plasma * (1 - core) * (1 - 0.6 * look.grainStrength * grain));
        add(cellHere, look.grain, look.grainStrength * strength * grain * (1 - core));
        add(cellHere, look.nucleus, chromatin * core);
        add(film.stain[at], cellHere, inside);
    });
}

void drawPlatelet(Film &film, const Outline &cell, Random &random)
{
    const double lilac = random.uniform(0, 1);  // from grey blue to violet
    const Density body = absorbing(142 - 14 * lilac, 150 - 36 * lilac, 192 + 10 * lilac);
    const Density dots = absorbing(120, 84, 196);
    const uint64_t key = random.next();
    const double strength = random.uniform(0.6, 1.35), dotted = random.uniform(0, 0.35);
    // A bell that has fallen to a tenth at the outline.
    const double width = 1 / std::sqrt(2 * std::log(10.0));
    forPixelsOf(film, cell, 1.5, [&](int x, int y, double depth) {
        const double there = strength * bell(depth, 0, width) * (0.7 + 0.6 * roughness(x, y, 13, key));
        Density &stain = film.stain[film.at(x, y)];
        add(stain, body, there);
        add(stain, dots, there * dotted * grains(x, y, 7, 3.5, key));
    });
}

void drawDirt(Film &film, double x, double y, double radius, double density)
{
    Random same(static_cast<uint64_t>(radius * 1000));
    const Outline speck(x, y, radius, 1.3, x, 0.15, same);
    forPixelsOf(film, speck, 2, [&](int px, int py, double depth) {
        add(film.stain[film.at(px, py)], {1.f, 0.95f, 0.8f}, density * bell(depth, 0, 0.6));
    });
}

double insideShare(const Film &film, const Outline &cell)
{
    int inside = 0;
    forPixelsOf(film, cell, 1, [&](int, int, double) { ++inside; });
    return inside / cell.area();
}

double visibleShare(const Film &film, const Outline &cell)
{
    int seen = 0;
    forPixelsOf(film, cell, 1, [&](int x, int y, double) { seen += !film.hidden[film.at(x, y)]; });
    return seen / cell.area();
}

}  // namespace fcoscope
