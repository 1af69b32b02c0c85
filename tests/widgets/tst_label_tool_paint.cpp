// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>

#include "tests/widgets/label_test.h"
#include "tests/widgets/lens_test.h"
#include "widgets/labels/label_painter.h"

using namespace fcoscope;

class TestLabelToolPaint : public QObject, LabelsOnCanvas {
    Q_OBJECT

    LabelTool tool_;
    int looks_ = 0;
    View view_ = viewOf({200, 160}, 2);

    QImage painted()
    {
        QImage screen(view_.screen(), QImage::Format_RGB32);
        screen.fill(ground);
        QPainter painter(&screen);
        tool_.paint(painter, view_);
        painter.end();
        if (qEnvironmentVariableIsSet("LOOK"))
            screen.save(QStringLiteral("/tmp/look_%1_%2.png")
                            .arg(QString::fromLatin1(QTest::currentTestFunction()))
                            .arg(++looks_));
        return screen;
    }
    static int bright(const QImage &image, const QRect &part)
    {
        int found = 0;
        for (int y = part.top(); y <= part.bottom(); ++y)
            for (int x = part.left(); x <= part.right(); ++x)
                found += image.pixelColor(x, y).lightness() > 200;
        return found;
    }
    static QColor colour(int classIndex) { return cellClasses()[static_cast<size_t>(classIndex)].colour; }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        view_ = viewOf({200, 160}, 2);
        tool_.setDrawing(false);
        tool_.leave();
        tool_.setTagsShown(false);
        tool_.setClasses(cellClasses());
        tool_.setBoxes("a.png", {canvasBox(1, {20, 20, 100, 80}, 0), canvasBox(2, {120, 20, 180, 80}, 1)}, {200, 160});
        tool_.select({});
    }

    void boxesAreFramesInTheirClassesColours()
    {
        const QImage image = painted();
        QCOMPARE(image.pixelColor(40, 100), colour(0));
        QCOMPARE(image.pixelColor(100, 40), colour(0));
        QCOMPARE(image.pixelColor(240, 100), colour(1));
        QCOMPARE(image.pixelColor(100, 100), ground);
        tool_.setClasses({{"RBC", Qt::red}});
        QCOMPARE(painted().pixelColor(40, 100), QColor(Qt::red));
        QCOMPARE(painted().pixelColor(240, 100), classColor(1));  // one without a colour has the palette's
    }

    void handlesArePainted_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1") << 1.0;
        QTest::newRow("1.5") << 1.5;
        QTest::newRow("2") << 2.0;
    }
    void handlesArePainted()
    {
        QFETCH(double, ratio);
        view_ = viewOf({200, 160}, 2, ratio);
        const auto white = [&](const QImage &image) {
            int found = 0;
            for (const QPoint &handle : {QPoint(40, 40), QPoint(120, 40), QPoint(200, 40), QPoint(40, 100),
                                         QPoint(200, 100), QPoint(40, 160), QPoint(120, 160), QPoint(200, 160)})
                found += image.pixelColor(handle + QPoint(2, 2)) == QColor(Qt::white);
            return found;
        };
        QCOMPARE(white(painted()), 0);
        tool_.select({1});
        QCOMPARE(white(painted()), 8);
        QCOMPARE(painted().pixelColor(120, 100), ground);
        QVERIFY(count(painted(), QRect(60, 36, 40, 8), colour(0)) >= 40 * ratio);
        tool_.select({1, 2});
        QCOMPARE(white(painted()), 0);  // a white line stands round each, no squares on it
        QCOMPARE(painted().pixelColor(40 - 1, 100), QColor(Qt::white));
        QCOMPARE(painted().pixelColor(240 - 1, 100), QColor(Qt::white));
    }

    void hiddenOnesAreNotPainted()
    {
        std::vector<CanvasBox> boxes = tool_.boxes();
        boxes[0].hidden = true;
        tool_.setBoxes("a.png", boxes, {200, 160});
        QCOMPARE(count(painted(), colour(0)), 0);
        QVERIFY(count(painted(), colour(1)) > 200);
    }

    void namesStandWhereTheyFit()
    {
        const QImage without = painted();
        tool_.setTagsShown(true);
        const QImage with = painted();
        QVERIFY(count(with, QRect(42, 42, 80, 20), colour(0)) > 100);
        QCOMPARE(count(without, QRect(44, 44, 80, 20), colour(0)), 0);
        tool_.setBoxes("a.png", {canvasBox(1, {20, 20, 26, 80}, 0)}, {200, 160});
        const QImage narrow = painted();
        tool_.setTagsShown(false);
        QCOMPARE(narrow, painted());
    }

    void whatIsSpecialSaysSo()
    {
        CanvasBox box = canvasBox(1, {0, 0, 9, 9}, 2);
        QCOMPARE(labelText(box, cellClasses()), QStringLiteral("Platelets"));
        box.score = 0.934f;
        box.label.difficult = true;
        QCOMPARE(labelText(box, cellClasses()), QStringLiteral("Platelets 0.93 (difficult)"));
        box.label.crowd = true;
        box.label.classIndex = 7;
        QCOMPARE(labelText(box, cellClasses()), QStringLiteral("7 0.93 (crowd) (difficult)"));
    }

    /// A sign in the corner and, where no location can learn it, a broken line.
    void lockedAndUnlearnableOnesHaveSigns()
    {
        const QImage plainly = painted();
        std::vector<CanvasBox> boxes = tool_.boxes();
        boxes[0].locked = true;
        tool_.setBoxes("a.png", boxes, {200, 160});
        const QImage locked = painted();
        const QRect corner(180, 42, 18, 18);
        QVERIFY(bright(locked, corner) > 10);
        QCOMPARE(bright(plainly, corner), 0);
        QCOMPARE(count(locked, QRect(38, 80, 4, 40), colour(0)), count(plainly, QRect(38, 80, 4, 40), colour(0)));
        boxes[0].locked = false;
        boxes[0].unlearnable = true;
        tool_.setBoxes("a.png", boxes, {200, 160});
        const QImage unlearnable = painted();
        QVERIFY(bright(unlearnable, corner) > 10);
        QVERIFY(unlearnable.copy(corner) != locked.copy(corner));
        QVERIFY(count(unlearnable, QRect(38, 80, 4, 40), colour(0)) <
                0.7 * count(plainly, QRect(38, 80, 4, 40), colour(0)));
        // A tiny one has its sign beside it.
        tool_.setBoxes("a.png", {canvasBox(1, {20, 20, 24, 24})}, {200, 160});
        const QRect beside(50, 30, 18, 20);
        QCOMPARE(bright(painted(), beside), 0);
        boxes = tool_.boxes();
        boxes[0].unlearnable = true;
        tool_.setBoxes("a.png", boxes, {200, 160});
        QVERIFY(bright(painted(), beside) > 10);
    }

    void theCrosshairCrossesThePicture()
    {
        view_ = viewOf({200, 160}, 1);
        view_.widget = {300, 200};  // a margin of 50 and 20
        tool_.hover({{100, 130}, {}, 1});
        QCOMPARE(painted().pixelColor(60, 150), ground);
        tool_.setDrawing(true);
        const QImage image = painted();
        QVERIFY(image.pixelColor(60, 150).lightness() > 200);
        QVERIFY(image.pixelColor(240, 150).lightness() > 200);
        QVERIFY(image.pixelColor(150, 25).lightness() > 200);
        QCOMPARE(image.pixelColor(40, 150), ground);
        tool_.setCrosshair(false);
        QCOMPARE(painted().pixelColor(60, 150), ground);
        tool_.setCrosshair(true);
        tool_.leave();
        QCOMPARE(painted().pixelColor(60, 150), ground);
    }

    /// What is kept from paint to paint is what a tool would paint that has kept nothing.
    void thousandsAreKeptAndStillRight()
    {
        const View whole = viewOf({4000, 2500}, 0.25);
        std::vector<CanvasBox> boxes = twentyThousand();
        std::vector<CanvasClass> classes = cellClasses();
        view_ = whole;
        tool_.setTagsShown(true);
        tool_.setBoxes("a.png", boxes, {4000, 2500});
        const auto anew = [&](bool drag) {
            LabelTool another;
            another.setClasses(classes);
            another.setBoxes("a.png", boxes, {4000, 2500});
            another.select(tool_.selection());
            if (drag) {
                another.press({{1004, 1255}, {}, 4});
                another.move({{1104, 1305}, {}, 4});
            }
            QImage screen(view_.screen(), QImage::Format_RGB32);
            screen.fill(ground);
            QPainter painter(&screen);
            another.paint(painter, view_);
            painter.end();
            return screen;
        };
        const QImage before = painted();
        QCOMPARE(painted(), before);
        QCOMPARE(anew(false), before);
        tool_.select({10050, 10051});
        const QImage selected = painted();
        QVERIFY(selected != before);
        QCOMPARE(selected, anew(false));
        QVERIFY(tool_.press({{1004, 1255}, {}, 4}));
        tool_.move({{1104, 1305}, {}, 4});
        QCOMPARE(painted(), anew(true));
        QVERIFY(painted() != selected);
        tool_.cancel();
        tool_.leave();  // what is under the cursor is emphasised
        QCOMPARE(painted(), selected);
        classes[1].colour = Qt::magenta;
        tool_.setClasses(classes);
        QCOMPARE(painted(), anew(false));
        QVERIFY(painted() != selected);
        boxes.erase(boxes.begin() + 700, boxes.begin() + 900);
        tool_.setBoxes("a.png", boxes, {4000, 2500});
        QCOMPARE(painted(), anew(false));
        view_ = viewOf({4000, 2500}, 0.5);
        view_.widget = whole.widget;
        QCOMPARE(painted(), anew(false));
    }

    void twentyThousandStayQuick()
    {
        view_ = viewOf({4000, 2500}, 0.32);  // 1280 × 800
        tool_.setTagsShown(true);
        tool_.setBoxes("a.png", twentyThousand(), {4000, 2500});
        QImage screen(view_.screen(), QImage::Format_RGB32);
        QPainter painter(&screen);
        const auto paint = [&] { tool_.paint(painter, view_); };
        std::vector<CanvasBox> boxes = twentyThousand();
        const double given = timed("20,000 boxes given", [&] { tool_.setBoxes("a.png", boxes, {4000, 2500}); });
        double zoom = 0.32;
        const double anew = timed("20,000 boxes in view, painted anew", [&] {
            view_.zoom = zoom -= 1e-6;
            paint();
        });
        const double again = timed("20,000 boxes in view, only the cursor moved", paint);
        double x = 2004;
        QVERIFY(tool_.press({{x, 1255}, {}, 3}));
        tool_.move({{x += 50, 1255}, {}, 3});
        paint();
        const double one = timed("20,000 boxes, a step of one that is dragged, painted", [&] {
            tool_.move({{x += 5, 1260}, {}, 3});
            paint();
        });
        tool_.cancel();
        tool_.selectAll();
        QVERIFY(tool_.press({{2004, 1255}, {}, 3}));
        const double all = timed("20,000 boxes, a step of all of them, painted", [&] {
            tool_.move({{x += 30, 1290}, {}, 3});
            paint();
        });
        tool_.cancel();
        const double selected = timed("20,000 selected boxes, painted anew", [&] {
            view_.zoom = zoom -= 1e-6;
            paint();
        });
        // A frame at 60 Hz is 16 ms; the bound leaves room for a busy machine and unoptimised builds.
        for (const double cost : {given, anew, again, one, all, selected})
            QVERIFY(cost < 100 * slower);
    }
};

QTEST_MAIN(TestLabelToolPaint)
#include "tst_label_tool_paint.moc"
