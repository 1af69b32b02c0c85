// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/yolo_numbers.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace fcoscope {
namespace {

using Whole = Fraction::Whole;

constexpr int fractionPlaces = 24;    // of Fraction::value
constexpr int pixelPlaces = 25;       // of pixels worked out from them: one more, for the half in (c ± s / 2)
constexpr int coordinatePlaces = 20;  // of a double that is to be written
constexpr int fewestDecimals = 6, exactDecimals = 12, doubleDecimals = 17;

constexpr Whole powerOfTen(int exponent)
{
    Whole power = 1;
    for (int i = 0; i < exponent; ++i)
        power *= 10;
    return power;
}

/// value / by, to the nearest, halves away from zero.
Whole divided(Whole value, Whole by)
{
    return (value >= 0 ? value + by / 2 : value - by / 2) / by;
}

/// `value` in units of 10^-places, with `decimals` of them.
std::string decimalText(Whole value, int places, int decimals)
{
    value = divided(value, powerOfTen(places - decimals));
    std::string digits;
    for (Whole rest = value < 0 ? -value : value; rest > 0 || static_cast<int>(digits.size()) <= decimals; rest /= 10)
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    std::reverse(digits.begin(), digits.end());
    if (decimals > 0)
        digits.insert(digits.size() - static_cast<size_t>(decimals), ".");
    return (value < 0 ? "-" : "") + digits;
}

/// The number with the fewest decimals that is no further than `reach` from `value`, both in units of 10^-25 pixels.
double simplest(Whole value, Whole reach)
{
    int decimals = 0;
    for (; decimals < pixelPlaces; ++decimals) {
        const Whole unit = powerOfTen(pixelPlaces - decimals);
        const Whole error = divided(value, unit) * unit - value;
        if ((error < 0 ? -error : error) <= reach)
            break;
    }
    const std::string text = decimalText(value, pixelPlaces, decimals);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number == 0 ? 0 : number;  // no -0
}

/// Half of the last decimal, in units of 1e-24; 0 for a number that is exact.
Whole halfOfLast(int decimals)
{
    return decimals >= fractionPlaces ? 0 : powerOfTen(fractionPlaces - decimals) / 2;
}

struct Side {
    double low = 0, high = 0;
};
Side sideOf(const Fraction &centre, const Fraction &size, int pixels)
{
    const Whole reach = (2 * halfOfLast(centre.decimals) + halfOfLast(size.decimals)) * pixels * 5;
    return {simplest((2 * centre.value - size.value) * pixels * 5, reach),
            simplest((2 * centre.value + size.value) * pixels * 5, reach)};
}

/// A coordinate in units of 1e-20; beyond 1e9 in either direction it counts as that.
Whole wholeOf(double coordinate)
{
    char buffer[64];
    const double kept = std::clamp(coordinate, -1e9, 1e9);
    const char *end =
        std::to_chars(buffer, buffer + sizeof buffer, kept, std::chars_format::fixed, coordinatePlaces).ptr;
    Whole whole = 0;
    for (const char *c = buffer; c != end; ++c)
        if (*c >= '0' && *c <= '9')
            whole = whole * 10 + (*c - '0');
    return buffer[0] == '-' ? -whole : whole;
}

/// `numerator` (1e-20) / denominator with `decimals`.
Fraction quotient(Whole numerator, Whole denominator, int decimals)
{
    const Whole scaled = decimals >= coordinatePlaces
                             ? divided(numerator * powerOfTen(decimals - coordinatePlaces), denominator)
                             : divided(numerator, denominator * powerOfTen(coordinatePlaces - decimals));
    return {scaled * powerOfTen(fractionPlaces - decimals), decimals};
}

std::string textOf(const Fraction &fraction)
{
    return decimalText(fraction.value, fractionPlaces, fraction.decimals);
}

/// "cx" and "w" of one direction.
std::array<Fraction, 2> centreAndSize(double low, double high, int pixels, int decimals)
{
    const Whole first = wholeOf(low), last = wholeOf(high);
    return {quotient(first + last, Whole(2) * pixels, decimals), quotient(last - first, pixels, decimals)};
}

}  // namespace

