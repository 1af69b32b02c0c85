// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/label_test.h"
#include "widgets/labels/box_gestures.h"

using namespace fcoscope;

class TestLabelToolArithmetic : public QObject {
    Q_OBJECT

    static constexpr Size image{200, 100};
    static constexpr Snapping none{};

private Q_SLOTS:
    void drawnBoxes()
    {
        QCOMPARE(drawnBox({30, 20}, {50.5, 60.25}, image, false, none), (Box{30, 20, 50.5, 60.25}));
        QCOMPARE(drawnBox({50, 60}, {30, 20}, image, false, none), (Box{30, 20, 50, 60}));
        QCOMPARE(drawnBox({-10, 90}, {300, 130}, image, false, none), (Box{0, 90, 200, 100}));
        QCOMPARE(drawnBox({5, 90}, {190, 97}, image, false, {6, 0}), (Box{0, 90, 190, 100}));
        QCOMPARE(drawnBox({7, 90}, {195, 93}, image, false, {6, 0}), (Box{7, 90, 200, 93}));
        QCOMPARE(drawnBox({5, 90}, {190, 97}, image, false, none), (Box{5, 90, 190, 97}));
    }

    void squares()
    {
        QCOMPARE(drawnBox({30, 20}, {50, 25}, image, true, none), (Box{30, 20, 50, 40}));
        QCOMPARE(drawnBox({30, 60}, {20, 10}, image, true, none), (Box{0, 30, 30, 60}));  // 50 up, 30 are there
        QCOMPARE(drawnBox({190, 95}, {120, 96}, image, true, none), (Box{185, 95, 190, 100}));
        QCOMPARE(drawnBox({200, 100}, {150, 40}, image, true, none), (Box{140, 40, 200, 100}));
    }

    void groupsStopTogether()
    {
        const std::vector<Box> group{{10, 10, 30, 30}, {150, 40, 190, 90}};
        QCOMPARE(stepOf(group, {5, -3}, image, none), QPointF(5, -3));
        QCOMPARE(stepOf(group, {50, 50}, image, none), QPointF(10, 10));
        QCOMPARE(stepOf(group, {-50, -50}, image, none), QPointF(-10, -10));
        QCOMPARE(stepOf(group, {5, -5}, image, {6, 4}), QPointF(10, -10));
        QCOMPARE(stepOf(group, {5, -3}, image, {6, 4}), QPointF(10, -3));  // a hand that goes along an edge stays
        QCOMPARE(stepOf(group, {3, 3}, image, {6, 4}), QPointF(3, 3));
        QCOMPARE(stepOf({}, {5, 5}, image, none), QPointF());
        const std::vector<Box> whole{{0, 0, 200, 100}};
        QCOMPARE(stepOf(whole, {5, -3}, image, {6, 0}), QPointF(0, 0));
        QCOMPARE(movedBy({10, 10, 30, 30}, {170, 0}, image), (Box{180, 10, 200, 30}));
    }

    void handlesTurn()
    {
        const Box box{20, 20, 60, 50};
        Resized now = resized(box, {1, 0}, {10, 99}, image, none);
        QCOMPARE(now.box, (Box{20, 20, 70, 50}));
        now = resized(box, {-1, -1}, {50, 5}, image, none);
        QCOMPARE(now.box, (Box{60, 25, 70, 50}));
        QVERIFY((now.handle == BoxHandle{1, -1}));
        now = resized(box, {1, 1}, {-50, -60}, image, none);
        QCOMPARE(now.box, (Box{10, 0, 20, 20}));
        QVERIFY((now.handle == BoxHandle{-1, -1}));
        QCOMPARE(resized(box, {1, 1}, {500, 500}, image, none).box, (Box{20, 20, 200, 100}));
        QCOMPARE(resized(box, {-1, -1}, {-15, -15}, image, {6, 4}).box, (Box{0, 0, 60, 50}));
        QCOMPARE(resized({3, 20, 60, 50}, {-1, -1}, {1, -3}, image, {6, 4}).box, (Box{4, 17, 60, 50}));
    }

