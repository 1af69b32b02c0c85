// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/label_painter.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainterPath>

#include <algorithm>

#include "widgets/box_painter.h"
#include "widgets/labels/box_gestures.h"
#include "widgets/layer_parts.h"
#include "widgets/marks.h"
#include "widgets/strokes.h"
#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr size_t mostTags = 400, mostTagsTried = 2000;  // more cannot be read
constexpr size_t mostHalos = 3000;                      // with more boxes in view the dark halo would cover the picture
constexpr size_t mostSigns = 1500;
constexpr size_t paintedAtOnce = 200;  // so few cost less than a copy of the screen
constexpr double smallBox = 18;        // logical px: a thinner line below, no halo, no name
constexpr double handleSide = 8;       // logical px

struct Item {
    const CanvasBox *box;
    QRect place;  ///< on the screen
};

/// What all of one paint shares.
struct Brush {
    QPainter &painter;
    const View &view;
    const LabelScene &scene;
    double unit;  ///< screen pixels per logical pixel

    int scaled(double logical) const { return view.pixels(logical); }
    QColor colourOf(const CanvasBox &box) const { return labelColour(box.label.classIndex, scene.classes); }
    /// The halo goes round the frame as a whole: one for each side would part the corners of a solid line.
    void frame(const QRect &place, const Stroke &stroke) const
    {
        const int halo = stroke.halo;
        if (halo > 0)
            strokeFrame(painter, place.adjusted(-halo, -halo, halo, halo), view.screen(),
                        {QColor(12, 14, 18, 120), stroke.width + 2 * halo, 0, 0});
        strokeFrame(painter, place, view.screen(), {stroke.colour, stroke.width, stroke.dash, 0});
    }
    QRect placeOf(const Box &box) const { return boxOnScreen(box, view); }
};

QRect grown(const QRect &rect, int by)
{
    return rect.adjusted(-by, -by, by, by);
}

QString className(const CanvasBox &box, std::span<const CanvasClass> classes)
{
    const auto index = static_cast<size_t>(box.label.classIndex);
    return box.label.classIndex >= 0 && index < classes.size() ? classes[index].name
                                                               : QString::number(box.label.classIndex);
}

// The part of the picture's plane on the screen; boxes may lie beside the picture.
QRectF seenBy(const View &view)
{
    return {view.toImage({0, 0}), view.toImage({view.widget.width(), view.widget.height()})};
}

bool isTiny(const QRect &place, const Brush &brush)
{
    return std::min(place.width(), place.height()) < brush.scaled(smallBox);
}

// --- Signs

/// A padlock: a body with a bow over it.
Mark padlock(double unit)
{
    Mark mark;
    QPainterPath bow, body;
    bow.moveTo(-2.4 * unit, 0);
    bow.lineTo(-2.4 * unit, -1.8 * unit);
    bow.arcTo(QRectF(-2.4 * unit, -4.4 * unit, 4.8 * unit, 4.8 * unit), 180, -180);
    bow.lineTo(2.4 * unit, 0);
    body.addRoundedRect(QRectF(-4 * unit, -0.6 * unit, 8 * unit, 5.6 * unit), unit, unit);
    mark.disc(7.5 * unit, QColor(12, 14, 18, 190));
    mark.stroke(bow, Qt::white, 1.5 * unit);
    mark.fill(body, Qt::white);
    return mark;
}

/// A target with a line through it: no location hits this one.
Mark missedTarget(double unit)
{
    Mark mark;
    QPainterPath strike;
    strike.moveTo(-5 * unit, 5 * unit);
    strike.lineTo(5 * unit, -5 * unit);
    mark.disc(7.5 * unit, QColor(12, 14, 18, 190));
    mark.ring(4.4 * unit, 1.3 * unit, Qt::white);
    mark.disc(1.5 * unit, Qt::white);
    mark.stroke(strike, QColor(12, 14, 18), 3.4 * unit);
    mark.stroke(strike, QColor(255, 190, 60), 1.7 * unit);
    return mark;
}

// Signs stand inside the upper right corner, those of small boxes at the outside of it.
void paintSigns(const Brush &brush, std::span<const Item> items)
{
    static thread_local KeptMarks marks;
    marks.tidy();
    size_t painted = 0;
    for (const Item &item : items) {
        if ((!item.box->locked && !item.box->unlearnable) || ++painted > mostSigns)
            continue;
        const int side = brush.scaled(15), gap = brush.scaled(2);
        const bool outside = std::min(item.place.width(), item.place.height()) < 2 * side + gap;
        int x = outside ? item.place.right() + gap + side / 2 : item.place.right() - gap - side / 2;
        const int y = outside ? item.place.top() + side / 2 - side / 3 : item.place.top() + gap + side / 2;
        const auto put = [&](double kind, Mark (*make)(double)) {
            marks.of({kind, brush.unit}, [&] { return make(brush.unit); }).stamp(brush.painter, QPointF(x, y));
            x += outside ? side : -side;
        };
        if (item.box->unlearnable)
            put(0, missedTarget);
        if (item.box->locked)
            put(1, padlock);
    }
}

