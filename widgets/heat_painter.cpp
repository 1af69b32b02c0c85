// SPDX-License-Identifier: GPL-3.0-or-later
// The cells of several levels lie over one another and need not nest, so the picture is cut where the cell of any level
// begins: strips of columns and of rows inside which every level stays in one cell. A value is looked up once for each
// crossing of two strips, and pixels are runs of one colour.
#include "widgets/heat_painter.h"

#include <QImage>
#include <QPaintEngine>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "widgets/level_place.h"

namespace fcoscope {

namespace {

struct Strip {
    int begin = 0, end = 0;  ///< pixels of the picture
    std::vector<int> cells;  ///< of each level: column or row, or -1
};

/// The strips of one axis over pixels begin … end, `fine` of which make a screen pixel.
std::vector<Strip> stripsOf(const std::vector<PlacesOnAxis> &levels, int begin, int end, int fine)
{
    std::vector<Strip> strips;
    std::vector<int> cells(levels.size());
    for (int i = begin; i < end; ++i) {
        for (size_t l = 0; l < levels.size(); ++l)
            cells[l] = levels[l].indexAt((i + 0.5) / fine);
        if (strips.empty() || strips.back().cells != cells)
            strips.push_back({i - begin, i - begin, cells});
        strips.back().end = i - begin + 1;
    }
    return strips;
}

/// What one look at a map shows: one of its levels, or for each point the strongest of all.
struct Sources {
    std::vector<const float *> values;
    std::vector<int> widths;
    std::vector<PlacesOnAxis> columns, rows;
    bool diverging = false;