    void edgesAreNudgedNoFurtherThanAPixel()
    {
        QCOMPARE(edgesNudged({10, 10, 12.5, 20}, {-10, 0}, image), (Box{10, 10, 11, 20}));
        QCOMPARE(edgesNudged({10, 10, 12.5, 20}, {0, 1}, image), (Box{10, 10, 12.5, 21}));
        QCOMPARE(edgesNudged({190, 10, 199.5, 20}, {1, -1}, image), (Box{190, 10, 200, 19}));
        QCOMPARE(edgesNudged({10, 10, 10.5, 20}, {-1, 0}, image), (Box{10, 10, 10.5, 20}));
    }

    void whatLiesOutsideIsBroughtIn()
    {
        QCOMPARE(broughtInside({10, 10, 20, 20}, image), (Box{10, 10, 20, 20}));
        QCOMPARE(broughtInside({-10, 10, 20, 120}, image), (Box{0, 10, 20, 100}));
        QCOMPARE(broughtInside({-30, 10, -10, 20}, image), (Box{0, 10, 20, 20}));
        QCOMPARE(broughtInside({250, 300, 900, 310}, image), (Box{0, 90, 200, 100}));
        QCOMPARE(broughtInside({199.5, 10, 230, 20}, image), (Box{169.5, 10, 200, 20}));
        QCOMPARE(broughtInside({10, 10, 10.5, 20}, image), (Box{10, 10, 10.5, 20}));
        QVERIFY(canBeLabel({0.1, 0.1, 1.1, 1.1}));
        QVERIFY(!canBeLabel({0, 0, 0.9, 5}));
        QVERIFY(!canBeLabel({5, 5, 3, 3}));
        QVERIFY(!canBeLabel({0, 0, std::numeric_limits<double>::infinity(), 5}));
    }

    // How far a handle reaches is a matter of the screen.
    void handlesReachInScreenPixels()
    {
        const Box box{20, 20, 120, 90};
        QVERIFY((handleAt(box, {125, 55}, 1) == BoxHandle{1, 0}));
        QVERIFY(!handleAt(box, {125, 55}, 0.125));
        QVERIFY((handleAt(box, {140, 55}, 4) == BoxHandle{1, 0}));
        QVERIFY(!handleAt({50, 50, 58, 58}, {52.5, 55.9}, 1));  // the body of a small box can be taken hold of
        QVERIFY((handleAt({50, 50, 58, 58}, {49, 49}, 1) == BoxHandle{-1, -1}));
    }

    void theSmallestIsFoundFirst()
    {
        std::vector<CanvasBox> boxes{canvasBox(1, {0, 0, 100, 100}), canvasBox(2, {10, 10, 40, 40}),
                                     canvasBox(3, {20, 20, 30, 30}), canvasBox(4, {20, 20, 25, 25})};
        boxes[3].hidden = true;
        QCOMPARE(boxesAt(boxes, {22, 22}, 1), (std::vector<size_t>{2, 1, 0}));
        QCOMPARE(boxesAt(boxes, {36, 22}, 1), (std::vector<size_t>{1, 0}));
        QCOMPARE(boxesAt(boxes, {36, 22}, 10), (std::vector<size_t>{2, 1, 0}));  // tiny on that screen
        QVERIFY(boxesAt(boxes, {150, 50}, 1).empty());
        QCOMPARE(boxesWithin(boxes, {5, 5, 50, 50}), (std::vector<size_t>{1, 2}));
        QCOMPARE(readingOrder(boxes), (std::vector<size_t>{0, 1, 2}));
    }

    void twentyThousandAreFoundWithinAFraction()
    {
        const std::vector<CanvasBox> boxes = twentyThousand();
        size_t found = 0;
        QVERIFY(timed("20,000 boxes, which are under the cursor", [&] {
                    found = boxesAt(boxes, {2008, 1260}, 1).size();
                }) < 5 * slower);
        QCOMPARE(found, size_t(1));
        QVERIFY(timed("20,000 boxes, those in a rubber band", [&] {
                    found = boxesWithin(boxes, {0, 0, 4000, 1250}).size();
                }) < 10 * slower);
        QCOMPARE(found, size_t(10000));
    }
};

QTEST_APPLESS_MAIN(TestLabelToolArithmetic)
#include "tst_label_tool_arithmetic.moc"
