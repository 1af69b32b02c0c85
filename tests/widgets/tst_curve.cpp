// SPDX-License-Identifier: GPL-3.0-or-later
// The pyramid of a curve against a plain look at every point: random curves, random windows.
#include <QtTest>

#include <cmath>
#include <random>

#include "widgets/plot/curve.h"

using namespace fcoscope;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

CurveSpan plainSpan(const std::vector<CurvePoint> &points, double from, double to)
{
    CurveSpan span;
    for (const CurvePoint &point : points)
        if (point.x >= from && point.x <= to && std::isfinite(point.y)) {
            span.low = std::min(span.low, point.y);
            span.high = std::max(span.high, point.y);
            if (point.y > 0)
                span.lowPositive = std::min(span.lowPositive, point.y);
        }
    return span;
}

bool same(const CurveSpan &a, const CurveSpan &b)
{
    return a.low == b.low && a.high == b.high && a.lowPositive == b.lowPositive;
}
bool same(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

std::vector<CurveColumn> plainColumns(const std::vector<CurvePoint> &points, double from, double to, int columns)
{
    std::vector<CurveColumn> found;
    for (const CurvePoint &point : points) {
        if (point.x < from || point.x > to)
            continue;
        const double perX = to > from ? columns / (to - from) : 0;
        const int column = std::min(columns - 1, static_cast<int>((point.x - from) * perX));
        if (found.empty() || found.back().column != column)
            found.push_back({column, point.x, {}, point.y, point.y});
        found.back().span.add(plainSpan({point}, point.x, point.x));
        found.back().last = point.y;
    }
    return found;
}

/// Mostly one step after the other, now and then a leap or the same step again; noise with gaps.
std::vector<CurvePoint> madePoints(std::mt19937 &random, size_t count, double leaps)
{
    std::uniform_real_distribution<double> unit(0, 1);
    std::normal_distribution<double> noise(0, 1);
    std::vector<CurvePoint> points;
    double x = std::floor(noise(random) * 100);
    for (size_t i = 0; i < count; ++i) {
        const double kind = unit(random);
        x += kind < leaps ? std::floor(1000 * unit(random)) : kind < 2 * leaps ? 0 : 1;
        const double y = noise(random) * std::pow(10, 3 * noise(random));
        points.push_back({x, kind > 0.97 ? none : kind > 0.96 ? infinity : y});
    }
    return points;
}

Curve curveOf(const std::vector<CurvePoint> &points)
{
    Curve curve;
    for (const CurvePoint &point : points)
        curve.append(point.x, point.y);
    return curve;
}

size_t gapsIn(const std::vector<CurvePoint> &points)
{
    return static_cast<size_t>(
        std::count_if(points.begin(), points.end(), [](const CurvePoint &point) { return !std::isfinite(point.y); }));
}

}  // namespace

class CurveTest : public QObject {
    Q_OBJECT

    static void compare(const Curve &curve, const std::vector<CurvePoint> &points, std::mt19937 &random)
    {
        QCOMPARE(curve.size(), points.size());
        QCOMPARE(curve.gaps(), gapsIn(points));
        const double first = points.empty() ? 0 : points.front().x, last = points.empty() ? 1 : points.back().x;
        std::uniform_real_distribution<double> x(first - 5, last + 5);
        for (int window = 0; window < 12; ++window) {
            double from = x(random), to = window % 4 ? x(random) : from;
            if (window % 3 == 0) {  // on points exactly
                from = std::floor(from);
                to = std::floor(to);
            }
            if (from > to)
                std::swap(from, to);
            if (window == 11) {
                from = first;
                to = last;
            }
            const int columns = 1 + static_cast<int>(random() % 700);
            QVERIFY(same(curve.span(from, to), plainSpan(points, from, to)));
            const auto got = curve.columns(from, to, columns), wanted = plainColumns(points, from, to, columns);
            QVERIFY(got.size() <= static_cast<size_t>(columns));
            QCOMPARE(got.size(), wanted.size());
            for (size_t i = 0; i < got.size(); ++i)
                QVERIFY(got[i].column == wanted[i].column && got[i].x == wanted[i].x &&
                        same(got[i].span, wanted[i].span) && same(got[i].first, wanted[i].first) &&
                        same(got[i].last, wanted[i].last));
        }
    }

private Q_SLOTS:
    void columnsAreThoseOfAPlainLook()
    {
        std::mt19937 random(11);
        // Sizes at which entries and levels begin and end, and others.
        for (const size_t count : {0, 1, 2, 15, 16, 17, 31, 255, 256, 257, 4095, 4096, 4097, 20000})
            for (const double leaps : {0.0, 0.01, 0.3}) {
                const auto points = madePoints(random, count, leaps);
                compare(curveOf(points), points, random);
                if (QTest::currentTestFailed())
                    return;
            }
    }

