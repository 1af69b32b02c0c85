// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QRandomGenerator>

#include "tests/widgets/label_test.h"
#include "widgets/labels/label_arithmetic.h"
#include "widgets/labels/tighten.h"

using namespace fcoscope;

namespace {

/// A shape with smooth borders on a ground that is darker on one side, under noise of that deviation.
QImage drawn(const Box &box, bool round, const QColor &shape, const QColor &ground, double noise, quint32 seed)
{
    QImage image(240, 180, QImage::Format_RGB888);
    image.fill(ground);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(shape);
    const QRectF place(box.x1, box.y1, box.width(), box.height());
    round ? painter.drawEllipse(place) : painter.drawRect(place);
    painter.end();
    QRandomGenerator random(seed);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < 3 * image.width(); ++x) {
            double sum = -2;  // of four uniform numbers: nearly normal
            for (int i = 0; i < 4; ++i)
                sum += random.generateDouble();
            sum *= std::sqrt(3.0);
            uchar &value = image.scanLine(y)[x];
            value = static_cast<uchar>(std::clamp(value - x / 24.0 + noise * sum, 0.0, 255.0));
        }
    return image;
}

double meanError(const Box &a, const Box &b)
{
    return (std::abs(a.x1 - b.x1) + std::abs(a.y1 - b.y1) + std::abs(a.x2 - b.x2) + std::abs(a.y2 - b.y2)) / 4;
}

}  // namespace

class TestLabelArithmetic : public QObject {
    Q_OBJECT

    static constexpr Size image{200, 100};

private Q_SLOTS:
    void pastesStayInside()
    {
        const std::vector<Box> boxes{{10, 10, 30, 30}, {150, 40, 190, 90}};
        QCOMPARE(pasted(boxes, {}, image), boxes);
        QCOMPARE(pasted(boxes, {8, 8}, image), (std::vector<Box>{{18, 18, 38, 38}, {158, 48, 198, 98}}));
        QCOMPARE(pasted(boxes, {20, 20}, image), (std::vector<Box>{{20, 20, 40, 40}, {160, 50, 200, 100}}));
        QCOMPARE(pasted(boxes, {}, {160, 60}), (std::vector<Box>{{10, 10, 30, 30}, {150, 40, 160, 60}}));
        QCOMPARE(pasted({{{300, 10, 340, 50}}}, {}, image), (std::vector<Box>{{160, 10, 200, 50}}));
        QVERIFY(pasted({}, {8, 8}, image).empty());
    }

    void duplicatesGoWhereThereIsRoom()
    {
        QCOMPARE(duplicated({{{10, 10, 30, 30}}}, 10, image), (std::vector<Box>{{20, 20, 40, 40}}));
        QCOMPARE(duplicated({{{180, 10, 200, 30}}}, 10, image), (std::vector<Box>{{170, 20, 190, 40}}));
        QCOMPARE(duplicated({{{180, 80, 200, 100}}}, 10, image), (std::vector<Box>{{170, 70, 190, 90}}));
        QCOMPARE(duplicated({{{0, 0, 200, 100}}}, 10, image), (std::vector<Box>{{0, 0, 200, 100}}));
    }

    void aFewLettersMeanAClass()
    {
        const QStringList names{"White blood cell", "WBC", "wbc", "Platelets", "Plate"};
        QCOMPARE(classTyped("WBC", names), 1);
        QCOMPARE(classTyped("wbc", names), 2);
        QCOMPARE(classTyped("Wbc", names), 1);
        QCOMPARE(classTyped("w", names), 0);
        QCOMPARE(classTyped(" plate ", names), 4);
        QCOMPARE(classTyped("plat", names), 3);
        QCOMPARE(classTyped("blood", names), 0);
        QCOMPARE(classTyped("lets", names), 3);
        QCOMPARE(classTyped("x", names), -1);
        QCOMPARE(classTyped("", names), -1);
    }

    void sidesGoToTheEdgesOfShapes_data()
    {
        QTest::addColumn<bool>("round");
        QTest::addColumn<QColor>("shape");
        QTest::addColumn<double>("noise");
        for (const bool round : {false, true})
            for (const double noise : {0.0, 8.0, 16.0}) {
                QTest::addRow("%s, dark, noise %g", round ? "ellipse" : "rectangle", noise)
                    << round << QColor(90, 60, 110) << noise;
                QTest::addRow("%s, of the ground's brightness, noise %g", round ? "ellipse" : "rectangle", noise)
                    << round << QColor(230, 140, 170) << noise;
            }
    }
    void sidesGoToTheEdgesOfShapes()
    {
        QFETCH(bool, round);
        QFETCH(QColor, shape);
        QFETCH(double, noise);
        QRandomGenerator random(7);
        double before = 0, after = 0;
        constexpr int count = 20;
        for (int i = 0; i < count; ++i) {
            const auto about = [&](double middle, double spread) {
                return middle + spread * (2 * random.generateDouble() - 1);
            };
            const Box truth{about(60, 8), about(50, 8), about(160, 20), about(120, 15)};
            const Box quick{about(truth.x1, 6), about(truth.y1, 6), about(truth.x2, 6), about(truth.y2, 6)};
            const QImage picture = drawn(truth, round, shape, QColor(190, 180, 175), noise, 100u + unsigned(i));
            const Box tight = tightened(picture, quick);
            QCOMPARE(tightened(picture, quick), tight);
            before += meanError(quick, truth) / count;
            after += meanError(tight, truth) / count;
        }
        qInfo("mean error of a side: %.2f px before, %.2f px after", before, after);
        QVERIFY(before > 2);
        QVERIFY(after < 1);
    }

    void withoutAnEdgeNothingMoves()
    {
        const Box box{40.3, 30.2, 90.9, 80.1};
        QCOMPARE(tightened(plain(200, 100, QColor(120, 130, 140)), box), box);
        QCOMPARE(tightened(drawn({0, 0, 0.1, 0.1}, false, Qt::gray, QColor(150, 150, 150), 10, 3), box), box);
        QCOMPARE(tightened(QImage(), box), box);
        QCOMPARE(tightened(plain(3, 2, Qt::red), {0, 0, 3, 2}), (Box{0, 0, 3, 2}));
        QCOMPARE(tightened(plain(1, 1, Qt::red), {0, 0, 1, 1}), (Box{0, 0, 1, 1}));
        const double nan = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(std::isnan(tightened(plain(30, 20, Qt::red), {nan, 0, 3, 2}).x1));
    }

    /// Two edges: the near one is not taken for the far one, and no side goes beyond its reach.
    void noSideGoesBeyondItsReach()
    {
        QImage picture = plain(200, 100, QColor(180, 180, 180));
        QPainter painter(&picture);
        painter.fillRect(60, 30, 60, 40, QColor(60, 60, 60));
        painter.end();
        QVERIFY(near(tightened(picture, {57, 28, 122, 73}, 5), {60, 30, 120, 70}, 0.05));
        QVERIFY(near(tightened(picture, {50, 28, 122, 73}, 5), {50, 30, 120, 70}, 0.05));
        QVERIFY(near(tightened(picture, {50, 28, 122, 73}, 11), {60, 30, 120, 70}, 0.05));
    }
};

QTEST_APPLESS_MAIN(TestLabelArithmetic)
#include "tst_label_arithmetic.moc"
