// SPDX-License-Identifier: GPL-3.0-or-later
// What is handed to QCustomPlot: at most two points for each column of pixels.
#include <QElapsedTimer>

#include <algorithm>
#include <cmath>

#include "core/base/palette.h"
#include "widgets/plot/curve_plot_parts.h"

namespace fcoscope {
namespace {

constexpr int markEvery = 96;  // logical px between two marks of a line
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Thinned {
    QVector<double> keys, values;
    void add(double key, double value)
    {
        keys.push_back(key);
        values.push_back(value);
    }
};

/// Makes points of columns: from a column's one extreme to the other and on to the next.
struct Thinning {
    bool logarithmic;
    double limit;  ///< values beyond are drawn there: far out of sight
    Thinned line, marks;
    bool markAll = false;

    bool usable(double y) const { return std::isfinite(y) && (!logarithmic || y > 0); }
    double drawn(double y) const { return std::clamp(y, -limit, limit); }

    void add(const Curve &curve, const QCPRange &seen, int columns)
    {
        const auto found = curve.columns(seen.lower, seen.upper, columns);
        const size_t before = curve.below(seen.lower), after = curve.upTo(seen.upper);
        if (before > 0)
            outside(curve.at(before - 1));
        markAll = markAll && found.size() <= static_cast<size_t>(columns / 10);
        int previous = -2, marked = -1;
        bool gap = false;
        for (const CurveColumn &column : found) {
            const bool apart = column.column > previous + 1;
            addColumn(column, apart && previous >= 0, gap);
            gap = !usable(column.last);
            const bool last = &column == &found.back() && after == curve.size();
            if (usable(column.last) && (markAll || last || column.column / markEvery != marked)) {
                // The end of the line bears a mark: the one before must not lie under it.
                if (last && !markAll && !marks.keys.isEmpty() && column.column % markEvery < markEvery / 4) {
                    marks.keys.pop_back();
                    marks.values.pop_back();
                }
                marks.add(column.x, drawn(column.last));
                marked = column.column / markEvery;
            }
            previous = column.column;
        }
        if (after < curve.size()) {
            if (gap)
                line.add(curve.at(after).x, nan);
            else
                outside(curve.at(after));
        }
    }

private:
    void outside(const CurvePoint &point) { line.add(point.x, usable(point.y) ? drawn(point.y) : nan); }