// --- Frames and names

void paintPlain(const Brush &brush, std::span<const Item> items, bool crowded)
{
    const int hair = brush.scaled(1), dash = brush.scaled(4);
    size_t broken = 0;
    for (const Item &item : items) {
        const bool thin = crowded || isTiny(item.place, brush);
        // Millions of dashes would take longer than a frame, and nobody could tell them.
        const bool dashed = item.box->unlearnable && ++broken <= mostSigns;
        brush.frame(item.place,
                    {brush.colourOf(*item.box), brush.scaled(thin ? 1 : 2), dashed ? dash : 0, thin ? 0 : hair});
    }
}

// A white line round the coloured one, and a dark one round both: told apart without seeing colours.
void paintSelected(const Brush &brush, std::span<const Item> items, bool crowded)
{
    const int line = brush.scaled(1), wide = crowded ? line : brush.scaled(2);
    for (const Item &item : items) {
        brush.frame(grown(item.place, line), {Qt::white, line, 0, crowded ? 0 : line});
        brush.frame(item.place, {brush.colourOf(*item.box), wide, item.box->unlearnable ? brush.scaled(4) : 0, 0});
    }
}

// Inside, under the upper edge: detections have theirs above it. Where names would lie on names the later give way.
void paintTags(const Brush &brush, std::span<const Item> items, std::vector<QRect> &taken, bool always)
{
    const QFontMetricsF metrics(brush.painter.font());
    const int high = static_cast<int>(std::ceil(metrics.height())), gap = brush.scaled(3);
    const QRect screen(QPoint(), brush.view.screen());
    size_t tried = 0;
    for (const Item &item : items) {
        const bool fits = item.place.width() > 4 * metrics.averageCharWidth() && item.place.height() > 2 * high;
        if (taken.size() >= mostTags || (!fits && !always) || ++tried > mostTagsTried)
            continue;
        const auto widthOf = [&](const QString &text) {
            return static_cast<int>(std::ceil(metrics.horizontalAdvance(text) + 7 * brush.unit));
        };
        QString text = labelText(*item.box, brush.scene.classes);
        if (!always && widthOf(text) + 2 * gap >= item.place.width())
            text = className(*item.box, brush.scene.classes);
        const int wide = widthOf(text);
        const bool inside = fits && wide + 2 * gap < item.place.width();
        if (!inside && !always)
            continue;
        QRect tag(item.place.left() + gap, item.place.top() + gap, wide, high);
        if (!inside)
            tag.moveTopLeft({item.place.left(), item.place.top() - high - 2 * gap});
        if (!item.place.intersects(screen))
            continue;
        // Never out of the window while any of the box is in view.
        tag.moveTo(std::clamp(tag.left(), 0, std::max(0, screen.width() - wide)),
                   std::clamp(tag.top(), 0, std::max(0, screen.height() - high)));
        if (!always &&
            std::any_of(taken.begin(), taken.end(), [&](const QRect &other) { return other.intersects(tag); }))
            continue;
        taken.push_back(tag);
        paintNote(brush.painter, QPointF(tag.left(), tag.top() + high / 2.0), text, brush.colourOf(*item.box),
                  brush.unit, false);
    }
}

// --- What a gesture draws

/// White squares with a dark rim, seen on any picture.
void paintHandles(const Brush &brush, const QRect &box)
{
    const int side = brush.scaled(handleSide), line = brush.scaled(1);
    const auto along = [](int from, int to, int which) { return which < 0 ? from : which > 0 ? to : (from + to) / 2; };
    for (int y = -1; y <= 1; ++y)
        for (int x = -1; x <= 1; ++x) {
            if (x == 0 && y == 0)
                continue;
            const QRect handle(along(box.left(), box.right() + 1, x) - side / 2,
                               along(box.top(), box.bottom() + 1, y) - side / 2, side, side);
            brush.painter.fillRect(handle, QColor(0x20, 0x20, 0x20));
            brush.painter.fillRect(grown(handle, -line), Qt::white);
        }
}

void paintBand(const Brush &brush, const Box &band)
{
    const QRect place = brush.placeOf(band);
    brush.painter.fillRect(place & QRect(QPoint(), brush.view.screen()), QColor(120, 170, 255, 40));
    brush.frame(place, {Qt::white, brush.scaled(1), brush.scaled(4), brush.scaled(1)});
}

void paintCrosshair(const Brush &brush, QPointF at)
{
    const View &view = brush.view;
    if (!view.contains(at))
        return;
    const QPointF from = view.toScreen({0, 0}), to = view.toScreen(QPointF(view.image.width(), view.image.height())),
                  centre = view.toScreen(at);
    const Stroke stroke{QColor(255, 255, 255, 220), brush.scaled(1), 0, brush.scaled(1)};
    strokeLine(brush.painter, {from.x(), centre.y()}, {to.x(), centre.y()}, view.screen(), stroke);
    strokeLine(brush.painter, {centre.x(), from.y()}, {centre.x(), to.y()}, view.screen(), stroke);
}

