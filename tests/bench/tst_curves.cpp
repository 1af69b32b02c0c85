// SPDX-License-Identifier: GPL-3.0-or-later
// Ten million points in a plot of curves: what adding one takes, and a drawing of all or of any part.
#include <QApplication>
#include <QStyleFactory>
#include <QtTest>

#include <cmath>
#include <cstdio>
#include <random>

#include "tests/pace.h"
#include "widgets/plot/curve_plot.h"

using namespace fcoscope;

namespace {

constexpr int points = 10'000'000;
constexpr double promisedMs = 16;  // a picture of the screen

/// As a loss goes: falls and is noisy.
std::vector<double> noisy()
{
    std::mt19937 random(5);
    std::normal_distribution<double> noise(0, 0.2);
    std::vector<double> values(1 << 16);
    for (double &value : values)
        value = noise(random);
    return values;
}

}  // namespace

class CurvesBench : public QObject {
    Q_OBJECT
    std::unique_ptr<CurvePlot> plot_;
    std::vector<double> noise_ = noisy();

    double value(int i) const
    {
        return std::exp(noise_[static_cast<size_t>(i) & 0xffff]) * (0.3 + 1e5 / (1e5 + double(i)));
    }
    void open(size_t lines)
    {
        plot_ = std::make_unique<CurvePlot>();
        plot_->setTitle("Loss", "");
        std::vector<CurveLine> looks;
        for (size_t i = 0; i < lines; ++i)
            looks.push_back(
                {QString::number(i), QString("line %1").arg(i), {}, QColor::fromHsv(int(i) * 70, 200, 160)});
        plot_->setLines(looks);
        plot_->resize(1600, 400);
        plot_->show();
        QVERIFY(QTest::qWaitForWindowExposed(plot_.get()));
    }
    /// All, then ever less of it, the same at two places; ms for a drawing.
    void drawings(const char *what)
    {
        plot_->follow();
        const QRectF all = plot_->seen();
        double worst = 0;
        for (const double share : {1.0, 0.5, 0.1, 0.01, 1e-3, 1e-4, 2e-5})
            for (const double at : {0.0, 0.37}) {
                const double took = medianMs(7, [&] {
                    plot_->setSeen(
                        {all.left() + at * (1 - share) * all.width(), all.top(), share * all.width(), all.height()});
                });
                QVERIFY(plot_->pointsDrawn() > 0);
                QVERIFY(plot_->pointsDrawn() <= 2 * 1600 * plot_->lines().size() * (plot_->smoothing() > 0 ? 2 : 1));
                worst = std::max(worst, took);
            }
        const double followed = medianMs(7, [&] { plot_->follow(); });
        std::printf("%s: all of it %.1f ms, slowest of any zoom %.1f ms (promised %.0f)\n", what, followed, worst,
                    promisedMs);
        QVERIFY(within(worst, promisedMs) && within(followed, promisedMs));
    }

private Q_SLOTS:
    void initTestCase() { QApplication::setStyle(QStyleFactory::create("Fusion")); }
    void cleanup() { plot_.reset(); }

    void tenMillionPoints()
    {
        open(1);
        double longest = 0;
        const double took = wallMs([&] {
            for (int i = 0; i < points; i += 1000)
                longest = std::max(longest, wallMs([&] {
                                       for (int k = i; k < i + 1000; ++k)
                                           plot_->append(0, k, value(k));
                                   }));
        });
        std::printf("append: %.0f ns a point, %.1f ms the longest thousand\n", 1e6 * took / points, longest);
        QVERIFY(within(took, 1000));
        QVERIFY(within(longest, 50));  // never a copy of all
        QCOMPARE(plot_->curve(0).size(), size_t(points));
        drawings("10,000,000 points");

        plot_->setLogarithmic(true);
        drawings("logarithmic");

        // A change of smoothing goes through all of them, in slices between which the window lives.
        double pause = 0;
        const double whole = wallMs([&] {
            plot_->setSmoothing(0.99);
            const size_t raw = plot_->pointsDrawn();
            QVERIFY(QTest::qWaitFor(
                [&] {
                    pause = std::max(pause, wallMs([] { QCoreApplication::processEvents(); }));
                    return plot_->pointsDrawn() > raw * 3 / 2;
                },
                60000));
            QVERIFY(plot_->smoothed(0).size() > 0);
        });
        QTRY_COMPARE_WITH_TIMEOUT(plot_->smoothed(0).size(), size_t(points), 60000);
        std::printf("smoothing set: whole after %.0f ms, no event waits longer than %.1f ms\n", whole, pause);
        QVERIFY(within(pause, 50));
        drawings("smoothed, logarithmic");
    }

    void tenMillionPointsInFourLines()
    {
        open(4);
        for (int i = 0; i < points / 4; ++i)
            for (size_t line = 0; line < 4; ++line)
                plot_->append(line, i, value(i + int(line) * 12345) * (1 + 0.5 * double(line)));
        drawings("4 lines of 2,500,000 points");
    }
};

QTEST_MAIN(CurvesBench)
#include "tst_curves.moc"
