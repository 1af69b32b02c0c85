// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a lens, as pixels: marks at their places, shapes that differ, and pictures for hard cases.
#include <QElapsedTimer>
#include <QPicture>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "tests/pace.h"
#include "tests/widgets/lens_test.h"
#include "widgets/label_colours.h"
#include "widgets/level_place.h"

using namespace fcoscope;

namespace {

const std::vector<LayerKind> markKinds{LayerKind::Labels, LayerKind::Assignment, LayerKind::Ambiguity,
                                       LayerKind::Regression, LayerKind::StrideGrid};

std::vector<Layer> allMarks()
{
    std::vector<Layer> layers;
    for (const LayerKind kind : markKinds)
        layers.push_back(visibleLayer(kind));
    layers.push_back(visibleLayer(LayerKind::CenternessTarget));
    return layers;
}

QPoint placeOf(const AssignedImage &assigned, const View &view, int level, int location)
{
    const QPointF at = LevelPlace(assigned.levels[static_cast<size_t>(level)], assigned.transform, view).at(location);
    return {static_cast<int>(std::floor(at.x())), static_cast<int>(std::floor(at.y()))};
}

QImage patch(const QImage &screen, QPoint centre, int half)
{
    return screen.copy(centre.x() - half, centre.y() - half, 2 * half + 1, 2 * half + 1);
}

/// What a network says that finds boxes of 10 px to each side everywhere.
RawOutputsPtr outputsFor(const AssignedImage &assigned, float distance)
{
    auto raw = std::make_shared<RawOutputs>();
    raw->transform = assigned.transform;
    raw->classNames = {"cell", "dot"};
    for (const Level &level : assigned.levels) {
        const auto filled = [&](int channels, float value) {
            return Grid{channels, level.height, level.width,
                        std::vector<float>(static_cast<size_t>(channels * level.locations()), value)};
        };
        raw->levels.push_back({filled(2, -1), filled(1, 0), filled(4, distance)});
    }
    return raw;
}

}  // namespace

