// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/legend.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLinearGradient>
#include <QLocale>
#include <QPaintEngine>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/box_painter.h"
#include "widgets/detection_table.h"
#include "widgets/heat_painter.h"
#include "widgets/layer_parts.h"
#include "widgets/marks.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

/// What stands at the left of a line of the legend.
enum class Sign { None, Mark, Dashes, Solid, SolidArrow, DashedArrow, Grid };

struct Entry {
    enum Kind { Title, Bar, Key, Text } kind = Text;
    QString text;
    Sign sign = Sign::None;
    Mark mark;
    const LayerView *layer = nullptr;  ///< of a bar
    QRectF place;                      ///< of the whole line
};

constexpr double signWidth = 33, barHeight = 11, gap = 3, sectionGap = 9;

QString number(int value)
{
    return QLocale().toString(value);
}

/// Puts the legend of a frame together, line by line.
class LegendLines {
    Q_DECLARE_TR_FUNCTIONS(Legend)
public:
    LegendLines(const LensFrame &frame, const LegendStyle &style, double width)
        : frame_(frame), style_(style), width_(width), font_(screenFont(style.font, style.unit)), bold_(font_)
    {
        bold_.setWeight(QFont::DemiBold);
        for (auto layer = frame.layers.rbegin(); layer != frame.layers.rend(); ++layer)  // the uppermost first
            add(*layer);
        if (frame.assigned && frame.detectionsStandIn && !frame.layers.empty())
            text(tr("The image has no labels: its detections stand in for them."), sectionGap);
        if (!frame.transform.text.empty() && !frame.layers.empty())
            text(translated(frame.transform), entries.empty() ? 0 : sectionGap);
    }

    std::vector<Entry> entries;
    double height = 0;
    const QFont &font() const { return font_; }
    const QFont &bold() const { return bold_; }

private:
    void add(const LayerView &view)
    {
        Entry title{Entry::Title, layerTitle(view.layer, frame_), Sign::None, {}, nullptr, {}};
        place(title, bold_, 0, entries.empty() ? 0 : sectionGap);
        if (!view.missing.text.empty())
            return text(translated(view.missing), gap);
        if (isHeatMap(view.layer.kind))
            return bar(view);
        if (view.layer.kind == LayerKind::Regression) {
            key(Sign::SolidArrow, tr("l, t, r, b to the box it learns"));
            return key(Sign::DashedArrow, tr("to the box it predicts"));
        }
        if (view.layer.kind == LayerKind::StrideGrid)
            return key(Sign::Grid, tr("cells: a location is in the middle of each"));
        if (!frame_.assigned)
            return;
        if (view.layer.kind == LayerKind::Labels)
            key(Sign::Dashes,
                tr("boxes: %1, learnt: %2").arg(number(frame_.counts.labels), number(frame_.counts.recalled)));
        else if (view.layer.kind == LayerKind::Assignment)
            assignment(view.layer);
        else if (view.layer.kind == LayerKind::Ambiguity)
            ambiguity();
    }

    void assignment(const Layer &layer)
    {
        const double unit = style_.unit;
        const QColor sample = classColor(0);
        for (size_t l = 0; l < frame_.assigned->levels.size() && l < frame_.counts.positivesOfLevel.size(); ++l) {
            if (layer.level >= 0 && layer.level != static_cast<int>(l))
                continue;
            DotShape shape = dotShape(1000 * unit, 6 * unit, layer.level < 0 ? static_cast<int>(l) : 0, unit);
            shape.radius = 1.8 * unit;
            key(positiveMark(sample, shape),
                tr("%1: %2 learn a box")
                    .arg(levelName(frame_.assigned->levels[l].stride), number(frame_.counts.positivesOfLevel[l])));
        }
        key(outsideRangeMark(3 * unit, unit), tr("outside the regression range"));
        if (frame_.assigned->profile.centerRegion != CenterRegion::None)
            key(outsideCentreMark(3.4 * unit, unit), tr("outside the centre region"));
        key(negativeMark(1.3 * unit), tr("background"));
        text(tr("A colour is a box's, not a class's."), gap);
    }

    void ambiguity()
    {
        const int across = frame_.counts.ambiguousAcrossClasses, same = frame_.counts.ambiguous - across;
        const auto sample = [&](bool acrossClasses, bool tie) {
            return ambiguousMark({classColor(3), {classColor(0)}, acrossClasses, tie, 6 * style_.unit, style_.unit});
        };
        key(sample(false, false), tr("boxes of one class: %1").arg(number(same)));
        key(sample(true, false), tr("boxes of different classes: %1").arg(number(across)));
        const auto ties = std::count_if(frame_.ambiguous.begin(), frame_.ambiguous.end(),
                                        [](const ClaimedLocation &at) { return at.tie; });
        if (ties > 0)
            key(sample(false, true), tr("equal areas, the first one wins: %1").arg(number(static_cast<int>(ties))));
        text(tr("Within: the box that is learnt. Around: those that lose."), gap);
    }