    void manySmallCurves()
    {
        std::mt19937 random(12);
        for (int i = 0; i < 300; ++i) {
            const auto points = madePoints(random, random() % 600, 0.2);
            compare(curveOf(points), points, random);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void cutTakesAwayWhatCameAfterAndTheCurveGoesOn()
    {
        std::mt19937 random(13);
        for (int i = 0; i < 200; ++i) {
            auto points = madePoints(random, 1 + random() % 5000, 0.05);
            Curve curve = curveOf(points);
            for (int cuts = 0; cuts < 3; ++cuts) {
                const double at = points.empty() ? 0 : points[random() % points.size()].x - (cuts == 1 ? 0.5 : 0);
                std::erase_if(points, [&](const CurvePoint &point) { return point.x > at; });
                curve.cut(at);
                compare(curve, points, random);
                const double from = points.empty() ? 0 : points.back().x;
                for (CurvePoint point : madePoints(random, random() % 400, 0.05)) {
                    point.x = from + std::abs(point.x);
                    if (!points.empty() && point.x < points.back().x)
                        continue;
                    points.push_back(point);
                    curve.append(point.x, point.y);
                }
                compare(curve, points, random);
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    void manyPointsOfOneStepAreOneColumn()
    {
        Curve curve;
        for (int i = 0; i < 1000; ++i)
            curve.append(7, i % 100 - 20);
        const auto columns = curve.columns(0, 10, 100);
        QCOMPARE(columns.size(), size_t(1));
        QCOMPARE(columns[0].span.low, -20.0);
        QCOMPARE(columns[0].span.high, 79.0);
        QCOMPARE(columns[0].span.lowPositive, 1.0);
        QCOMPARE(curve.columns(7, 7, 100).size(), size_t(1));  // a window of no width
        QCOMPARE(curve.below(7), size_t(0));
        QCOMPARE(curve.upTo(7), size_t(1000));
    }

    void nothingAndNonsense()
    {
        Curve curve;
        QVERIFY(curve.columns(0, 1, 10).empty());
        QVERIFY(curve.span(0, 1).empty());
        curve.cut(0);
        curve.append(none, 1);
        curve.append(infinity, 1);
        QCOMPARE(curve.size(), size_t(0));
        curve.append(3, none);
        QCOMPARE(curve.gaps(), size_t(1));
        QVERIFY(curve.span(0, 5).empty());
        QVERIFY(std::isnan(curve.columns(0, 5, 10)[0].first));
        curve.append(2, 1);  // a step back without a cut
        QCOMPARE(curve.size(), size_t(1));
        QVERIFY(curve.columns(5, 0, 10).empty() && curve.columns(0, 5, 0).empty());
        QVERIFY(curve.columns(none, none, 10).empty());
        curve.clear();
        curve.append(1, 1);
        QVERIFY(same(curve.span(0, 5), {1, 1, 1}));
        QCOMPARE(curve.gaps(), size_t(0));
    }

    // As the formula says, written out with all its weights.
    void smoothingIsTheWeightedMeanOfThePast()
    {
        std::mt19937 random(14);
        for (const double share : {0.0, 0.5, 0.9, 0.99}) {
            const auto points = madePoints(random, 400, 0);
            const Curve smoothed = curveOf(points).smoothed(share);
            QCOMPARE(smoothed.gaps(), gapsIn(points));
            std::vector<double> past;
            for (size_t i = 0; i < points.size(); ++i) {
                if (!std::isfinite(points[i].y)) {
                    QVERIFY(!std::isfinite(smoothed.at(i).y));
                    continue;
                }
                past.push_back(points[i].y);
                double sum = 0, weights = 0, largest = 0;
                for (size_t k = 0; k < past.size(); ++k) {
                    const double weight = std::pow(share, static_cast<double>(past.size() - 1 - k));
                    sum += weight * past[k];
                    weights += weight;
                    largest = std::max(largest, std::abs(weight * past[k]));
                }
                QVERIFY(std::abs(smoothed.at(i).y - sum / weights) <= 1e-9 * largest);
            }
        }
    }

    void smoothingGoesOnAfterACut()
    {
        std::mt19937 random(15);
        const auto points = madePoints(random, 3000, 0);
        const Curve whole = curveOf(points).smoothed(0.9);
        for (const size_t kept : {0, 1, 5, 1234}) {
            Curve part = whole;
            part.cut(kept ? points[kept - 1].x : points[0].x - 1);
            ExponentialSmoothing smoothing = ExponentialSmoothing::after(part, 0.9);
            for (size_t i = part.size(); i < points.size(); ++i)
                part.append(points[i].x, smoothing.next(points[i].y));
            QCOMPARE(part.size(), whole.size());
            for (size_t i = 0; i < points.size(); ++i)
                QVERIFY(same(part.at(i).y, whole.at(i).y) ||
                        std::abs(part.at(i).y - whole.at(i).y) < 1e-9 * (1 + std::abs(whole.at(i).y)) + 1e-6);
        }
    }
};

QTEST_APPLESS_MAIN(CurveTest)
#include "tst_curve.moc"
