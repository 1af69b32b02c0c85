// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/box_painter.h"

#include <QFontMetricsF>
#include <QLocale>

#include "widgets/strokes.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr size_t mostTags = 400;    // more cannot be read
constexpr size_t mostHalos = 3000;  // with more boxes in view the dark halo would cover the picture
constexpr double smallBox = 18;     // logical px: a thinner line below, no halo, no tag

// Between the rectangle grown by `outside` and shrunk by `inside` screen pixels.
void frame(QPainter &painter, const QRect &box, int outside, int inside, const QColor &color)
{
    fillFrame(painter, box.adjusted(-outside, -outside, outside, outside), outside + inside, color);
}

// A coloured line of `width`, lying half inside and half outside the box's edge, with dark hairlines on both sides.
void outline(QPainter &painter, const View &view, const QRect &box, const QColor &color, double width, bool halo)
{
    const int line = view.pixels(width), outside = line / 2, inside = line - outside;
    if (halo) {
        const int hair = view.pixels(1);
        const QColor dark(0, 0, 0, 90);
        frame(painter, box, outside + hair, -outside, dark);
        frame(painter, box, -inside, inside + hair, dark);
    }
    frame(painter, box, outside, inside, color);
}

// Where the tag goes: above the box's left corner; inside it where there is no room above; never out of the window
// while any of the box is in view.
QRect tagPlace(const View &view, const QRect &box, QSize size, int lift)
{
    const QRect screen(QPoint(), view.screen());
    QPoint corner(box.left() - lift, box.top() - lift - size.height());
    if (corner.y() < 0)
        corner.setY(std::max(0, box.top() + 2 * lift));
    corner.setX(std::clamp(corner.x(), 0, std::max(0, screen.width() - size.width())));
    corner.setY(std::clamp(corner.y(), 0, std::max(0, screen.height() - size.height())));
    return {corner, size};
}

void paintTag(QPainter &painter, const View &view, const QRect &place, const QString &text, const QColor &color)
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(0, 0, 0, 110), view.pixels(1)));
    painter.setBrush(color);
    const double half = view.pixels(1) / 2.0;
    painter.drawRoundedRect(QRectF(place).adjusted(half, half, -half, -half), 3 * view.ratio, 3 * view.ratio);
    painter.setPen(textColorOn(color));
    painter.drawText(place, Qt::AlignCenter, text);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

QSize tagSize(const QFontMetricsF &metrics, const QString &text, const View &view)
{
    return {static_cast<int>(std::ceil(metrics.horizontalAdvance(text) + 10 * view.ratio)),
            static_cast<int>(std::ceil(metrics.height() + 2 * view.ratio))};
}

// Which parts of the screen carry a tag already: a coarse grid, so that asking costs nothing.
class TakenPlaces {
public:
    explicit TakenPlaces(QSize screen)
        : columns_(screen.width() / cell + 1), rows_(screen.height() / cell + 1),
          taken_(static_cast<size_t>(columns_) * static_cast<size_t>(rows_), false)
    {
    }
    /// Takes `place` unless any of it is taken.
    bool take(const QRect &place)
    {
        const int x0 = std::clamp(place.left() / cell, 0, columns_ - 1),
                  x1 = std::clamp(place.right() / cell, 0, columns_ - 1);
        const int y0 = std::clamp(place.top() / cell, 0, rows_ - 1),
                  y1 = std::clamp(place.bottom() / cell, 0, rows_ - 1);
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x)
                if (taken_[at(x, y)])
                    return false;
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x)
                taken_[at(x, y)] = true;
        return true;
    }

private:
    static constexpr int cell = 6;
    size_t at(int x, int y) const
    {
        return static_cast<size_t>(y) * static_cast<size_t>(columns_) + static_cast<size_t>(x);
    }
    int columns_, rows_;
    std::vector<bool> taken_;
};

}  // namespace

QFont screenFont(const QFont &font, double ratio)
{
    QFont scaled = font;
    const double pixels = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF() * 96 / 72;
    scaled.setPixelSize(std::max(8, qRound(pixels * ratio)));
    return scaled;
}