    Sources(const LayerView &layer, const View &view) : diverging(layer.map.diverging)
    {
        for (size_t l = 0; l < std::min(layer.map.levels.size(), layer.map.values.size()); ++l) {
            const Level &level = layer.map.levels[l];
            if ((layer.layer.level >= 0 && layer.layer.level != static_cast<int>(l)) || level.locations() == 0 ||
                layer.map.values[l].size() < static_cast<size_t>(level.locations()))
                continue;
            const LevelPlace place(level, layer.map.transform, view);
            values.push_back(layer.map.values[l].data());
            widths.push_back(level.width);
            columns.push_back(place.columns);
            rows.push_back(place.rows);
        }
    }
    float at(const Strip &row, const Strip &column) const
    {
        float best = std::numeric_limits<float>::quiet_NaN();
        for (size_t l = 0; l < values.size(); ++l) {
            if (row.cells[l] < 0 || column.cells[l] < 0)
                continue;
            const float value = values[l][row.cells[l] * widths[l] + column.cells[l]];
            if (std::isnan(best) || (diverging ? std::abs(value) > std::abs(best) : value > best))
                best = std::isnan(value) ? best : value;
        }
        return best;
    }
};

/// The part of `extent` (of all levels on one axis) that lies on a screen of `size` pixels.
struct Extent {
    int begin = 0, end = 0;
};
Extent seenExtent(const std::vector<PlacesOnAxis> &levels, int size)
{
    double low = size, high = 0;
    for (const PlacesOnAxis &level : levels) {
        low = std::min(low, level.low());
        high = std::max(high, level.high());
    }
    return {static_cast<int>(std::floor(std::clamp(low, 0.0, double(size)))),
            static_cast<int>(std::ceil(std::clamp(high, 0.0, double(size))))};
}

using Inks = std::array<QRgb, 256>;
Inks inksOf(const LocationMap &map, ColourScale scale)
{
    Inks inks;
    for (size_t i = 0; i < inks.size(); ++i)
        inks[i] = heatColour(map, scale, static_cast<double>(i) / 255).rgba();
    return inks;
}

/// Makes the pixels of a heat map, some rows at a time.
class Bands {
public:
    Bands(const Sources &sources, const LayerView &layer, const std::vector<Strip> &columns)
        : sources_(sources), map_(layer.map), inks_(inksOf(layer.map, layer.layer.colours)), columns_(columns)
    {
    }
    /// Rows [from, to) of the picture; they lie in the strips from `row` on, which moves on with them.
    void fill(QImage &image, int from, int to, std::vector<Strip>::const_iterator &row) const
    {
        for (int y = from; y < to;) {
            while (row->end <= y)
                ++row;
            auto *line = reinterpret_cast<QRgb *>(image.scanLine(y - from));
            for (const Strip &column : columns_)
                std::fill(line + column.begin, line + column.end, ink(sources_.at(*row, column)));
            const int end = std::min(row->end, to);
            for (++y; y < end; ++y)
                std::copy_n(line, image.width(), reinterpret_cast<QRgb *>(image.scanLine(y - from)));
        }
    }

private:
    QRgb ink(float value) const
    {
        return std::isnan(value) ? 0 : inks_[static_cast<size_t>(std::lround(placeOnScale(map_, value) * 255))];
    }
    const Sources &sources_;
    const LocationMap &map_;
    const Inks inks_;
    const std::vector<Strip> &columns_;
};

}  // namespace

ScaleEnds scaleEnds(const LocationMap &map)
{
    if (!map.diverging)
        return {map.low, map.high};
    const double reach = std::max(std::abs(map.low), std::abs(map.high));
    return {-reach, reach};
}

double placeOnScale(const LocationMap &map, double value)
{
    const ScaleEnds ends = scaleEnds(map);
    if (!(ends.high > ends.low))
        return map.diverging ? 0.5 : 0;
    return std::clamp((value - ends.low) / (ends.high - ends.low), 0.0, 1.0);
}

QColor heatColour(const LocationMap &map, ColourScale scale, double place)
{
    const Colour colour = map.diverging ? divergingColourAt(place) : colourAt(scale, place);
    return {colour.r, colour.g, colour.b};
}

void paintHeat(QPainter &painter, const View &view, const LayerView &layer)
{
    const Sources sources(layer, view);
    if (sources.values.empty() || !(layer.layer.opacity > 0))
        return;
    const Extent across = seenExtent(sources.columns, view.screen().width()),
                 down = seenExtent(sources.rows, view.screen().height());
    if (across.begin >= across.end || down.begin >= down.end)
        return;
    const bool onScreen = painter.paintEngine()->type() == QPaintEngine::Raster;
    const int fine = onScreen ? 1 : 3;
    const std::vector<Strip> columns = stripsOf(sources.columns, across.begin * fine, across.end * fine, fine),
                             rows = stripsOf(sources.rows, down.begin * fine, down.end * fine, fine);
    const Bands bands(sources, layer, columns);
    painter.save();
    painter.setOpacity(painter.opacity() * std::min(1.0, layer.layer.opacity));
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    // On the screen a few rows at a time: a picture of the whole screen would be new memory at every paint.
    const int height = rows.back().end, most = onScreen ? 64 : height;
    static thread_local QImage band;
    if (onScreen && band.width() != columns.back().end)
        band = QImage(columns.back().end, most, QImage::Format_ARGB32_Premultiplied);
    QImage onPaper;
    if (!onScreen)
        onPaper = QImage(columns.back().end, height, QImage::Format_ARGB32_Premultiplied);
    QImage &image = onScreen ? band : onPaper;
    auto row = rows.begin();
    for (int from = 0; from < height && !image.isNull(); from += most) {
        const int to = std::min(height, from + most);
        bands.fill(image, from, to, row);
        const QPointF corner(across.begin, down.begin + double(from) / fine);
        const QSizeF size(double(image.width()) / fine, double(to - from) / fine);
        if (onScreen)
            painter.drawImage(corner, image, QRectF(0, 0, image.width(), to - from));
        else
            painter.drawImage(QRectF(corner, size), image, image.rect());
    }
    painter.restore();
}

}  // namespace fcoscope
