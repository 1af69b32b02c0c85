// SPDX-License-Identifier: GPL-3.0-or-later
// Which steps and values are seen, and what stands at their axes.
#include <algorithm>
#include <cmath>

#include "widgets/plot/curve_plot_parts.h"

namespace fcoscope {
namespace {

constexpr double fewestSteps = 2;    // seen from left to right: more zoom shows nothing more
constexpr double largest = 1e200;    // no axis goes further: the difference of two values has to be a number
constexpr double smallest = 1e-200;  // nor, logarithmic, lower

/// Whole steps, with their digits grouped, from a million on as "1.2M".
class StepTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange &range) override { return std::max(1.0, QCPAxisTicker::getTickStep(range)); }
    int getSubTickCount(double tickStep) override
    {
        return tickStep < 2 ? 0 : QCPAxisTicker::getSubTickCount(tickStep);
    }
    QString getTickLabel(double tick, const QLocale &locale, QChar, int) override
    {
        if (std::abs(tick) >= 1e6)
            return locale.toString(tick / 1e6, 'g', 6) + QStringLiteral("M");
        return locale.toString(qRound64(tick));
    }
};

/// 1, 2, 5, 10, …: for a logarithmic axis of a few decades.
class FewDecadesTicker : public QCPAxisTicker {
protected:
    QVector<double> createTickVector(double, const QCPRange &range) override
    {
        QVector<double> ticks;
        for (double decade = std::pow(10, std::floor(std::log10(range.lower))); decade <= range.upper; decade *= 10)
            for (const double digit : {1.0, 2.0, 5.0})
                ticks.push_back(digit * decade);
        return ticks;
    }
    QVector<double> createSubTickVector(int, const QVector<double> &) override { return {}; }
};

QCPRange fittedLinear(const CurveSpan &span)
{
    const double low = std::clamp(span.low, -largest, largest), high = std::clamp(span.high, -largest, largest);
    const double size = high - low, most = std::max(std::abs(low), std::abs(high));
    if (size <= 1e-12 * most || size == 0) {  // one value: in the middle
        const double room = most > 0 ? 0.1 * most : 1;
        return {low - room, high + room};
    }
    const double margin = 0.06 * size;
    // What comes near to zero is shown down to it, so that heights can be compared.
    const double from = low >= 0 && low < 0.35 * high ? -0.02 * high : low - margin;
    return {from, high + margin};
}

QCPRange fittedLogarithmic(const CurveSpan &span)
{
    const double low = std::clamp(span.lowPositive, smallest, largest), high = std::clamp(span.high, low, largest);
    const double margin = std::max(std::pow(high / low, 0.06), 1.2);
    return {low / margin, high * margin};
}

}  // namespace

void CurvePlot::Parts::setScale()
{
    plot->yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    plot->yAxis->setNumberFormat(QStringLiteral("gb"));
    if (!dynamic_cast<StepTicker *>(plot->xAxis->ticker().data()))
        plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new StepTicker));
}

QCPRange CurvePlot::Parts::allSteps() const
{
    double first = std::numeric_limits<double>::infinity(), last = -first;
    for (const auto &line : lines)
        if (line->curve.size() > 0 && line->shown()) {
            first = std::min(first, line->curve.at(0).x);
            last = std::max(last, line->curve.at(line->curve.size() - 1).x);
        }
    if (first > last)
        return {0, 100};
    if (last - first < fewestSteps) {
        const double room = (fewestSteps - (last - first)) / 2;
        return {first - room, last + room};
    }
    return {first, last};
}

void CurvePlot::Parts::showSteps(QCPRange range)
{
    const QCPRange all = allSteps();
    const double margin = 0.02 * all.size();
    if (const double missing = fewestSteps - range.size(); missing > 0)
        range = {range.lower - missing / 2, range.upper + missing / 2};
    plot->xAxis->setRange(range.bounded(all.lower - margin, all.upper + margin));
}

