// SPDX-License-Identifier: GPL-3.0-or-later
// The legend: what it says of a frame, that it has room for it, and the values it reads at a point.
#include <limits>

#include "tests/widgets/lens_test.h"
#include "widgets/heat_painter.h"
#include "widgets/legend.h"

using namespace fcoscope;

namespace {

constexpr Size size{320, 256};

LensFrame labelled(const std::vector<Layer> &layers)
{
    return frameOf(assignedTo(size, {labelAt({40, 40, 90, 90}, 0), labelAt({40, 40, 91, 91}, 1)}), layers);
}

QImage legendOf(const LensFrame &frame, const QPalette &palette, double width, double unit = 1)
{
    LegendStyle style = legendStyle(QFont(), palette);
    style.unit = unit;
    const QSizeF room = legendSize(frame, style, width);
    QImage image(static_cast<int>(width) + 20, static_cast<int>(std::ceil(room.height())) + 20,
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(palette.color(QPalette::Window));
    QPainter painter(&image);
    paintLegend(painter, QRectF(10, 10, room.width(), room.height()), frame, style);
    return image;
}

LensFrame withHeat(float low, float high, bool diverging)
{
    LensFrame frame = labelled({});
    LocationMap map = centernessTarget(*frame.assigned);
    map.low = low;
    map.high = high;
    map.diverging = diverging;
    LayerView view = heatOf(map);
    view.layer.kind = LayerKind::CenternessTarget;
    frame.layers.push_back(view);
    return frame;
}

}  // namespace

class TestLegend : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }

    void everyKindHasWordsThatFit_data()
    {
        QTest::addColumn<int>("kind");
        for (const Layer &layer : standardLayers())
            QTest::newRow(nameOf(layer.kind)) << static_cast<int>(layer.kind);
    }
    void everyKindHasWordsThatFit()
    {
        QFETCH(int, kind);
        const LensFrame frame = labelled({visibleLayer(static_cast<LayerKind>(kind))});
        for (const QPalette &palette : {lightPalette(), darkPalette()})
            for (const double width : {140.0, 260.0})
                for (const double unit : {1.0, 2.0}) {
                    const QImage image = legendOf(frame, palette, width * unit, unit);
                    const QColor window = palette.color(QPalette::Window);
                    const int drawn = image.width() * image.height() - count(image, window);
                    QVERIFY2(drawn > 150, qPrintable(QString::number(drawn)));
                    // Nothing leaves the place it was given.
                    const QRect inner = image.rect().adjusted(9, 9, -9, -9);
                    QCOMPARE(count(image, inner, window) +
                                 (image.width() * image.height() - inner.width() * inner.height()),
                             count(image, window));
                }
    }

    void aMissingLayerSaysWhy()
    {
        const LensFrame with = labelled({visibleLayer(LayerKind::Score)});
        QVERIFY(!with.layers[0].missing.text.empty());
        LensFrame without = with;
        without.layers[0].missing = {};
        QVERIFY(legendOf(with, lightPalette(), 200) != legendOf(without, lightPalette(), 200));
        QCOMPARE(legendSize(LensFrame{}, legendStyle(QFont(), lightPalette()), 200).height(), 0.0);
    }

    void theBarRunsFromEndToEnd()
    {
        const LensFrame frame = withHeat(0, 1, false);
        const LocationMap &map = frame.layers[0].map;
        const QImage image = legendOf(frame, lightPalette(), 200);
        const auto nearest = [&](double place) {  // how near the colour of that place comes at its place in the bar
            const QColor colour = heatColour(map, ColourScale::Uniform, place);
            int best = 1000;
            for (int y = 0; y < image.height(); ++y) {
                const QColor here = image.pixelColor(10 + qRound(1.5 + place * 197), y);
                best = std::min(best, std::abs(here.red() - colour.red()) + std::abs(here.green() - colour.green()) +
                                          std::abs(here.blue() - colour.blue()));
            }
            return best;
        };
        for (const double place : {0.1, 0.35, 0.5, 0.77, 0.95})
            QVERIFY2(nearest(place) < 16, qPrintable(QString("%1: %2").arg(place).arg(nearest(place))));
        QVERIFY(legendOf(withHeat(0, 1, false), lightPalette(), 200) !=
                legendOf(withHeat(0, 7, false), lightPalette(), 200));
        const ScaleEnds ends = scaleEnds(withHeat(-0.2f, 0.7f, true).layers[0].map);
        QCOMPARE(float(ends.low), -0.7f);
        QCOMPARE(float(ends.high), 0.7f);
    }

    void titlesNameWhatIsShown()
    {
        LensFrame frame = labelled({});
        QCOMPARE(layerTitle(visibleLayer(LayerKind::Assignment), frame), QString("Assignment"));
        QCOMPARE(layerTitle(visibleLayer(LayerKind::Assignment, 1), frame), QString("Assignment, P4"));
        Layer score = visibleLayer(LayerKind::Score, 2);
        score.classIndex = 1;
        auto raw = std::make_shared<RawOutputs>();
        raw->classNames = {"cell", "dot"};
        frame.raw = raw;
        QCOMPARE(layerTitle(score, frame), QString("Score, P5, dot"));
        score.classIndex = 40;
        QCOMPARE(layerTitle(score, frame), QString("Score, P5, 40"));
        Layer features = visibleLayer(LayerKind::Activation);
        features.features = "C4";
        features.channel = 7;
        QVERIFY(layerTitle(features, frame).endsWith("C4, channel 7"));
    }

    void valuesAtAPoint()
    {
        const LensFrame frame = withHeat(0, 1, false);
        const Positive &positive = frame.assigned->assignment.positives.front();
        const Level &level = frame.assigned->levels[static_cast<size_t>(positive.level)];
        const int column = positive.location % level.width, row = positive.location / level.width;
        const QString words = describeValues(frame, QPointF(level.x(column), level.y(row)));
        QVERIFY2(words.contains(QLocale().toString(positive.centerness, 'g', 4)), qPrintable(words));
        QVERIFY2(words.contains(QString("P3, column %1, row %2").arg(column).arg(row)), qPrintable(words));
        QCOMPARE(describeValues(frame, {310, 250}), QString());   // no value there
        QCOMPARE(describeValues(frame, {-50, 9000}), QString());  // no location at all
        QCOMPARE(describeValues(LensFrame{}, {5, 5}), QString());
        QCOMPARE(scaleNumber(-1e-9), QString("0"));
    }
};

QTEST_MAIN(TestLegend)
#include "tst_legend.moc"
