// SPDX-License-Identifier: GPL-3.0-or-later
// Score against IoU: small cases worked out by hand, and a large made-up one worked out a second way.
#include <QtTest>

#include <cmath>
#include <random>

#include "core/eval/score_overlap.h"

using namespace fcoscope;

namespace {

TracedCandidate candidate(Box box, int classIndex, float p, float o, Fate fate = Fate::Detected)
{
    TracedCandidate made;
    made.pair.classIndex = classIndex;
    made.pair.p = p;
    made.pair.o = o;
    made.pair.score = std::sqrt(p * o);
    made.boxInImage = box;
    made.fate = fate;
    return made;
}

Label thing(Box box, int classIndex, bool crowd = false)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.crowd = crowd;
    return label;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-6;
}

/// The overlap by counting cells of a fine raster: nothing of the code under test is in it. Corners are whole numbers.
double countedIou(const Box &a, const Box &b)
{
    int both = 0, any = 0;
    const auto in = [](const Box &box, double x, double y) {
        return x > box.x1 && x < box.x2 && y > box.y1 && y < box.y2;
    };
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) {
            const bool inA = in(a, x + 0.5, y + 0.5), inB = in(b, x + 0.5, y + 0.5);
            both += inA && inB;
            any += inA || inB;
        }
    return any > 0 ? double(both) / any : 0;
}

}  // namespace

class ScoreOverlapTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theBestLabelOfTheSameClassCounts()
    {
        ScoreOverlap data;
        // The first label is of another class and fits perfectly; the second overlaps by a third, the third by a half.
        const std::vector<Label> labels{thing({0, 0, 10, 10}, 1), thing({5, 0, 15, 10}, 0), thing({0, 0, 10, 5}, 0)};
        addScorePoints(data, "a.png", {candidate({0, 0, 10, 10}, 0, 0.8f, 0.5f)}, labels);
        QCOMPARE(data.images, std::vector<ImageId>{"a.png"});
        QCOMPARE(data.points.size(), 1u);
        const ScorePoint &point = data.points.front();
        QCOMPARE(point.label, 2);
        QVERIFY(near(point.iou, 0.5));
        QCOMPARE(point.box, (Box{0, 0, 10, 10}));
        QCOMPARE(point.p, 0.8f);
        QCOMPARE(point.o, 0.5f);
        QVERIFY(near(point.score, std::sqrt(0.4)));
        QVERIFY(near(scoreOn(ScoreAxis::Probability, point), 0.8));
        QVERIFY(near(scoreOn(ScoreAxis::Product, point), 0.4));
        QVERIFY(near(scoreOn(ScoreAxis::RootProbability, point), std::sqrt(0.8)));
        QVERIFY(near(scoreOn(ScoreAxis::RootProduct, point), std::sqrt(0.4)));
    }

    void suppressedOnesArePointsAndThoseWithoutABoxAreNot()
    {
        ScoreOverlap data;
        const Box box{0, 0, 8, 8};
        addScorePoints(data, "a", {}, {});
        addScorePoints(data, "b",
                       {candidate(box, 0, 0.9f, 1, Fate::Detected), candidate(box, 0, 0.8f, 1, Fate::Suppressed),
                        candidate(box, 0, 0.7f, 1, Fate::Surplus), candidate(box, 0, 0.6f, 1, Fate::NoBox),
                        candidate(box, 0, 0.5f, 1, Fate::BelowThreshold),
                        candidate({3, 3, 3, 9}, 0, 0.4f, 1, Fate::Detected),
                        candidate({0, 0, NAN, 9}, 0, 0.4f, 1, Fate::Detected)},
                       {thing({20, 20, 30, 30}, 0), thing(box, 1)});
        QCOMPARE(data.points.size(), 3u);
        for (const ScorePoint &point : data.points) {
            QCOMPARE(point.image, 1);  // of b: a was looked at and had none
            QCOMPARE(point.iou, 0.0f);
            QCOMPARE(point.label, -1);
        }
    }

    void crowdsAreNoLabels()
    {
        const std::vector<Label> labels{thing({0, 0, 40, 40}, 0, true), thing({0, 0, 10, 10}, 0)};
        ScoreOverlap data;
        addScorePoints(data, "a",
                       {
                           candidate({20, 20, 30, 30}, 0, 0.9f, 1),  // inside the crowd: left out
                           candidate({0, 0, 10, 10}, 0, 0.8f, 1),    // inside too, but just as much on the label
                           candidate({35, 35, 55, 55}, 0, 0.7f, 1),  // 1/16 inside
                           candidate({20, 20, 30, 30}, 1, 0.6f, 1),  // of another class
                       },
                       labels);
        QCOMPARE(data.points.size(), 3u);
        QCOMPARE(data.points[0].iou, 1.0f);
        QCOMPARE(data.points[0].label, 1);
        QCOMPARE(data.points[1].iou, 0.0f);
        QCOMPARE(data.points[1].p, 0.7f);
        QCOMPARE(data.points[2].classIndex, 1);
    }

    void aSecondWayGivesTheSame()
    {
        std::mt19937 random(7);
        const auto upTo = [&](int most) { return int(random() % unsigned(most)); };
        const auto box = [&] {
            const int x = upTo(24), y = upTo(24);
            return Box{double(x), double(y), double(x + 20 + upTo(20)), double(y + 20 + upTo(20))};
        };
        std::vector<ScoredImage> images(5);
        for (ScoredImage &image : images) {
            image.image = "image " + std::to_string(&image - images.data());
            for (int i = 0; i < 12; ++i)
                image.labels.push_back(thing(box(), upTo(2)));
            for (int i = 0; i < 40; ++i)
                image.candidates.push_back(
                    candidate(box(), upTo(3), float(upTo(1000)) / 1000, float(upTo(1000)) / 1000));
        }
        const ScoreOverlap data = scoreOverlap(images.size(), [&](size_t i) { return images[i]; });
        QCOMPARE(data.points.size(), 200u);
        size_t below = 0;
        std::vector<double> xs, ys;
        for (size_t i = 0; i < data.points.size(); ++i) {
            const ScorePoint &point = data.points[i];
            const ScoredImage &image = images[i / 40];
            const TracedCandidate &from = image.candidates[i % 40];
            QCOMPARE(data.images[size_t(point.image)], image.image);
            double best = 0;
            for (const Label &label : image.labels)
                if (label.classIndex == from.pair.classIndex)
                    best = std::max(best, countedIou(from.boxInImage, label.box));
            QVERIFY2(near(point.iou, best), qPrintable(QString::number(i)));
            below += double(from.pair.p * from.pair.o) > best;
            xs.push_back(double(from.pair.p * from.pair.o));
            ys.push_back(best);
        }
        // Pearson's correlation by its textbook sums.
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        const double n = double(xs.size());
        for (size_t i = 0; i < xs.size(); ++i)
            sx += xs[i], sy += ys[i], sxx += xs[i] * xs[i], syy += ys[i] * ys[i], sxy += xs[i] * ys[i];
        const double expected = (n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
        const ScoreTrust trust = trustOf(data, ScoreAxis::Product);
        QCOMPARE(trust.points, 200u);
        QCOMPARE(trust.below, below);
        QVERIFY(below > 20 && below < 180);
        QVERIFY(std::abs(trust.correlation - expected) < 1e-6);
        QVERIFY(std::abs(expected) > 1e-4);
    }

    void nothingIsNotANumber()
    {
        QCOMPARE(trustOf({}, ScoreAxis::Product).correlation, 0.0);
        ScoreOverlap same;
        addScorePoints(same, "a", {candidate({0, 0, 1, 1}, 0, 0.5f, 1), candidate({0, 0, 1, 1}, 0, 0.5f, 1)}, {});
        QCOMPARE(trustOf(same, ScoreAxis::Product).correlation, 0.0);
        QCOMPARE(trustOf(same, ScoreAxis::Product).below, 2u);
    }

    void stopsAndTellsHowFarItIs()
    {
        size_t looked = 0;
        std::vector<double> told;
        RunContext context;
        context.stopRequested = [&] { return looked == 3; };
        context.progress = [&](const Progress &progress) { told.push_back(progress.fraction); };
        const auto look = [&](size_t) {
            ++looked;
            return ScoredImage{};
        };
        QVERIFY_EXCEPTION_THROWN(scoreOverlap(8, look, context), Stopped);
        QCOMPARE(looked, 3u);
        QCOMPARE(told, (std::vector<double>{0, 1.0 / 8, 2.0 / 8}));
    }
};

QTEST_APPLESS_MAIN(ScoreOverlapTest)
#include "tst_score_overlap.moc"