class TestLayerPainter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void dotsHaveTheirLabelsColour_data()
    {
        QTest::addColumn<double>("zoom");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<int>("level");
        for (const double zoom : {0.5, 1.0, 4.0})
            for (const double ratio : {1.0, 2.0})
                for (const int level : {-1, 0, 1})
                    QTest::addRow("zoom %g, ratio %g, level %d", zoom, ratio, level) << zoom << ratio << level;
    }
    void dotsHaveTheirLabelsColour()
    {
        QFETCH(double, zoom);
        QFETCH(double, ratio);
        QFETCH(int, level);
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({20, 20, 100, 90}), labelAt({150, 60, 260, 190}, 1)});
        const std::vector<QColor> colours = labelColours(assigned->labels);
        QVERIFY(colours[0] != colours[1]);
        const View view = viewOf(size, zoom, ratio);
        const QImage screen = painted(frameOf(assigned, {visibleLayer(LayerKind::Assignment, level)}), view);
        int seen = 0;
        for (const Positive &positive : assigned->assignment.positives) {
            const QPoint at = placeOf(*assigned, view, positive.level, positive.location);
            const QColor colour = colours[static_cast<size_t>(positive.box)];
            if (level >= 0 && positive.level != level) {
                QVERIFY(screen.pixelColor(at) != colour);
                continue;
            }
            QCOMPARE(screen.pixelColor(at).name(), colour.name());
            ++seen;
        }
        QVERIFY(seen > 30);
    }

    // Rings say the level, without colour.
    void aCoarserLevelHasMoreRings()
    {
        const Size size{512, 512};
        const auto assigned = assignedTo(size, {labelAt({30, 30, 110, 110}), labelAt({150, 150, 470, 470})});
        const View view = viewOf(size, 2);
        const QImage screen = painted(frameOf(assigned, {visibleLayer(LayerKind::Assignment)}), view);
        std::vector<int> changes(assigned->levels.size(), -1);
        for (const Positive &positive : assigned->assignment.positives) {
            const QPoint at = placeOf(*assigned, view, positive.level, positive.location);
            int found = 0;  // times that the label's colour begins on the way to the left
            QRgb former = 0;
            const QRgb colour = labelColours(assigned->labels)[static_cast<size_t>(positive.box)].rgb();
            for (int x = at.x(); x > std::max(0, at.x() - 16); --x) {
                const QColor here = screen.pixelColor(x, at.y());
                const bool alike =
                    std::abs(here.red() - qRed(colour)) < 40 && std::abs(here.blue() - qBlue(colour)) < 40;
                found += alike && !former;
                former = alike;
            }
            int &level = changes[static_cast<size_t>(positive.level)];
            level = level < 0 ? found : std::min(level, found);
        }
        QCOMPARE(changes[0], 1);
        QVERIFY2(changes[2] > changes[0], qPrintable(QString::number(changes[2])));
    }

    void locationsThatLearnNothingDifferInShape()
    {
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({40, 40, 250, 200})}, profileFor(size, "ad"));
        const LensFrame frame = frameOf(assigned, {visibleLayer(LayerKind::Assignment, 0)});
        const View view = viewOf(size, 4);
        const QImage screen = painted(frame, view);
        std::map<Verdict, QImage> looks;
        for (int i = 0; i < assigned->levels[0].locations(); ++i) {
            const Verdict verdict = frame.verdicts[0][static_cast<size_t>(i)];
            if (!looks.contains(verdict))
                looks[verdict] = patch(screen, placeOf(*assigned, view, 0, i), 8);
        }
        // Level 0 is too fine for this box: none is positive.
        QVERIFY(looks.contains(Verdict::OutsideBox) && looks.contains(Verdict::OutsideCenterRegion) &&
                looks.contains(Verdict::OutsideRange));
        QVERIFY(touched(looks[Verdict::OutsideBox], 8, 8));
        QVERIFY(touched(looks[Verdict::OutsideCenterRegion], 8, 8));
        QVERIFY(!touched(looks[Verdict::OutsideRange], 8, 8));  // an open circle
        QVERIFY(touchedIn(looks[Verdict::OutsideRange]).pixels > 8);
        const int point = touchedIn(looks[Verdict::OutsideBox]).pixels;
        QVERIFY(touchedIn(looks[Verdict::OutsideCenterRegion]).pixels > point);
        QVERIFY(looks[Verdict::OutsideCenterRegion] != looks[Verdict::OutsideRange]);
    }

    void aLoneDotIsNeverLeftOut()
    {
        const Size size{4000, 3000};
        const auto assigned = assignedTo(size, {labelAt({2001, 1501, 2015, 1513})});
        QVERIFY(assigned->assignment.positives.size() >= 1);
        const View view = viewOf(size, 0.05);
        const QImage screen = painted(frameOf(assigned, {visibleLayer(LayerKind::Assignment)}), view);
        const QPoint at = placeOf(*assigned, view, 0, assigned->assignment.positives[0].location);
        QVERIFY(count(screen, QRect(at - QPoint(2, 2), QSize(5, 5)), labelColours(assigned->labels)[0]) > 0);
    }

    void ambiguousMarksTellClassesApartByShape()
    {
        const Size size{320, 256};
        // The smaller box lies in the larger one: whatever both claim is ambiguous.
        const auto shares = [&](int otherClass, Box second) {
            const auto assigned = assignedTo(size, {labelAt({40, 40, 90, 90}, 0), labelAt(second, otherClass)});
            const LensFrame frame = frameOf(assigned, {visibleLayer(LayerKind::Ambiguity, 0)});
            const View view = viewOf(size, 8);
            const QImage screen = painted(frame, view);
            const ClaimedLocation &at = frame.ambiguous.front();
            const QImage look = patch(screen, placeOf(*assigned, view, at.at.level, at.at.location), 20);
            const std::vector<QColor> colours = labelColours(assigned->labels);
            if (!at.tie && look.pixelColor(20, 20) != colours[static_cast<size_t>(at.winner)])
                return std::pair(-1.0, look);
            if (count(look, colours[static_cast<size_t>(1 - at.winner)]) == 0)
                return std::pair(-2.0, look);
            const Touched all = touchedIn(look);
            return std::pair(double(all.pixels) / (all.box.width() * all.box.height()), look);
        };
        const auto [round, roundLook] = shares(0, {40, 40, 91, 91});
        const auto [diamond, diamondLook] = shares(1, {40, 40, 91, 91});
        QVERIFY2(round > 0.7 && round < 0.9, qPrintable(QString::number(round)));
        QVERIFY2(diamond > 0.4 && diamond < 0.62, qPrintable(QString::number(diamond)));
        const auto [tie, tieLook] = shares(0, {40, 40, 90, 90});
        QVERIFY(tie > 0.7);
        QVERIFY(tieLook != roundLook);  // "=" in it
    }

    void labelsAreDashedOutlines()
    {
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({40, 40, 240, 200})});
        const QColor colour = labelColours(assigned->labels)[0];
        const QImage screen = painted(frameOf(assigned, {visibleLayer(LayerKind::Labels)}), viewOf(size));
        const int upper = count(screen, QRect(40, 40, 200, 1), colour);
        QVERIFY2(upper > 70 && upper < 130, qPrintable(QString::number(upper)));
        QCOMPARE(touchedIn(screen, QRect(60, 60, 160, 120)).pixels, 0);
        QVERIFY(touchedIn(painted(frameOf(assigned, {visibleLayer(LayerKind::Labels)}), viewOf(size), true),
                          QRect(43, 43, 60, 30))
                    .pixels > 100);  // its name
    }

    void gridLinesLieBetweenCells()
    {
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({40, 40, 240, 200})});
        const LensFrame frame = frameOf(assigned, {visibleLayer(LayerKind::StrideGrid, 1)});  // stride 16
        const QImage screen = painted(frame, viewOf(size));
        for (int x = 16; x < 320; x += 16) {
            QVERIFY(touched(screen, x, 8) && touched(screen, x - 1, 8));
            QVERIFY(!touched(screen, x + 8, 8));
            QVERIFY(qGray(screen.pixel(x, 8)) > qGray(ground.rgb()) &&
                    qGray(screen.pixel(x - 1, 8)) < qGray(ground.rgb()));
        }
        for (int y = 16; y < 256; y += 16)
            QVERIFY(touched(screen, 8, y) && touched(screen, 8, y - 1) && !touched(screen, 8, y + 7));
        // Cells of two pixels would be a grey sheet.
        QCOMPARE(touchedIn(painted(frame, viewOf(size, 0.125))).pixels, 0);
    }

    void regressionReachesTheSidesOfTheBox()
    {
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({40, 40, 240, 200})});
        const LensFrame frame = frameOf(assigned, {visibleLayer(LayerKind::Regression)}, outputsFor(*assigned, 24));
        const Positive &positive = assigned->assignment.positives.front();
        const View view = viewOf(size, 2);
        QImage screen(view.screen(), QImage::Format_ARGB32_Premultiplied);
        screen.fill(ground);
        QPainter painter(&screen);
        paintLocation(painter, view, frame, {positive.level, positive.location}, {}, true);
        painter.end();
        const QColor colour = labelColours(assigned->labels)[0];
        QVERIFY(count(screen, QRect(80, 80, 2, 320), colour) > 200);   // left side of the target, solid
        QVERIFY(count(screen, QRect(478, 80, 2, 320), colour) > 200);  // right side
        const QPoint at = placeOf(*assigned, view, positive.level, positive.location);
        const int white = count(screen, QRect(at - QPoint(50, 50), QSize(100, 100)), QColor(250, 250, 252));
        QVERIFY(white > 60);  // the predicted box, 24 px to each side, dashed
        // Nothing is drawn of what is no location, and a network may say anything.
        const QImage before = screen;
        QPainter again(&screen);
        paintLocation(again, view, frame, {9, 0}, {}, false);
        paintLocation(again, view, frame, {0, 1 << 28}, {}, false);
        again.end();
        QCOMPARE(screen, before);
        for (const float said :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30f}) {
            const LensFrame odd = frameOf(assigned, {visibleLayer(LayerKind::Regression)}, outputsFor(*assigned, said));
            QVERIFY(touchedIn(painted(odd, view)).pixels > 0);
        }
    }

    // A mirrored, cropped training sample: marks where the network saw them, and the border of what it saw.
    void aTrainingSampleLiesWhereItWasCut()
    {
        const Size size{320, 256};
        ImageTransform transform;
        transform.imageSize = size;
        transform.crop = {100, 40, 260, 168};
        transform.mirroredX = true;
        transform.scaleX = transform.scaleY = 2;
        transform.contentSize = {320, 256};
        const auto assigned = std::make_shared<AssignedImage>(
            assignSample("a", {labelAt({20, 30, 110, 100})}, transform, {320, 256}, profileFor(size)));
        QCOMPARE(assigned->labels[0].box, (Box{205, 55, 250, 90}));
        const View view = viewOf(size, 4);
        const QImage screen = painted(frameOf(assigned, {visibleLayer(LayerKind::Assignment)}), view);
        const QColor colour = labelColours(assigned->labels)[0];
        for (const Positive &positive : assigned->assignment.positives) {
            const QPoint at = placeOf(*assigned, view, positive.level, positive.location);
            QVERIFY(QRect(205 * 4, 55 * 4, 45 * 4, 35 * 4).contains(at));
            QCOMPARE(screen.pixelColor(at).name(), colour.name());
        }
        const QColor border(30, 33, 38);
        QVERIFY(count(screen, QRect(400, 160, 640, 1), border) > 250);
        QVERIFY(count(screen, QRect(400, 160, 1, 512), border) > 200);
        QVERIFY(count(screen, QRect(1039, 160, 1, 512), border) > 200);
    }

    // On paper the same, as paths.
    void paperShowsTheSame()
    {
        const Size size{320, 256};
        const auto assigned = assignedTo(size, {labelAt({20, 20, 100, 90}), labelAt({150, 60, 260, 190}, 1)});
        const LensFrame frame = frameOf(assigned, allMarks());
        const View view = viewOf(size, 2);
        QPicture paper;
        QPainter onPaper(&paper);
        LensStyle style;
        style.names = false;
        paintLens(onPaper, view, frame, style);
        onPaper.end();
        QImage screen(view.screen(), QImage::Format_ARGB32_Premultiplied);
        screen.fill(ground);
        QPainter painter(&screen);
        painter.drawPicture(0, 0, paper);
        painter.end();
        const QImage stamped = painted(frame, view);
        int alike = 0;
        for (int y = 0; y < screen.height(); ++y)
            for (int x = 0; x < screen.width(); ++x)
                alike += std::abs(qGray(screen.pixel(x, y)) - qGray(stamped.pixel(x, y))) < 24;
        QVERIFY2(alike > 0.97 * screen.width() * screen.height(), qPrintable(QString::number(alike)));
        QVERIFY(touchedIn(screen).pixels > 10000);
    }

    void nothingToShowPaintsNothing()
    {
        const Size size{320, 256};
        QCOMPARE(touchedIn(painted(LensFrame{}, viewOf(size))).pixels, 0);
        LensFrame without = frameOf(nullptr, allMarks());
        QCOMPARE(touchedIn(painted(without, viewOf(size))).pixels, 0);
        without.raw = std::make_shared<RawOutputs>();
        QCOMPARE(touchedIn(painted(without, viewOf(size))).pixels, 0);
        LensFrame missing = frameOf(assignedTo(size, {labelAt({40, 40, 240, 200})}), allMarks());
        for (LayerView &view : missing.layers)
            view.missing = message("core", "Nothing.");
        QCOMPARE(touchedIn(painted(missing, viewOf(size))).pixels, 0);
        View none = viewOf(size);
        none.widget = {0, 0};
        QImage one(1, 1, QImage::Format_ARGB32_Premultiplied);
        QPainter painter(&one);
        paintLens(painter, none, frameOf(assignedTo(size, {labelAt({40, 40, 240, 200})}), allMarks()), {});
    }

    void anImageSmallerThanOneStride()
    {
        const Size size{5, 3};
        const auto assigned = assignedTo(size, {labelAt({0, 0, 5, 3})});
        for (const double zoom : {0.1, 1.0, 64.0}) {
            const View view = viewOf(size, zoom);
            if (view.screen().isEmpty())
                continue;
            const QImage screen = painted(frameOf(assigned, allMarks()), view, true);
            QVERIFY(zoom < 1 || touchedIn(screen).pixels > 0);
        }
    }

    void twentyThousandBoxes()
    {
        const Size size{1333, 800};
        Random random(3, 0);
        std::vector<Label> labels;
        for (int i = 0; i < 20000; ++i) {
            const double x = random.uniform(0, 1300), y = random.uniform(0, 780), w = random.uniform(4, 40);
            labels.push_back(labelAt({x, y, x + w, y + w}, i % 2));
        }
        const auto assigned = assignedTo(size, labels);
        const LensFrame frame = frameOf(assigned, allMarks());
        const View view = viewOf(size);
        painted(frame, view, true);
        QElapsedTimer timer;
        timer.start();
        const QImage screen = painted(frame, view, true);
        const qint64 ms = timer.elapsed();
        QVERIFY2(ms < 1500 * slower, qPrintable(QString("%1 ms").arg(ms)));
        QVERIFY(touchedIn(screen).pixels > 500000);
    }
};

QTEST_MAIN(TestLayerPainter)
#include "tst_layer_painter.moc"