std::optional<Fraction> parseFraction(std::string_view text)
{
    const auto isDigit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    size_t at = 0;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        ++at;
    Whole digits = 0;
    int taken = 0, dropped = 0, decimals = 0;  // of significant digits; 30 fit beside the scale
    bool any = false, point = false;
    for (; isDigit(at) || (!point && at < text.size() && text[at] == '.'); ++at) {
        if (text[at] == '.') {
            point = true;
            continue;
        }
        any = true;
        decimals += point && decimals < 1000000;
        if (taken < 30) {
            digits = digits * 10 + (text[at] - '0');
            taken += digits > 0;
        } else if (dropped < 1000000) {
            ++dropped;
        }
    }
    int exponent = 0;
    if (any && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const char *first = text.data() + at + 1, *end = text.data() + text.size();
        if (first != end && *first == '+' && isDigit(at + 2))
            ++first;
        const auto parsed = std::from_chars(first, end, exponent);
        if (parsed.ec != std::errc() || std::abs(exponent) > 1000000)
            return std::nullopt;
        at = static_cast<size_t>(parsed.ptr - text.data());
    }
    if (!any || at != text.size())
        return std::nullopt;
    decimals -= exponent;
    int shift = fractionPlaces - decimals + dropped;  // of `digits`, to units of 1e-24
    for (; shift > 0 && digits != 0; --shift) {
        if (digits > 10 * powerOfTen(fractionPlaces))
            return std::nullopt;
        digits *= 10;
    }
    for (; shift < 0 && digits != 0; ++shift)
        digits = shift == -1 ? divided(digits, 10) : digits / 10;
    if (digits > 100 * powerOfTen(fractionPlaces))
        return std::nullopt;
    return Fraction{negative ? -digits : digits, std::clamp(decimals, 0, fractionPlaces)};
}

void settlePrecision(std::span<Fraction> line)
{
    const bool exact =
        std::any_of(line.begin(), line.end(), [](const Fraction &f) { return f.decimals >= exactDecimals; });
    for (Fraction &fraction : line)
        if (!exact || fraction.decimals < exactDecimals)
            fraction.decimals = std::max(fraction.decimals, exact ? doubleDecimals : fewestDecimals);
}

Box boxOfFractions(const std::array<Fraction, 4> &centreAndSize, Size image)
{
    const Side x = sideOf(centreAndSize[0], centreAndSize[2], image.width);
    const Side y = sideOf(centreAndSize[1], centreAndSize[3], image.height);
    return {x.low, y.low, x.high, y.high};
}

std::string fractionsOf(const Box &box, Size image)
{
    std::array<Fraction, 2> x, y;
    for (int decimals = fewestDecimals; decimals <= fractionPlaces; ++decimals) {
        x = centreAndSize(box.x1, box.x2, image.width, decimals);
        y = centreAndSize(box.y1, box.y2, image.height, decimals);
        if (boxOfFractions({x[0], y[0], x[1], y[1]}, image) == box)
            break;
    }
    return textOf(x[0]) + " " + textOf(y[0]) + " " + textOf(x[1]) + " " + textOf(y[1]);
}

std::vector<double> pixelsOf(std::span<const Fraction> points, Size image)
{
    std::vector<double> pixels;
    for (size_t i = 0; i < points.size(); ++i) {
        const Whole side = Whole(i % 2 == 0 ? image.width : image.height) * 10;
        pixels.push_back(simplest(points[i].value * side, halfOfLast(points[i].decimals) * side));
    }
    return pixels;
}

std::string fractionsOf(std::span<const double> points, Size image)
{
    std::vector<Fraction> fractions(points.size());
    for (int decimals = fewestDecimals; decimals <= fractionPlaces; ++decimals) {
        for (size_t i = 0; i < points.size(); ++i)
            fractions[i] = quotient(wholeOf(points[i]), i % 2 == 0 ? image.width : image.height, decimals);
        if (std::ranges::equal(pixelsOf(fractions, image), points))
            break;
    }
    std::string text;
    for (const Fraction &fraction : fractions)
        text += (text.empty() ? "" : " ") + textOf(fraction);
    return text;
}

}  // namespace fcoscope
