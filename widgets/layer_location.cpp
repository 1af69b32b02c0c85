// SPDX-License-Identifier: GPL-3.0-or-later
// Regression at a location: l, t, r, b as arrows from it to the sides of its target and of the box it predicts.
#include <QFontMetricsF>
#include <QLocale>
#include <QPaintEngine>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/rules/location_maps.h"
#include "core/rules/pixels.h"
#include "widgets/box_painter.h"
#include "widgets/label_colours.h"
#include "widgets/layer_parts.h"
#include "widgets/level_place.h"
#include "widgets/strokes.h"

namespace fcoscope {

namespace {

constexpr size_t mostShown = 200;  // labels whose best location is shown without a hand on the mouse
const QColor halo(12, 14, 18, 150);

/// l, t, r, b, and the box they lead to, in image coordinates.
struct Reach {
    Distances distances;
    Box box;
};

/// What there is to draw of one location.
struct Regressed {
    QPointF inImage;
    QRectF cell;  ///< screen
    int label = -1;
    std::optional<Reach> target, predicted;
};

std::optional<Reach> targetAt(const AssignedImage &assigned, LocationRef at, int &label)
{
    const Positive *learnt = positiveAt(assigned, at);
    if (!learnt)
        return {};
    label = learnt->box;
    return Reach{learnt->distances, assigned.transform.toImage(assigned.boxes[static_cast<size_t>(label)])};
}

std::optional<Reach> predictedAt(const LensFrame &frame, const Level &level, LocationRef at)
{
    if (!frame.raw || static_cast<size_t>(at.level) >= frame.raw->levels.size())
        return {};
    const Grid &grid = frame.raw->levels[static_cast<size_t>(at.level)].distances;
    if (grid.channels < 4 || grid.width != level.width || grid.height != level.height)
        return {};
    const int column = at.location % level.width, row = at.location / level.width;
    const Distances d{grid.at(0, row, column), grid.at(1, row, column), grid.at(2, row, column),
                      grid.at(3, row, column)};
    if (!std::isfinite(d.left) || !std::isfinite(d.top) || !std::isfinite(d.right) || !std::isfinite(d.bottom))
        return {};
    const double x = level.x(column), y = level.y(row);
    return Reach{
        d, detectedBox({x - d.left, y - d.top, x + d.right, y + d.bottom}, frame.raw->transform, frame.modelProfile)};
}

/// Nothing where `at` is not a location of this frame.
std::optional<Regressed> regressedAt(const LensFrame &frame, const View &view, LocationRef at)
{
    std::vector<Level> networks;
    if (frame.raw)
        networks = networkLevels(*frame.raw, frame.modelProfile);
    const std::vector<Level> &levels = frame.assigned ? frame.assigned->levels : networks;
    const auto l = static_cast<size_t>(at.level);
    if (at.level < 0 || l >= levels.size() || at.location < 0 || at.location >= levels[l].locations())
        return {};
    const ImageTransform &transform = frame.assigned ? frame.assigned->transform : frame.raw->transform;
    const Level &level = levels[l];
    Regressed regressed;
    regressed.inImage = {transform.imageX(level.x(at.location % level.width)),
                         transform.imageY(level.y(at.location / level.width))};
    regressed.cell = LevelPlace(level, transform, view).cell(at.location);
    if (frame.assigned)
        regressed.target = targetAt(*frame.assigned, at, regressed.label);
    if (frame.raw && (!frame.assigned || sameLocations(*frame.assigned, *frame.raw, frame.modelProfile)))
        regressed.predicted = predictedAt(frame, level, at);
    return regressed;
}

struct Pencil {
    QPainter &painter;
    double unit;
    QSize screen;
    QColor colour;
    double width;  ///< logical
    bool dashed = false;
    QColor plate = {};  ///< of numbers

