// SPDX-License-Identifier: GPL-3.0-or-later
// Heat maps as pixels: each cell at its place, in the colour of its value, through every transform.
#include <cmath>
#include <limits>

#include "tests/widgets/lens_test.h"
#include "widgets/heat_painter.h"

using namespace fcoscope;

namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

/// No values yet, on the levels of an image that goes into the network as it is.
LocationMap emptyMap(Size size)
{
    const AssignedImagePtr assigned = assignedTo(size, {});
    LocationMap map{assigned->transform, assigned->levels, {}, 0, 1, false};
    for (const Level &level : map.levels)
        map.values.emplace_back(static_cast<size_t>(level.locations()), none);
    return map;
}

LensFrame frameOf(LocationMap map, int level = -1)
{
    LensFrame frame;
    frame.layers.push_back(heatOf(std::move(map), level));
    return frame;
}

QColor colourOf(const LocationMap &map, double value)
{
    return heatColour(map, ColourScale::Uniform, placeOnScale(map, value));
}

size_t locationOf(const LocationMap &map, size_t level, int column, int row)
{
    return static_cast<size_t>(row * map.levels[level].width + column);
}

}  // namespace

class TestHeatPainter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void onlyTheCellIsFilled_data()
    {
        QTest::addColumn<double>("zoom");
        for (const double zoom : {0.5, 1.0, 1.37, 4.0})
            QTest::addRow("%g", zoom) << zoom;
    }
    void onlyTheCellIsFilled()
    {
        QFETCH(double, zoom);
        const Size size{320, 256};
        LocationMap map = emptyMap(size);
        map.values[1][locationOf(map, 1, 3, 5)] = 0.6f;  // stride 16: x 48 … 64, y 80 … 96
        const QImage screen = painted(frameOf(map), viewOf(size, zoom));
        const QRect cell(QPoint(qRound(48 * zoom), qRound(80 * zoom)),
                         QPoint(qRound(64 * zoom) - 1, qRound(96 * zoom) - 1));
        const Touched all = touchedIn(screen);
        QCOMPARE(all.box, cell);
        QCOMPARE(all.pixels, cell.width() * cell.height());
        QCOMPARE(screen.pixelColor(cell.center()).name(), colourOf(map, 0.6f).name());
        QCOMPARE(touchedIn(painted(frameOf(map, 0), viewOf(size, zoom))).pixels, 0);  // another level
        QCOMPARE(touchedIn(painted(frameOf(map, 1), viewOf(size, zoom))).pixels, all.pixels);
        QCOMPARE(touchedIn(painted(frameOf(map, 7), viewOf(size, zoom))).pixels, 0);  // no level at all
    }

    void theLargestOfAllLevels()
    {
        const Size size{320, 256};
        LocationMap map = emptyMap(size);
        map.values[0][locationOf(map, 0, 2, 2)] = 0.9f;  // 16 … 24
        map.values[0][locationOf(map, 0, 3, 2)] = 0.1f;  // 24 … 32
        map.values[1][locationOf(map, 1, 1, 1)] = 0.5f;  // 16 … 32
        const QImage screen = painted(frameOf(map), viewOf(size));
        QCOMPARE(screen.pixelColor(20, 20).name(), colourOf(map, 0.9f).name());
        QCOMPARE(screen.pixelColor(28, 20).name(), colourOf(map, 0.5f).name());
        QCOMPARE(screen.pixelColor(20, 28).name(), colourOf(map, 0.5f).name());
    }

    void ofDifferencesTheOneFarthestFromNone()
    {
        const Size size{320, 256};
        LocationMap map = emptyMap(size);
        map.diverging = true;
        map.low = -1;
        map.values[0][locationOf(map, 0, 2, 2)] = -0.8f;
        map.values[1][locationOf(map, 1, 1, 1)] = 0.5f;
        const QImage screen = painted(frameOf(map), viewOf(size));
        const QColor below = screen.pixelColor(20, 20), above = screen.pixelColor(28, 28);
        QCOMPARE(below.name(), colourOf(map, -0.8f).name());
        QVERIFY(below.blue() > below.red() && above.red() > above.blue());
    }

    void cropAndMirrorPutCellsWhereTheNetworkSawThem()
    {
        const Size size{320, 256};
        ImageTransform transform;
        transform.imageSize = size;
        transform.crop = {100, 40, 260, 168};
        transform.scaleX = transform.scaleY = 2;
        transform.contentSize = transform.paddedSize = {320, 256};
        for (const bool mirrored : {false, true}) {
            LocationMap map = emptyMap(size);
            map.transform = transform;
            map.transform.mirroredX = mirrored;
            map.values[1][locationOf(map, 1, 3, 5)] = 1;  // network x 48 … 64, y 80 … 96
            const Touched all = touchedIn(painted(frameOf(map), viewOf(size)));
            QCOMPARE(all.box, mirrored ? QRect(260 - 32, 80, 8, 8) : QRect(124, 80, 8, 8));
            QCOMPARE(all.pixels, 64);
        }
    }

    void opacityMixesWithThePicture()
    {
        const Size size{320, 256};
        LocationMap map = emptyMap(size);
        map.values[1][0] = 1;
        LensFrame frame = frameOf(map);
        frame.layers[0].layer.opacity = 0.5;
        const QColor mixed = painted(frame, viewOf(size)).pixelColor(4, 4), full = colourOf(map, 1);
        QVERIFY(std::abs(mixed.red() - (full.red() + ground.red()) / 2) <= 2);
        QVERIFY(std::abs(mixed.blue() - (full.blue() + ground.blue()) / 2) <= 2);
        frame.layers[0].layer.opacity = 0;
        QCOMPARE(touchedIn(painted(frame, viewOf(size))).pixels, 0);
    }

    void valuesBeyondTheScaleAndScalesWithoutLength()
    {
        const Size size{320, 256};
        LocationMap map = emptyMap(size);
        map.values[1][0] = std::numeric_limits<float>::infinity();
        map.values[1][1] = -std::numeric_limits<float>::infinity();
        QImage screen = painted(frameOf(map), viewOf(size));
        QCOMPARE(screen.pixelColor(4, 4).name(), colourOf(map, 1).name());
        QCOMPARE(screen.pixelColor(20, 4).name(), colourOf(map, 0).name());
        map.low = map.high = 3;
        QVERIFY(touched(painted(frameOf(map), viewOf(size)), 4, 4));
        map.values.clear();
        QCOMPARE(touchedIn(painted(frameOf(map), viewOf(size))).pixels, 0);
        map.values.assign(map.levels.size(), {});  // fewer values than locations
        QCOMPARE(touchedIn(painted(frameOf(map), viewOf(size))).pixels, 0);
    }
};

QTEST_MAIN(TestHeatPainter)
#include "tst_heat_painter.moc"