    void key(const Mark &mark, const QString &words)
    {
        Entry entry{Entry::Key, words, Sign::Mark, mark, nullptr, {}};
        place(entry, font_, signWidth, gap);
    }
    void key(Sign sign, const QString &words)
    {
        Entry entry{Entry::Key, words, sign, {}, nullptr, {}};
        place(entry, font_, signWidth, gap);
    }
    void text(const QString &words, double above)
    {
        Entry entry{Entry::Text, words, Sign::None, {}, nullptr, {}};
        place(entry, font_, 0, above);
    }
    void bar(const LayerView &view)
    {
        const double high = barHeight * style_.unit + 2 * style_.unit + QFontMetricsF(font_).height();
        height += gap * style_.unit;
        entries.push_back({Entry::Bar, {}, Sign::None, {}, &view, QRectF(0, height, width_, high)});
        height += high;
    }
    void place(Entry &entry, const QFont &font, double left, double above)
    {
        const QFontMetricsF metrics(font);
        const double room = std::max(20 * style_.unit, width_ - left * style_.unit);
        const double words =
            std::ceil(metrics.boundingRect(QRectF(0, 0, room, 1e5), Qt::TextWordWrap, entry.text).height());
        const double sign = entry.sign == Sign::Mark ? 2 * entry.mark.reach() : 0;
        height += above * style_.unit;
        entry.place = QRectF(0, height, width_, std::max(words, sign));
        height += entry.place.height();
        entries.push_back(std::move(entry));
    }

    const LensFrame &frame_;
    const LegendStyle &style_;
    double width_;
    QFont font_, bold_;
};

void paintBar(QPainter &painter, const Entry &entry, const QRectF &place, const LegendStyle &style)
{
    const LocationMap &map = entry.layer->map;
    const ScaleEnds ends = scaleEnds(map);
    const QRectF bar(place.left(), place.top(), place.width(), barHeight * style.unit);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 40; ++i)
        gradient.setColorAt(i / 40.0, heatColour(map, entry.layer->layer.colours, i / 40.0));
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(style.line, style.unit));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar.adjusted(style.unit / 2, style.unit / 2, -style.unit / 2, -style.unit / 2));
    painter.setPen(style.text);
    const QRectF words(place.left(), bar.bottom() + 2 * style.unit, place.width(),
                       place.bottom() - bar.bottom() - 2 * style.unit);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, scaleNumber(ends.low));
    painter.drawText(words, Qt::AlignHCenter | Qt::AlignTop, scaleNumber((ends.low + ends.high) / 2));
    painter.drawText(words, Qt::AlignRight | Qt::AlignTop, scaleNumber(ends.high));
}

/// An arrow, a dashed line or a piece of a grid in a box of signWidth.
void paintSign(QPainter &painter, const Entry &entry, QPointF middle, const LegendStyle &style)
{
    const double unit = style.unit, half = 10 * unit;
    const QColor colour = classColor(0);
    if (entry.sign == Sign::Mark)
        return entry.mark.draw(painter, middle);
    if (entry.sign == Sign::Grid) {
        painter.setPen(QPen(style.faint, unit));
        for (const double at : {-6.0, 0.0, 6.0}) {
            painter.drawLine(middle + QPointF(at, -6) * unit, middle + QPointF(at, 6) * unit);
            painter.drawLine(middle + QPointF(-6, at) * unit, middle + QPointF(6, at) * unit);
        }
        return;
    }
    const bool dashed = entry.sign == Sign::Dashes || entry.sign == Sign::DashedArrow,
               arrow = entry.sign == Sign::SolidArrow || entry.sign == Sign::DashedArrow;
    QPen pen(entry.sign == Sign::DashedArrow ? style.text : colour, 1.8 * unit, Qt::SolidLine, Qt::FlatCap);
    if (dashed)
        pen.setDashPattern({2.4, 1.6});
    painter.setPen(pen);
    painter.drawLine(middle - QPointF(half, 0), middle + QPointF(half - (arrow ? 5 * unit : 0), 0));
    if (arrow)
        arrowHead({1, 0}, 7 * unit, pen.color(), unit).draw(painter, middle + QPointF(half, 0));
}

}  // namespace

LegendStyle legendStyle(const QFont &font, const QPalette &palette)
{
    QColor line = palette.color(QPalette::WindowText);
    line.setAlpha(110);
    return {font, palette.color(QPalette::WindowText), palette.color(QPalette::PlaceholderText), line, 1};
}

QSizeF legendSize(const LensFrame &frame, const LegendStyle &style, double width)
{
    return {width, LegendLines(frame, style, width).height};
}

void paintLegend(QPainter &painter, const QRectF &place, const LensFrame &frame, const LegendStyle &style)
{
    const LegendLines lines(frame, style, place.width());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Entry &entry : lines.entries) {
        const QRectF line = entry.place.translated(place.topLeft());
        painter.setFont(entry.kind == Entry::Title ? lines.bold() : lines.font());
        if (entry.kind == Entry::Bar) {
            paintBar(painter, entry, line, style);
            continue;
        }
        const double left = entry.sign == Sign::None ? 0 : signWidth * style.unit;
        if (entry.sign != Sign::None)
            paintSign(painter, entry, line.topLeft() + QPointF(left / 2 - 1.5 * style.unit, line.height() / 2), style);
        painter.setPen(entry.kind == Entry::Text ? style.faint : style.text);
        painter.drawText(line.adjusted(left, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextWordWrap, entry.text);
    }
    painter.restore();
}

}  // namespace fcoscope
