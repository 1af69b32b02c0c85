// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/tighten.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "widgets/labels/box_gestures.h"

namespace fcoscope {

namespace {

constexpr int blockRows = 8;         // rows that are averaged before their change counts: noise cancels out
constexpr double leastChange = 1.5;  // of 255, root mean square along a whole side

// A part of the picture as seen from a side: "across" is the axis on which the side is looked for.
class SideView {
public:
    SideView(const QImage &part, bool turned) : part_(part), turned_(turned) {}
    int across() const { return turned_ ? part_.height() : part_.width(); }
    int along() const { return turned_ ? part_.width() : part_.height(); }
    QRgb at(int across, int along) const
    {
        const int x = turned_ ? along : across, y = turned_ ? across : along;
        return reinterpret_cast<const QRgb *>(part_.constScanLine(y))[x];
    }

private:
    const QImage &part_;
    bool turned_;
};

struct Changes {
    /// Mean square of the change at each place between pixels: energy[i] between columns i − 1 and i, smoothed over
    /// two columns on either side. It weighs the strong parts of an outline more: a round one meets its box in a few.
    std::vector<double> energy;
    int blocks = 0;  ///< that were averaged
};

Changes changesOf(const SideView &view)
{
    const auto columns = static_cast<size_t>(view.across());
    Changes changes{std::vector<double>(columns + 1, 0), 0};
    std::vector<std::array<double, 3>> mean(columns);
    for (int from = 0; from < view.along(); from += blockRows, ++changes.blocks) {
        const int to = std::min(from + blockRows, view.along());
        for (size_t x = 0; x < columns; ++x) {
            mean[x] = {};
            for (int y = from; y < to; ++y) {
                const QRgb pixel = view.at(static_cast<int>(x), y);
                mean[x][0] += qRed(pixel);
                mean[x][1] += qGreen(pixel);
                mean[x][2] += qBlue(pixel);
            }
            for (double &channel : mean[x])
                channel /= to - from;
        }
        for (size_t x = 2; x + 1 < columns; ++x)
            for (size_t c = 0; c < 3; ++c) {
                const double change = (mean[x + 1][c] + mean[x][c] - mean[x - 1][c] - mean[x - 2][c]) / 2;
                changes.energy[x] += change * change / 3;
            }
    }
    for (double &energy : changes.energy)
        energy /= std::max(1, changes.blocks);
    return changes;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// The place of the strongest change, from the corner of the view; `at` where none stands out.
double strongest(const SideView &view, double at, double reach)
{
    const auto [energy, blocks] = changesOf(view);
    size_t best = 0;
    double most = 0;
    for (size_t i = 2; i + 2 < energy.size(); ++i) {
        // Of edges that are alike the nearer one is meant.
        const double far = (static_cast<double>(i) - at) / reach;
        if (std::abs(far) > 1)
            continue;
        if (const double weighed = energy[i] * (1 - 0.4 * far * far); weighed > most) {
            most = weighed;
            best = i;
        }
    }
    // Where there is but noise, the largest of its sums over a few blocks is some deviations above their middle.
    const double standsOut = 1.3 + 4 * std::sqrt(2.0 / std::max(1, blocks));
    if (best == 0 || energy[best] < leastChange * leastChange || energy[best] < standsOut * median(energy))
        return at;
    const double before = energy[best - 1], peak = energy[best], after = energy[best + 1];
    const double bend = before - 2 * peak + after;
    const double shift = bend < 0 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0;
    return static_cast<double>(best) + shift;
}

// One side: where on its axis, how far it may go, and the rows along it.
double sideTightened(const QImage &image, double side, double low, double high, double from, double to, bool turned,
                     double reach)
{
    constexpr int margin = 3;  // pixels beyond the furthest place, for smoothing
    const int limit = turned ? image.height() : image.width();
    const int first = std::max(0, static_cast<int>(std::floor(std::max(side - reach, low))) - margin);
    const int last = std::min(limit, static_cast<int>(std::ceil(std::min(side + reach, high))) + margin);
    const int start = static_cast<int>(std::floor(from)), end = static_cast<int>(std::ceil(to));
    const QRect place =
        turned ? QRect(start, first, end - start, last - first) : QRect(first, start, last - first, end - start);
    const QImage part = image.copy(place & image.rect()).convertToFormat(QImage::Format_RGB32);
    if (part.isNull())
        return side;
    return std::clamp(strongest(SideView(part, turned), side - first, reach) + first, low, high);
}

}  // namespace

Box tightened(const QImage &image, const Box &box, int reach)
{
    const Size size{image.width(), image.height()};
    if (image.isNull() || !box.hasArea())
        return box;
    const Box from = broughtInside(box, size);
    const auto reachOf = [reach](double side) { return reach > 0 ? reach : std::clamp(side / 8, 3.0, 12.0); };
    const double x = (from.x1 + from.x2) / 2, y = (from.y1 + from.y2) / 2;
    const double across = reachOf(from.width()), down = reachOf(from.height());
    const Box tight{sideTightened(image, from.x1, 0, x, from.y1, from.y2, false, across),
                    sideTightened(image, from.y1, 0, y, from.x1, from.x2, true, down),
                    sideTightened(image, from.x2, x, size.width, from.y1, from.y2, false, across),
                    sideTightened(image, from.y2, y, size.height, from.x1, from.x2, true, down)};
    return canBeLabel(tight) ? tight : box;
}

}  // namespace fcoscope
