// SPDX-License-Identifier: GPL-3.0-or-later
// Colours are laid out in OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020), where equal
// distances look equal, and put into tables of 256 when the program first asks.
#include "core/base/colour_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace fcoscope {
namespace {

constexpr int entries = 256;
using Table = std::array<Colour, entries>;

struct Lab {
    double lightness = 0, a = 0, b = 0;
};
struct LinearRgb {
    double r = 0, g = 0, b = 0;
    bool shows() const { return std::min({r, g, b}) >= 0 && std::max({r, g, b}) <= 1; }
};

LinearRgb linear(const Lab &lab)
{
    const auto cube = [](double v) { return v * v * v; };
    const double l = cube(lab.lightness + 0.3963377774 * lab.a + 0.2158037573 * lab.b),
                 m = cube(lab.lightness - 0.1055613458 * lab.a - 0.0638541728 * lab.b),
                 s = cube(lab.lightness - 0.0894841775 * lab.a - 1.2914855480 * lab.b);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

Colour encoded(const LinearRgb &rgb)
{
    const auto byte = [](double v) {
        v = std::clamp(v, 0.0, 1.0);
        v = v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
        return static_cast<uint8_t>(std::lround(255 * v));
    };
    return {byte(rgb.r), byte(rgb.g), byte(rgb.b)};
}

/// Lightness, chroma and hue in degrees; the chroma gives way where the screen cannot show that much.
Lab polar(double lightness, double chroma, double hue)
{
    const double angle = hue * 3.14159265358979324 / 180;
    Lab lab{lightness, chroma * std::cos(angle), chroma * std::sin(angle)};
    for (int i = 0; i < 200 && !linear(lab).shows(); ++i) {
        lab.a *= 0.99;
        lab.b *= 0.99;
    }
    return lab;
}

double distance(const Lab &p, const Lab &q)
{
    return std::hypot(p.lightness - q.lightness, p.a - q.a, p.b - q.b);
}

/// Walks along `curve`, 0 … 1, and takes `count` points that lie equally far from one another.
template <typename Curve> std::vector<Lab> equalSteps(Curve curve, int count)
{
    constexpr int fine = 8192;
    std::vector<Lab> points;
    std::vector<double> travelled{0};
    for (int i = 0; i <= fine; ++i) {
        points.push_back(curve(double(i) / fine));
        if (i > 0)
            travelled.push_back(travelled.back() + distance(points[points.size() - 2], points.back()));
    }
    std::vector<Lab> steps;
    for (int i = 0; i < count; ++i) {
        const double goal = travelled.back() * i / (count - 1);
        const auto at = std::lower_bound(travelled.begin(), travelled.end(), goal);
        steps.push_back(points[static_cast<size_t>(std::min<std::ptrdiff_t>(at - travelled.begin(), fine))]);
    }
    return steps;
}

template <typename Make> Table tableOf(Make make)
{
    Table table;
    for (int i = 0; i < entries; ++i)
        table[static_cast<size_t>(i)] = make(i);
    return table;
}

/// From indigo over violet and rose to amber and ivory: the hue turns once through the warm colours, which lie apart
/// from what lies beneath while the lightness climbs.
Table uniformTable()
{
    struct Stop {
        double chroma, hue;
    };
    static constexpr Stop stops[] = {{0.13, 278}, {0.20, 305}, {0.21, 356}, {0.18, 401}, {0.15, 440}, {0.06, 470}};
    const auto curve = [](double u) {
        const double place = u * (std::size(stops) - 1);
        const size_t i = std::min(static_cast<size_t>(place), std::size(stops) - 2);
        const double t = place - static_cast<double>(i);
        return polar(0.21 + 0.76 * u, stops[i].chroma + t * (stops[i + 1].chroma - stops[i].chroma),
                     stops[i].hue + t * (stops[i + 1].hue - stops[i].hue));
    };
    const std::vector<Lab> steps = equalSteps(curve, entries);
    return tableOf([&](int i) { return encoded(linear(steps[static_cast<size_t>(i)])); });
}

/// The hues of the spectrum at full strength, 240° to 0°.
Table blueToRedTable()
{
    return tableOf([](int i) {
        const double sixths = 4.0 * (1 - double(i) / (entries - 1));  // 0 red, 1 yellow, 2 green, 3 cyan, 4 blue
        const auto channel = [&](double centre) {
            return static_cast<uint8_t>(std::lround(255 * std::clamp(2 - std::abs(sixths - centre), 0.0, 1.0)));
        };
        return Colour{channel(0), channel(2), channel(4)};
    });
}

/// Equal steps of CIELAB's lightness, which has more to say about the dark end than OKLab's.
Table greyTable()
{
    return tableOf([](int i) {
        const double lightness = 100.0 * i / (entries - 1);
        const double y = lightness > 8 ? std::pow((lightness + 16) / 116, 3) : lightness / 903.3;
        return encoded({y, y, y});
    });
}

/// Two halves that meet in a light neutral and end equally dark.
Table divergingTable()
{
    static constexpr double neutral = 0.95, ends = 0.52;
    const auto half = [](double chroma, double hue) {
        return equalSteps([=](double u) { return polar(neutral + u * (ends - neutral), u * chroma, hue); },
                          entries / 2);
    };
    const std::vector<Lab> blue = half(0.19, 257), orange = half(0.15, 52);
    return tableOf([&](int i) {
        return encoded(linear(i < entries / 2 ? blue[static_cast<size_t>(entries / 2 - 1 - i)]
                                              : orange[static_cast<size_t>(i - entries / 2)]));
    });
}

Colour entry(const Table &table, double t)
{
    return table[static_cast<size_t>(std::lround(std::clamp(std::isnan(t) ? 0 : t, 0.0, 1.0) * (entries - 1)))];
}

}  // namespace

Colour colourAt(ColourScale scale, double t)
{
    static const Table uniform = uniformTable(), blueToRed = blueToRedTable(), grey = greyTable();
    switch (scale) {
    case ColourScale::BlueToRed:
        return entry(blueToRed, t);
    case ColourScale::Grey:
        return entry(grey, t);
    case ColourScale::Uniform:
        break;
    }
    return entry(uniform, t);
}

Colour divergingColourAt(double t)
{
    static const Table table = divergingTable();
    return entry(table, t);
}

}  // namespace fcoscope
