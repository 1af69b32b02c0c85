// SPDX-License-Identifier: GPL-3.0-or-later
// The cells of the levels as lines. Thin upright lines are what a painter is slowest at, so on the screen one row of
// pixels that crosses them all is drawn and stretched.
#include <algorithm>
#include <cmath>

#include "core/rules/location_maps.h"
#include "widgets/layer_parts.h"
#include "widgets/level_place.h"

namespace fcoscope {

namespace {

int pixel(double v)
{
    return static_cast<int>(std::lround(v));
}

/// The lines of one level: a dark and a light one side by side, its border between them.
struct GridLines {
    LevelPlace place;
    int width = 1;
    QColor dark, light;
    int left = 0, right = 0, top = 0, bottom = 0;  ///< what is on the screen

    GridLines(const LevelPlace &level, int strength, double unit, QSize screen) : place(level)
    {
        const double weight = std::clamp(place.spacing() / (14 * unit), 0.4, 1.0);  // small cells would be all lines
        const auto alpha = [&](int weakest, int strongest) {
            return static_cast<int>(weight * std::min(strongest, weakest + 25 * strength));
        };
        width = std::max(1, qRound(unit * (1 + 0.25 * strength)));
        dark = QColor(12, 14, 18, alpha(100, 200));
        light = QColor(250, 250, 252, alpha(120, 220));
        left = std::clamp(pixel(place.columns.low()), 0, screen.width());
        right = std::clamp(pixel(place.columns.high()), 0, screen.width());
        top = std::clamp(pixel(place.rows.low()), 0, screen.height());
        bottom = std::clamp(pixel(place.rows.high()), 0, screen.height());
    }
    void columns(QPainter &painter, int from, int height) const
    {
        const auto seen = place.columns.within(left, right, std::abs(place.columns.step) + width);
        for (int i = seen.first; i <= seen.last; ++i) {
            const int x = pixel(place.columns.edge(i));
            painter.fillRect(QRect(x, from, width, height), light);
            painter.fillRect(QRect(x - width, from, width, height), dark);
        }
    }
    void rows(QPainter &painter) const
    {
        const auto seen = place.rows.within(top, bottom, std::abs(place.rows.step) + width);
        for (int i = seen.first; i <= seen.last; ++i) {
            const int y = pixel(place.rows.edge(i));
            painter.fillRect(QRect(left, y, right - left, width), light);
            painter.fillRect(QRect(left, y - width, right - left, width), dark);
        }
    }
};

/// The columns of all levels, from the finest to the coarsest. Levels end at different heights, so in bands.
void paintColumns(QPainter &painter, const std::vector<GridLines> &levels, int screenWidth)
{
    std::vector<int> ends;
    for (const GridLines &level : levels)
        ends.insert(ends.end(), {level.top, level.bottom});
    std::sort(ends.begin(), ends.end());
    for (size_t i = 0; i + 1 < ends.size(); ++i) {
        const int from = ends[i], to = ends[i + 1];
        if (from == to)
            continue;
        QImage row(screenWidth, 1, QImage::Format_ARGB32_Premultiplied);
        row.fill(Qt::transparent);
        QPainter own(&row);
        for (const GridLines &level : levels)
            if (level.top <= from && level.bottom >= to)
                level.columns(own, 0, 1);
        own.end();
        painter.drawImage(QRect(0, from, screenWidth, to - from), row);
    }
}

/// The levels of what is shown, and where they lie: of the labels' assignment, else of the network's outputs.
struct ShownLevels {
    std::vector<Level> levels;
    ImageTransform transform;
};
ShownLevels levelsOf(const LensFrame &frame)
{
    if (frame.assigned)
        return {frame.assigned->levels, frame.assigned->transform};
    if (frame.raw)
        return {networkLevels(*frame.raw, frame.modelProfile), frame.raw->transform};
    return {};
}

}  // namespace

void paintStrideGrid(const LensCanvas &canvas, const Layer &layer)
{
    const ShownLevels shown = levelsOf(canvas.frame);
    std::vector<GridLines> levels;
    for (size_t l = 0; l < shown.levels.size(); ++l) {
        if ((layer.level >= 0 && layer.level != static_cast<int>(l)) || shown.levels[l].locations() == 0)
            continue;
        const LevelPlace place(shown.levels[l], shown.transform, canvas.view);
        if (place.spacing() >= 3 * canvas.unit)  // else it would be a grey sheet
            levels.emplace_back(place, static_cast<int>(levels.size()), canvas.unit, canvas.view.screen());
    }
    if (canvas.stamps)
        paintColumns(canvas.painter, levels, canvas.view.screen().width());
    for (const GridLines &level : levels) {
        if (!canvas.stamps)
            level.columns(canvas.painter, level.top, level.bottom - level.top);
        level.rows(canvas.painter);
    }
}

}  // namespace fcoscope