void CurvePlot::Parts::showValues(QCPRange range)
{
    if (!std::isfinite(range.lower) || !std::isfinite(range.upper))
        return;
    range.normalize();
    if (logarithmic) {
        const double lower = std::clamp(range.lower, smallest, largest);
        plot->yAxis->setRange(lower, std::clamp(range.upper, lower * 1.001, 2 * largest));
    } else {
        const double middle = std::clamp(range.center(), -largest, largest);
        const double half = std::clamp(range.size() / 2, std::max(1e-9 * std::abs(middle), smallest), largest);
        plot->yAxis->setRange(middle - half, middle + half);
    }
}

void CurvePlot::Parts::fitAxes()
{
    if (followSteps) {
        const QCPRange all = allSteps();
        plot->xAxis->setRange(all.lower - 0.01 * all.size(), all.upper + 0.01 * all.size());
    }
    if (fitValues) {
        const QCPRange seen = plot->xAxis->range();
        CurveSpan span;
        for (const auto &line : lines)
            if (line->shown()) {
                span.add(line->curve.span(seen.lower, seen.upper));
                span.add(line->smooth.span(seen.lower, seen.upper));
            }
        if (logarithmic)
            showValues(std::isfinite(span.lowPositive) ? fittedLogarithmic(span) : QCPRange(0.1, 10));
        else
            showValues(span.empty() ? QCPRange(0, 1) : fittedLinear(span));
    }
    keepTicksApart();
    followButton->setVisible(!followSteps || !fitValues);
}

// As many digits as it takes to tell one tick from the next. Decades where many of them are seen, else the ticks of a
// linear axis: within one decade there would be nothing to read.
void CurvePlot::Parts::keepTicksApart()
{
    const QCPRange seen = plot->yAxis->range();
    const double ratio = logarithmic ? seen.upper / seen.lower : 1;
    const bool decades = ratio > 2000;
    const auto kind = decades ? Ticks::Decades : ratio > 5 ? Ticks::FewDecades : Ticks::Linear;
    if (kind != ticks) {
        ticks = kind;
        QCPAxisTicker *made = kind == Ticks::Decades      ? static_cast<QCPAxisTicker *>(new QCPAxisTickerLog)
                              : kind == Ticks::FewDecades ? new FewDecadesTicker
                                                          : new QCPAxisTicker;
        plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(made));
    }
    const double height = plot->yAxis->axisRect()->height(), width = plot->xAxis->axisRect()->width();
    plot->yAxis->ticker()->setTickCount(std::clamp(static_cast<int>(height / 40), 2, 8));
    plot->xAxis->ticker()->setTickCount(std::clamp(static_cast<int>(width / 80), 2, 10));
    const double most = std::max(std::abs(seen.lower), std::abs(seen.upper));
    const double digits = std::log10(std::max(1.0, most / seen.size())) + 3;
    plot->yAxis->setNumberPrecision(decades ? 3 : std::clamp(static_cast<int>(digits), 3, 12));
}

// --- Moving

void CurvePlot::Parts::zoomSteps(double factor, double about)
{
    followSteps = false;
    const QCPRange seen = plot->xAxis->range();
    factor = std::max(factor, fewestSteps / seen.size());
    showSteps({about + (seen.lower - about) * factor, about + (seen.upper - about) * factor});
    const QCPRange all = allSteps();
    if (plot->xAxis->range().lower <= all.lower && plot->xAxis->range().upper >= all.upper)
        followSteps = true;  // all of it is seen again
}

void CurvePlot::Parts::zoomValues(double factor, double about)
{
    fitValues = false;
    const QCPRange seen = plot->yAxis->range();
    if (logarithmic)
        showValues({about * std::pow(seen.lower / about, factor), about * std::pow(seen.upper / about, factor)});
    else
        showValues({about + (seen.lower - about) * factor, about + (seen.upper - about) * factor});
}

void CurvePlot::Parts::move(double steps, double values)
{
    if (steps != 0) {
        followSteps = false;
        showSteps(plot->xAxis->range() + steps * plot->xAxis->range().size());
    }
    if (values != 0) {
        fitValues = false;
        const QCPRange seen = plot->yAxis->range();
        if (logarithmic)
            showValues(seen * std::pow(seen.upper / seen.lower, values));
        else
            showValues(seen + values * seen.size());
    }
}

}  // namespace fcoscope
