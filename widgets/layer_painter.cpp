// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/layer_painter.h"

#include <QFontMetricsF>
#include <QPaintEngine>
#include <cmath>

#include "widgets/box_painter.h"
#include "widgets/heat_painter.h"
#include "widgets/label_colours.h"
#include "widgets/layer_parts.h"
#include "widgets/level_place.h"
#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr size_t mostNames = 300;  // more cannot be read

/// Dashes along the inner side of a rectangle's edge, as rectangles: crisp, and quicker than a dashed pen.
void addDashes(std::vector<QRectF> &dashes, const QRect &box, const QRect &screen, int line, int dash)
{
    const auto along = [&](int from, int to, int lowest, int highest, auto place) {
        int at = from;
        if (lowest > from)  // begins in view, in step with what is out of it
            at += (lowest - from) / (2 * dash) * (2 * dash);
        for (; at < std::min(to, highest); at += 2 * dash)
            dashes.push_back(place(at, std::min(dash, to - at)));
    };
    const int right = box.x() + box.width(), bottom = box.y() + box.height();
    for (const int y : {box.y(), bottom - line})
        if (y + line > screen.top() && y <= screen.bottom())
            along(box.x(), right, screen.left(), screen.right() + 1,
                  [&](int x, int length) { return QRectF(x, y, length, line); });
    for (const int x : {box.x(), right - line})
        if (x + line > screen.left() && x <= screen.right())
            along(box.y(), bottom, screen.top(), screen.bottom() + 1,
                  [&](int y, int length) { return QRectF(x, y, line, length); });
}

/// A dark line under a dashed one in the label's colour.
void paintOutline(const LensCanvas &canvas, const QRect &box, const QColor &colour, std::vector<QRectF> &dashes)
{
    const int line = std::max(1, qRound(1.5 * canvas.unit)), hair = std::max(1, qRound(canvas.unit));
    QPainter &painter = canvas.painter;
    const QRect screen(QPoint(), canvas.view.screen());
    const QRectF outer = QRectF(box).adjusted(-hair, -hair, hair, hair);
    const double thick = std::min({double(line + 2 * hair), outer.width() / 2, outer.height() / 2});
    const QColor halo(12, 14, 18, 120);
    painter.fillRect(QRectF(outer.left(), outer.top(), outer.width(), thick), halo);
    painter.fillRect(QRectF(outer.left(), outer.bottom() - thick, outer.width(), thick), halo);
    painter.fillRect(QRectF(outer.left(), outer.top() + thick, thick, outer.height() - 2 * thick), halo);
    painter.fillRect(QRectF(outer.right() - thick, outer.top() + thick, thick, outer.height() - 2 * thick), halo);
    dashes.clear();
    addDashes(dashes, box, screen, line, std::max(3, qRound(5 * canvas.unit)));
    painter.setBrush(colour);
    painter.drawRects(dashes.data(), static_cast<int>(dashes.size()));
}

QString nameOf(const Label &label, const LensStyle &style)
{
    const auto index = static_cast<size_t>(label.classIndex);
    return label.classIndex >= 0 && index < style.classNames.size() ? QString::fromStdString(style.classNames[index])
                                                                    : QString::number(label.classIndex);
}

/// Layers of marks and lines. They need labels, or at least the levels that come with them.
void paintMarks(const LensCanvas &canvas, const Layer &layer)
{
    if (layer.kind == LayerKind::Labels)
        paintLabels(canvas);
    else if (layer.kind == LayerKind::Assignment)
        paintAssignment(canvas, layer);
    else if (layer.kind == LayerKind::Ambiguity)
        paintAmbiguity(canvas, layer);
    else if (layer.kind == LayerKind::Regression)
        paintRegression(canvas, layer);
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

/// The lines between the cells of one level, each a dark and a light one side by side.
void paintGridOf(const LensCanvas &canvas, const LevelPlace &place, int strength)
{
    const QSize screen = canvas.view.screen();
    const int line = std::max(1, qRound(canvas.unit * (1 + 0.25 * strength)));
    // Small cells would be all lines.
    const double weight = std::clamp(place.spacing() / (14 * canvas.unit), 0.4, 1.0);
    const QColor dark(12, 14, 18, static_cast<int>(weight * std::min(200, 100 + 25 * strength))),
        light(250, 250, 252, static_cast<int>(weight * std::min(220, 120 + 25 * strength)));
    const auto pixel = [](double v) { return static_cast<int>(std::lround(v)); };
    const int left = std::clamp(pixel(place.columns.low()), 0, screen.width()),
              right = std::clamp(pixel(place.columns.high()), 0, screen.width()),
              top = std::clamp(pixel(place.rows.low()), 0, screen.height()),
              bottom = std::clamp(pixel(place.rows.high()), 0, screen.height());
    const auto columns = place.columns.within(0, screen.width(), std::abs(place.columns.step) + line),
               rows = place.rows.within(0, screen.height(), std::abs(place.rows.step) + line);
    for (int i = columns.first; i <= columns.last; ++i) {
        const int x = pixel(place.columns.edge(i));
        canvas.painter.fillRect(QRect(x, top, line, bottom - top), light);
        canvas.painter.fillRect(QRect(x - line, top, line, bottom - top), dark);
    }
    for (int i = rows.first; i <= rows.last; ++i) {
        const int y = pixel(place.rows.edge(i));
        canvas.painter.fillRect(QRect(left, y, right - left, line), light);
        canvas.painter.fillRect(QRect(left, y - line, right - left, line), dark);
    }
}

}  // namespace