bool inView(const Box &box, const QRectF &seen)
{
    return box.hasArea() && box.x1 <= seen.right() && box.x2 >= seen.left() && box.y1 <= seen.bottom() &&
           box.y2 >= seen.top();
}

QRect boxOnScreen(const Box &box, const View &view)
{
    // Far beyond the screen the exact place does not matter, and int must not overflow.
    const QSize size = view.screen();
    const auto edge = [](double value, int limit) {
        return static_cast<int>(std::lround(std::clamp(value, -1000.0, limit + 1000.0)));
    };
    const QPointF from = view.toScreen({box.x1, box.y1}), to = view.toScreen({box.x2, box.y2});
    const int left = edge(from.x(), size.width()), top = edge(from.y(), size.height());
    return {left, top, std::max(1, edge(to.x(), size.width()) - left), std::max(1, edge(to.y(), size.height()) - top)};
}

QString tagText(const Detection &detection, const std::vector<std::string> &classNames)
{
    return QStringLiteral("%1 %2").arg(classNameIn(classNames, detection.classIndex),
                                       QLocale().toString(detection.score, 'f', 2));
}

void paintBoxes(QImage &screen, const View &view, const std::vector<Detection> &detections,
                const std::vector<std::string> &classNames, const BoxStyle &style)
{
    QPainter painter(&screen);
    paintBoxes(painter, view, detections, classNames, style);
}

void paintBoxes(QPainter &painter, const View &view, const std::vector<Detection> &detections,
                const std::vector<std::string> &classNames, const BoxStyle &style)
{
    const QRectF seen = view.seen();
    struct Shown {
        const Detection *detection;
        QRect place;
    };
    std::vector<Shown> shown;
    for (const Detection &d : detections)
        if ((style.classFilter < 0 || d.classIndex == style.classFilter) && inView(d.box, seen))
            shown.push_back({&d, boxOnScreen(d.box, view)});

    const int small = view.pixels(smallBox);
    // The worst first, so that the best lie on top.
    for (auto it = shown.rbegin(); it != shown.rend(); ++it) {
        const bool tiny = std::min(it->place.width(), it->place.height()) < small;
        outline(painter, view, it->place, classColor(it->detection->classIndex), tiny ? 1 : 2,
                !tiny && shown.size() <= mostHalos);
    }
    if (!style.tags)
        return;
    painter.setFont(screenFont(style.font, view.ratio));
    const QFontMetricsF metrics(painter.font());
    TakenPlaces taken(view.screen());
    size_t tags = 0;
    for (const Shown &s : shown) {
        if (tags >= mostTags)
            break;
        if (s.place.width() < small || s.place.height() < small)
            continue;
        const QString text = tagText(*s.detection, classNames);
        const QRect place = tagPlace(view, s.place, tagSize(metrics, text, view), view.pixels(1));
        if (!taken.take(place))
            continue;
        paintTag(painter, view, place, text, classColor(s.detection->classIndex));
        ++tags;
    }
}

void paintBox(QPainter &painter, const View &view, const Detection &detection,
              const std::vector<std::string> &classNames, const BoxStyle &style, Emphasis emphasis)
{
    if (!detection.box.hasArea())
        return;
    const QRect box = boxOnScreen(detection.box, view);
    const QColor color = classColor(detection.classIndex);
    QColor fill = color;
    fill.setAlpha(emphasis == Emphasis::Selected ? 46 : 28);
    painter.fillRect(box, fill);
    if (emphasis == Emphasis::Selected) {
        // A white line around the coloured one: told apart without seeing colours.
        outline(painter, view, box.adjusted(-view.pixels(2), -view.pixels(2), view.pixels(2), view.pixels(2)),
                Qt::white, 2, true);
        outline(painter, view, box, color, 3, false);
    } else {
        outline(painter, view, box, color, 3, true);
    }
    // Exactly over the plain tag, so that none of it looks out.
    painter.setFont(screenFont(style.font, view.ratio));
    const QString text = tagText(detection, classNames);
    const QSize size = tagSize(QFontMetricsF(painter.font()), text, view);
    paintTag(painter, view, tagPlace(view, box, size, view.pixels(1)), text, color);
}

}  // namespace fcoscope