    Stroke stroke() const
    {
        return {colour, std::max(1, qRound(width * unit)), dashed ? std::max(2, qRound(4 * unit)) : 0,
                std::max(1, qRound(unit))};
    }
    void frame(const QRectF &box) const { strokeFrame(painter, box.toRect(), screen, stroke()); }
    void line(QPointF from, QPointF to) const { strokeLine(painter, from, to, screen, stroke()); }
    void arrow(QPointF from, QPointF to) const
    {
        const QPointF way = to - from;
        const double length = std::hypot(way.x(), way.y()), head = std::min(7 * unit, length / 2);
        if (length < 1)
            return;
        const QPointF along = way / length;
        line(from, to - along * head * 0.8);
        static thread_local KeptMarks kept;
        kept.tidy();
        const Mark &tip = kept.of({along.x(), along.y(), head, double(colour.rgb()), unit},
                                  [&] { return arrowHead(along, head, colour, unit); });
        painter.paintEngine()->type() == QPaintEngine::Raster ? tip.stamp(painter, to) : tip.draw(painter, to);
    }
};

/// Far beyond the screen the exact place does not matter, and strokes must not take for ever.
double held(double value, double limit)
{
    return std::clamp(value, -2000.0, limit + 2000.0);
}

/// Box and arrows of one reach; `shift` pixels beside the location's axes, so that two of them can be told apart.
void paintReach(const Pencil &pencil, const View &view, const Regressed &at, const Reach &reach, double shift,
                bool mirroredX, bool mirroredY, bool numbers)
{
    const QSize screen = view.screen();
    const auto onScreen = [&](double x, double y) {
        const QPointF p = view.toScreen({x, y});
        return QPointF(held(p.x(), screen.width()), held(p.y(), screen.height()));
    };
    const QPointF from = onScreen(at.inImage.x(), at.inImage.y()), first = onScreen(reach.box.x1, reach.box.y1),
                  last = onScreen(reach.box.x2, reach.box.y2);
    pencil.frame(QRectF(first, last).normalized());
    struct Arm {
        char name;
        double distance;
        QPointF from, to;
    };
    const Distances &d = reach.distances;
    const double left = mirroredX ? last.x() : first.x(), right = mirroredX ? first.x() : last.x(),
                 top = mirroredY ? last.y() : first.y(), bottom = mirroredY ? first.y() : last.y();
    const double x = from.x() + shift, y = from.y() + shift;
    const std::array<Arm, 4> arms{{{'l', d.left, {from.x(), y}, {left, y}},
                                   {'t', d.top, {x, from.y()}, {x, top}},
                                   {'r', d.right, {from.x(), y}, {right, y}},
                                   {'b', d.bottom, {x, from.y()}, {x, bottom}}}};
    for (const Arm &arm : arms)
        pencil.arrow(arm.from, arm.to);
    if (!numbers)
        return;
    const QFontMetricsF metrics(pencil.painter.font());
    for (const Arm &arm : arms) {
        const QString text =
            QStringLiteral("%1 %2").arg(QLatin1Char(arm.name)).arg(QLocale().toString(arm.distance, 'f', 1));
        const QPointF way = arm.to - arm.from, middle = arm.from + way * 0.55;
        const bool level = std::abs(way.x()) > std::abs(way.y());
        const double wide = metrics.horizontalAdvance(text) + 6 * pencil.unit, side = shift < 0 ? -1 : 1;
        if (std::hypot(way.x(), way.y()) < (level ? wide : 2 * metrics.height()) + 12 * pencil.unit)
            continue;
        const QPointF beside = level ? QPointF(0, side * (metrics.height() / 2 + 3 * pencil.unit))
                                     : QPointF(side * (wide / 2 + 3 * pencil.unit), 0);
        paintNote(pencil.painter, middle + beside, text, pencil.plate, pencil.unit, true);
    }
}

struct Strength {
    bool pinned = false, numbers = true;
};

void paintRegressed(QPainter &painter, const View &view, const LensFrame &frame, const Regressed &at,
                    const QColor &colour, const LensStyle &style, Strength strength)
{
    const double unit = view.ratio;
    const ImageTransform &transform = frame.assigned ? frame.assigned->transform : frame.raw->transform;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(screenFont(style.font, unit));
    painter.setBrush(Qt::NoBrush);
    const double line = strength.pinned ? 2 : 1.5;
    const QColor white(250, 250, 252);
    if (strength.numbers)  // someone asked for this very location
        Pencil{painter, unit, view.screen(), at.label < 0 ? white : colour, 1}.frame(at.cell);
    // Side by side where there are two.
    const double shift = at.target && at.predicted ? 2.5 * unit : 0;
    if (at.predicted)
        paintReach({painter, unit, view.screen(), white, line, true, QColor(24, 27, 32)}, view, at, *at.predicted,
                   shift, transform.mirroredX, transform.mirroredY, strength.numbers);
    if (at.target)
        paintReach({painter, unit, view.screen(), colour, line, false, colour}, view, at, *at.target, -shift,
                   transform.mirroredX, transform.mirroredY, strength.numbers);
    const QPointF centre = view.toScreen(at.inImage);
    const double arm = (strength.pinned ? 7 : 5.5) * unit;
    const Pencil cross{painter, unit, view.screen(), white, line};
    cross.line(centre - QPointF(arm, 0), centre + QPointF(arm, 0));
    cross.line(centre - QPointF(0, arm), centre + QPointF(0, arm));
    if (strength.pinned) {
        painter.setBrush(Qt::NoBrush);
        for (const QPen &pen : {QPen(halo, (line + 1.5) * unit), QPen(colour, line * unit)}) {
            painter.setPen(pen);
            painter.drawEllipse(centre, arm + 2 * unit, arm + 2 * unit);
        }
    }
    painter.restore();
}

}  // namespace

void paintLocation(QPainter &painter, const View &view, const LensFrame &frame, LocationRef at, const LensStyle &style,
                   bool pinned)
{
    const std::optional<Regressed> regressed = regressedAt(frame, view, at);
    if (!regressed)
        return;
    QColor colour(250, 250, 252);
    if (regressed->label >= 0)
        colour = labelColours(frame.assigned->labels)[static_cast<size_t>(regressed->label)];
    paintRegressed(painter, view, frame, *regressed, colour, style, {pinned, true});
}

void paintRegression(const LensCanvas &canvas, const Layer &layer)
{
    const AssignedImage &assigned = *canvas.frame.assigned;
    std::vector<const Positive *> best(assigned.labels.size(), nullptr);  // the most central location of each label
    for (const Positive &positive : assigned.assignment.positives) {
        const Positive *&former = best[static_cast<size_t>(positive.box)];
        if ((layer.level < 0 || layer.level == positive.level) && (!former || positive.centerness > former->centerness))
            former = &positive;
    }
    const QRectF screen(QPointF(), QSizeF(canvas.view.screen()));
    size_t shown = 0;
    for (const Positive *positive : best) {
        if (!positive || shown >= mostShown)
            continue;
        const auto regressed = regressedAt(canvas.frame, canvas.view, {positive->level, positive->location});
        if (!regressed || !screen.contains(canvas.view.toScreen(regressed->inImage)))
            continue;
        ++shown;
        paintRegressed(canvas.painter, canvas.view, canvas.frame, *regressed, canvas.colourOf(positive->box),
                       canvas.style, {false, false});
    }
}

}  // namespace fcoscope