QFont screenFont(const QFont &font, double unit)
{
    QFont scaled = font;
    const double pixels = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF() * 96 / 72;
    scaled.setPixelSize(std::max(8, qRound(pixels * unit)));
    return scaled;
}

void paintNote(QPainter &painter, QPointF at, const QString &text, const QColor &plate, double unit, bool centred)
{
    const QFontMetricsF metrics(painter.font());
    const double wide = metrics.horizontalAdvance(text) + 7 * unit, high = metrics.height();
    const QRectF place(at.x() - (centred ? wide / 2 : 0), at.y() - high / 2, wide, high);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(12, 14, 18, 140), unit));
    painter.setBrush(plate);
    painter.drawRoundedRect(place, 2.5 * unit, 2.5 * unit);
    painter.setPen(textColorOn(plate));
    painter.drawText(place, Qt::AlignCenter, text);
    painter.restore();
}

void paintLabels(const LensCanvas &canvas)
{
    QPainter &painter = canvas.painter;
    const QRectF seen(canvas.view.toImage({0, 0}),
                      canvas.view.toImage(QPointF(canvas.view.widget.width(), canvas.view.widget.height())));
    painter.setFont(screenFont(canvas.style.font, canvas.unit));
    const QFontMetricsF metrics(painter.font());
    const std::vector<Label> &labels = canvas.frame.assigned->labels;
    std::vector<QRectF> dashes;
    std::vector<size_t> named;
    painter.setPen(Qt::NoPen);
    for (size_t i = 0; i < labels.size(); ++i) {
        const Box &box = labels[i].box;
        if (!box.hasArea() || box.x1 > seen.right() || box.x2 < seen.left() || box.y1 > seen.bottom() ||
            box.y2 < seen.top())
            continue;
        const QRect place = boxOnScreen(box, canvas.view);
        paintOutline(canvas, place, canvas.colours[i], dashes);
        if (canvas.style.names && named.size() < mostNames && place.height() > 2 * metrics.height() &&
            place.width() > 4 * metrics.averageCharWidth())
            named.push_back(i);
    }
    for (const size_t i : named) {
        const QRect place = boxOnScreen(labels[i].box, canvas.view);
        const QString name = nameOf(labels[i], canvas.style);
        const double wide = metrics.horizontalAdvance(name) + 10 * canvas.unit;
        if (wide < place.width())  // inside, under the upper edge: detections have their tags above it
            paintNote(painter,
                      QPointF(place.left() + 3 * canvas.unit, place.top() + 3 * canvas.unit + metrics.height() / 2),
                      name, canvas.colours[i], canvas.unit, false);
    }
}

void paintStrideGrid(const LensCanvas &canvas, const Layer &layer)
{
    const ShownLevels shown = levelsOf(canvas.frame);
    int strength = 0;
    for (size_t l = 0; l < shown.levels.size(); ++l) {
        if ((layer.level >= 0 && layer.level != static_cast<int>(l)) || shown.levels[l].locations() == 0)
            continue;
        const LevelPlace place(shown.levels[l], shown.transform, canvas.view);
        if (place.spacing() < 3 * canvas.unit)
            continue;
        paintGridOf(canvas, place, strength++);
    }
}

void paintLens(QPainter &painter, const View &view, const LensFrame &frame, const LensStyle &style)
{
    painter.save();
    LensCanvas canvas{painter, view, frame, style, {}, true, view.ratio};
    canvas.stamps = painter.paintEngine()->type() == QPaintEngine::Raster;
    if (frame.assigned)
        canvas.colours = labelColours(frame.assigned->labels);
    painter.setRenderHint(QPainter::Antialiasing, !canvas.stamps);
    for (const LayerView &layer : frame.layers) {
        if (!layer.missing.text.empty() || !layer.layer.visible || !(layer.layer.opacity > 0))
            continue;
        if (isHeatMap(layer.layer.kind)) {
            paintHeat(painter, view, layer);
            continue;
        }
        painter.save();
        painter.setOpacity(painter.opacity() * std::min(1.0, layer.layer.opacity));
        if (layer.layer.kind == LayerKind::StrideGrid)
            paintStrideGrid(canvas, layer.layer);
        else if (frame.assigned)
            paintMarks(canvas, layer.layer);
        painter.restore();
    }
    painter.restore();
}

}  // namespace fcoscope