// What a click here selects: a stronger line, and not a tint, which would hide what the label is to be held against.
void paintHovered(const Brush &brush, const Item &item)
{
    brush.frame(item.place, {brush.colourOf(*item.box), brush.scaled(3), 0, brush.scaled(1)});
}

/// What is in a hand, where it is now; and what is being drawn.
void paintHeld(const Brush &brush)
{
    const LabelScene &scene = brush.scene;
    std::vector<CanvasBox> now;
    std::vector<Item> items;
    now.reserve(scene.held.size() + 1);  // items point into it
    for (const LabelScene::Held &held : scene.held) {
        now.push_back(scene.boxes[held.index]);
        now.back().label.box = held.now;
    }
    if (scene.draft)
        now.emplace_back().label = *scene.draft;
    for (const CanvasBox &box : now)
        if (isShown(box))
            items.push_back({&box, brush.placeOf(box.label.box)});
    paintSelected(brush, items, items.size() > mostHalos);
    paintSigns(brush, items);
    std::vector<QRect> taken;
    if (scene.tags)
        paintTags(brush, items, taken, items.size() == 1);
}

Box placeNow(const LabelScene &scene, size_t index)
{
    for (const LabelScene::Held &held : scene.held)
        if (held.index == index)
            return held.now;
    return scene.boxes[index].label.box;
}

}  // namespace

QColor labelColour(int classIndex, std::span<const CanvasClass> classes)
{
    const auto index = static_cast<size_t>(classIndex);
    if (classIndex >= 0 && index < classes.size() && classes[index].colour.isValid())
        return classes[index].colour;
    return classColor(std::max(0, classIndex));
}

QString labelText(const CanvasBox &box, std::span<const CanvasClass> classes)
{
    QString text = className(box, classes);
    if (box.score)
        text += QLatin1Char(' ') + QLocale().toString(*box.score, 'f', 2);
    if (box.label.crowd)
        text = LabelTool::tr("%1 (crowd)").arg(text);
    if (box.label.difficult)
        text = LabelTool::tr("%1 (difficult)").arg(text);
    return text;
}

// All boxes that nobody holds.
void LabelPainter::paintSheet(QPainter &painter, const View &view, const LabelScene &scene)
{
    std::vector<char> inHand(scene.boxes.size(), 0);
    for (const LabelScene::Held &held : scene.held)
        inHand[held.index] = 1;
    const Brush brush{painter, view, scene, view.ratio};
    const QRectF seen = seenBy(view);
    std::vector<Item> plain, selected;
    used_ = {};
    for (size_t i = 0; i < scene.boxes.size(); ++i) {
        const CanvasBox &box = scene.boxes[i];
        if (!isShown(box) || inHand[i] || !inView(box.label.box, seen))
            continue;
        const Item item{&box, brush.placeOf(box.label.box)};
        (scene.selected[i] ? selected : plain).push_back(item);
        used_ |= item.place;
    }
    const bool crowded = plain.size() + selected.size() > mostHalos;
    paintPlain(brush, plain, crowded);
    paintSigns(brush, plain);
    std::vector<QRect> taken;
    if (scene.tags)
        paintTags(brush, plain, taken, false);
    paintSelected(brush, selected, crowded);
    paintSigns(brush, selected);
    if (scene.tags)
        paintTags(brush, selected, taken, selected.size() == 1);
}

void LabelPainter::paintKept(QPainter &painter, const View &view, const LabelScene &scene)
{
    if (scene.boxes.size() <= paintedAtOnce) {
        sheet_ = {};
        return paintSheet(painter, view, scene);
    }
    const QRect screen(QPoint(), view.screen());
    if (!kept_ || view_ != view || font_ != painter.font() || sheet_.isNull()) {
        if (sheet_.size() != screen.size())
            sheet_ = QImage(screen.size(), QImage::Format_ARGB32_Premultiplied);
        sheet_.fill(Qt::transparent);
        QPainter own(&sheet_);
        own.setFont(painter.font());
        paintSheet(own, view, scene);
        used_ = grown(used_, qRound(200 * view.ratio)) & screen;  // names and signs stand beside their boxes
        view_ = view;
        font_ = painter.font();
        kept_ = true;
    }
    painter.drawImage(used_.topLeft(), sheet_, used_);
}

void LabelPainter::paint(QPainter &painter, const View &view, const LabelScene &scene)
{
    painter.save();
    QFont font = painter.font();
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * 0.92);
    painter.setFont(screenFont(font, view.ratio));
    paintKept(painter, view, scene);

    const Brush brush{painter, view, scene, view.ratio};
    if (scene.hovered && scene.held.empty() && !scene.selected[*scene.hovered]) {
        const CanvasBox &box = scene.boxes[*scene.hovered];
        paintHovered(brush, {&box, brush.placeOf(box.label.box)});
    }
    paintHeld(brush);
    if (scene.handles)
        paintHandles(brush, brush.placeOf(placeNow(scene, *scene.handles)));
    if (scene.band)
        paintBand(brush, *scene.band);
    if (scene.crosshair)
        paintCrosshair(brush, *scene.crosshair);
    painter.restore();
}

}  // namespace fcoscope