    /// A gap between two columns takes a point of the empty columns between them; where there are none it is less than
    /// a pixel wide.
    void addColumn(const CurveColumn &column, bool apart, bool gapBefore)
    {
        const CurveSpan &span = column.span;
        const double low = logarithmic ? span.lowPositive : span.low, high = span.high;
        if (!(low <= high) || !std::isfinite(low)) {
            line.add(column.x, nan);
            return;
        }
        if (apart && (gapBefore || !usable(column.first)))
            line.add(column.x, nan);
        const bool falls = usable(column.first) && usable(column.last) && column.first > column.last;
        line.add(column.x, drawn(falls ? high : low));
        if (low < high)
            line.add(column.x, drawn(falls ? low : high));
    }
};

QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto mix = [&](double x, double y) { return qRound(x + (y - x) * share); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

double luminance(const QColor &colour)
{
    return relativeLuminance({static_cast<uint8_t>(colour.red()), static_cast<uint8_t>(colour.green()),
                              static_cast<uint8_t>(colour.blue())});
}

}  // namespace

QColor readableOn(const QColor &ground, QColor colour, double contrast)
{
    const double under = luminance(ground);
    const QColor end = under > 0.4 ? Qt::black : Qt::white;
    for (int i = 0; i < 20; ++i) {
        const double over = luminance(colour);
        if ((std::max(under, over) + 0.05) / (std::min(under, over) + 0.05) >= contrast)
            break;
        colour = mixed(colour, end, 0.12);
    }
    return colour;
}

// In slices: a long curve whose smoothing was changed is gone through while the window stays alive.
bool CurvePlot::Parts::smoothMore(double budgetMs)
{
    if (share <= 0)
        return true;
    QElapsedTimer clock;
    clock.start();
    for (const auto &line : lines)
        while (line->smooth.size() < line->curve.size()) {
            const size_t end = std::min(line->curve.size(), line->smooth.size() + 20000);
            for (size_t i = line->smooth.size(); i < end; ++i)
                line->smooth.append(line->curve.at(i).x, line->smoothing.next(line->curve.at(i).y));
            if (static_cast<double>(clock.nsecsElapsed()) / 1e6 > budgetMs)
                return false;
        }
    return true;
}

void CurvePlot::Parts::draw()
{
    if (!smoothMore(4))
        catchUp.start(0);
    fitAxes();
    drawn = 0;
    for (const auto &line : lines)
        drawLine(*line);
    const QString words = nothingWords();
    nothing->setVisible(!words.isEmpty());
    nothing->setText(words);
}

void CurvePlot::Parts::placeGraphs(Line &line)
{
    for (QCPGraph **graph : {&line.graph, &line.smoothGraph, &line.marks}) {
        *graph = plot->addGraph();
        (*graph)->setSelectable(QCP::stNone);
        (*graph)->setAdaptiveSampling(false);  // thinned already
    }
    line.marks->setLineStyle(QCPGraph::lsNone);
    line.marks->setPen(Qt::NoPen);
}

void CurvePlot::Parts::drawLine(Line &line)
{
    const bool shown = line.shown();
    for (QCPGraph *graph : {line.graph, line.smoothGraph, line.marks})
        graph->setVisible(shown);
    if (!shown)
        return;
    const QCPRange seen = plot->xAxis->range();
    const int width = plot->axisRect()->width();
    const int columns = std::max(1, width - width / markEvery - 4);  // marks and ends are counted, too
    const double limit = 1e5 * std::max(std::abs(plot->yAxis->range().upper), std::abs(plot->yAxis->range().lower));
    const bool smooth = line.smooth.size() > 0;
    Thinning raw{logarithmic, limit, {}, {}, line.look.marks}, thin{logarithmic, limit, {}, {}, line.look.marks};
    raw.add(line.curve, seen, columns);
    if (smooth)
        thin.add(line.smooth, seen, columns);
    const size_t points = static_cast<size_t>(raw.line.keys.size() + thin.line.keys.size());
    const Thinned &marks = smooth ? thin.marks : raw.marks;
    drawn += points + static_cast<size_t>(marks.keys.size());
    line.graph->setData(raw.line.keys, raw.line.values, true);
    line.smoothGraph->setData(thin.line.keys, thin.line.values, true);
    line.marks->setData(marks.keys, marks.values, true);
    setLinePens(line);
}

void CurvePlot::Parts::setLinePens(Line &line)
{
    const QColor ground = plot->palette().color(QPalette::Base);
    line.colour = readableOn(ground, line.look.colour, 3);
    if (!line.look.run.isEmpty())
        line.colour = mixed(line.colour, ground, 0.35);
    // Where each column goes up and down its height is what is seen, and a thin line without smooth edges shows it as
    // well as one that takes ten times as long.
    const int width = plot->axisRect()->width();
    const auto setPen = [&](QCPGraph &graph, const QColor &colour, double thickness) {
        const bool dense = graph.dataCount() > (line.look.style == Qt::SolidLine ? width : width / 2);
        graph.setAntialiased(!dense);
        graph.setPen(QPen(colour, dense ? std::floor(thickness) : thickness, dense ? Qt::SolidLine : line.look.style));
    };
    const double thickness = line.emphasised() ? 3 : 1.6;
    const bool smooth = line.smooth.size() > 0;
    setPen(*line.graph, smooth ? mixed(line.colour, ground, 0.6) : line.colour, smooth ? 1 : thickness);
    setPen(*line.smoothGraph, line.colour, thickness);
    const auto [path, filled] = curveMarkPath(line.mark, 6);
    line.marks->setScatterStyle(QCPScatterStyle(path, filled ? QPen(Qt::NoPen) : QPen(line.colour, 1.5),
                                                filled ? QBrush(line.colour) : QBrush(Qt::NoBrush),
                                                line.emphasised() ? 10 : 8));
}

QString CurvePlot::Parts::nothingWords() const
{
    size_t points = 0, gaps = 0;
    bool any = false, shown = lines.empty();
    CurveSpan seen;
    for (const auto &line : lines) {
        any = any || line->curve.size() > 0;
        if (!line->shown())
            continue;
        shown = true;
        points += line->curve.size();
        gaps += line->curve.gaps();
        seen.add(line->curve.span(plot->xAxis->range().lower, plot->xAxis->range().upper));
    }
    if (!any)
        return CurvePlot::tr("No points yet");
    if (!shown)
        return CurvePlot::tr("Every line is switched off");
    if (points > 0 && points == gaps)
        return CurvePlot::tr("None of %n value(s) is a number", nullptr,
                             static_cast<int>(std::min<size_t>(gaps, 1000000000)));
    if (logarithmic && !seen.empty() && !std::isfinite(seen.lowPositive))
        return CurvePlot::tr("No value is above 0, as a logarithmic scale needs");
    return seen.empty() ? CurvePlot::tr("No values here") : QString();
}

}  // namespace fcoscope
