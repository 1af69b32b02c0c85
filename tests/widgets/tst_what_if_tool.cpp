// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <QSignalSpy>

#include "tests/widgets/widget_test.h"
#include "widgets/view.h"
#include "widgets/what_if_tool.h"

using namespace fcoscope;

namespace {

Label labelOf(Box box, int classIndex)
{
    Label label;
    label.box = box;
    label.classIndex = classIndex;
    label.area = 17;
    return label;
}

CanvasTool::Mouse at(double x, double y, double pixel = 1)
{
    return {{x, y}, Qt::NoModifier, pixel};
}

std::vector<Label> two()
{
    return {labelOf({20, 20, 120, 100}, 2), labelOf({40, 40, 80, 70}, 1)};
}

}  // namespace

class TestWhatIfTool : public QObject {
    Q_OBJECT

    WhatIfTool tool_;

    void drag(QPointF from, QPointF to, double pixel = 1)
    {
        QVERIFY(tool_.press(at(from.x(), from.y(), pixel)));
        tool_.move(at((from.x() + to.x()) / 2, (from.y() + to.y()) / 2, pixel));
        tool_.move(at(to.x(), to.y(), pixel));
        tool_.release(at(to.x(), to.y(), pixel));
    }
    void click(double x, double y)
    {
        QVERIFY(tool_.press(at(x, y)));
        tool_.release(at(x, y));
    }
    Box box(int label) const { return tool_.labels()[static_cast<size_t>(label)].box; }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        tool_.setDrawingClass(-1);
        tool_.setLabels("a.png", two(), {200, 160});
    }

    void aDragOverTheBackgroundDrawsABox()
    {
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        tool_.setDrawingClass(4);
        drag({130, 150}, {190, 110});
        QCOMPARE(tool_.labels().size(), size_t(3));
        QCOMPARE(box(2), (Box{130, 110, 190, 150}));
        QCOMPARE(tool_.labels()[2].classIndex, 4);
        QCOMPARE(tool_.selected(), 2);
        QVERIFY(tool_.edited());
        QVERIFY2(changed.count() >= 2, "live while dragging");
        QCOMPARE(changed.last().at(0).value<std::vector<Label>>().size(), size_t(3));

        // Without a choice the last class goes on; beyond the border the box ends there.
        tool_.setDrawingClass(-1);
        drag({150, 50}, {400, -30});
        QCOMPARE(box(3), (Box{150, 0, 200, 50}));
        QCOMPARE(tool_.labels()[3].classIndex, 4);
    }

    void theSmallestBoxUnderTheCursorMoves()
    {
        QSignalSpy selection(&tool_, &WhatIfTool::selectionChanged);
        drag({60, 55}, {70, 60});
        QCOMPARE(selection.last().at(0).toInt(), 1);
        QCOMPARE(box(1), (Box{50, 45, 90, 75}));
        QCOMPARE(box(0), two()[0].box);
        QCOMPARE(tool_.labels()[1].area, -1.0);  // the file's own area was that of the box as it was
        QCOMPARE(tool_.labels()[0].area, 17.0);

        drag({25, 90}, {-300, 500});  // kept inside the image, whole
        QCOMPARE(box(0), (Box{0, 80, 100, 160}));
    }

    void aClickSelectsAndMovesNothing()
    {
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        QVERIFY(tool_.press(at(60, 55)));
        tool_.move(at(61, 56));
        tool_.release(at(61, 56));
        QCOMPARE(tool_.selected(), 1);
        click(190, 150);
        QCOMPARE(tool_.selected(), -1);
        QCOMPARE(changed.count(), 0);
        QVERIFY(!tool_.edited());
    }

    void eightHandlesResize_data()
    {
        QTest::addColumn<QPointF>("handle");
        QTest::addColumn<QRectF>("after");
        QTest::addColumn<int>("cursor");
        // Of (20, 20) … (120, 100), pulled by (5, 7).
        const auto row = [](const char *name, double x, double y, double x1, double y1, double x2, double y2,
                            Qt::CursorShape cursor) {
            QTest::newRow(name) << QPointF(x, y) << QRectF(QPointF(x1, y1), QPointF(x2, y2)) << int(cursor);
        };
        row("left top", 20, 20, 25, 27, 120, 100, Qt::SizeFDiagCursor);
        row("top", 70, 20, 20, 27, 120, 100, Qt::SizeVerCursor);
        row("right top", 120, 20, 20, 27, 125, 100, Qt::SizeBDiagCursor);
        row("left", 20, 60, 25, 20, 120, 100, Qt::SizeHorCursor);
        row("right", 120, 60, 20, 20, 125, 100, Qt::SizeHorCursor);
        row("left bottom", 20, 100, 25, 20, 120, 107, Qt::SizeBDiagCursor);
        row("bottom", 70, 100, 20, 20, 120, 107, Qt::SizeVerCursor);
        row("right bottom", 120, 100, 20, 20, 125, 107, Qt::SizeFDiagCursor);
    }
    void eightHandlesResize()
    {
        QFETCH(QPointF, handle);
        QFETCH(QRectF, after);
        QFETCH(int, cursor);
        tool_.select(0);
        QCOMPARE(int(tool_.cursor(at(handle.x(), handle.y()))), cursor);
        // Taken hold of two pixels beside its middle, it does not jump.
        const QPointF beside = handle + QPointF(2, -2);
        drag(beside, beside + QPointF(5, 7));
        QCOMPARE(box(0), (Box{after.left(), after.top(), after.right(), after.bottom()}));
    }

    void aHandlePulledOverTheOtherSideTurnsTheBox()
    {
        tool_.select(0);
        drag({20, 60}, {150, 60});
        QCOMPARE(box(0), (Box{120, 20, 150, 100}));
    }

    // A small label lies under the right handle of the large one: with the large one selected its handle is meant.
    void handlesWinOverBodies()
    {
        tool_.setLabels("a.png", {labelOf({20, 20, 120, 100}, 0), labelOf({110, 50, 130, 70}, 1)}, {200, 160});
        drag({120, 60}, {125, 62});
        QCOMPARE(tool_.selected(), 1);
        init();
        tool_.setLabels("a.png", {labelOf({20, 20, 120, 100}, 0), labelOf({110, 50, 130, 70}, 1)}, {200, 160});
        tool_.select(0);
        drag({120, 60}, {125, 62});
        QCOMPARE(tool_.selected(), 0);
        QCOMPARE(box(0), (Box{20, 20, 125, 100}));
        QCOMPARE(box(1), (Box{110, 50, 130, 70}));
    }

    // How far a handle reaches is a matter of the screen: zoomed in by 8 it is under a pixel of the image.
    void reachIsInScreenPixels()
    {
        tool_.select(0);
        QCOMPARE(tool_.cursor(at(125, 60, 1)), Qt::SizeHorCursor);
        QCOMPARE(tool_.cursor(at(125, 60, 0.125)), Qt::CrossCursor);
        QCOMPARE(tool_.cursor(at(140, 60, 4)), Qt::SizeHorCursor);
        // The body of a small box can still be taken hold of.
        tool_.setLabels("a.png", {labelOf({50, 50, 58, 58}, 0)}, {200, 160});
        tool_.select(0);
        QCOMPARE(tool_.cursor(at(52.5, 55.9, 1)), Qt::SizeAllCursor);
        drag({52.9, 55.9}, {62.9, 55.9});
        QCOMPARE(box(0), (Box{60, 50, 68, 58}));
    }

    void tooSmallABoxIsRefusedAtRelease()
    {
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        drag({150, 150}, {150.5, 158}, 0.1);
        QCOMPARE(tool_.labels().size(), size_t(2));
        QVERIFY(!tool_.edited());
        QCOMPARE(changed.last().at(0).value<std::vector<Label>>().size(), size_t(2));
        tool_.select(1);
        drag({80, 55}, {40.2, 55});
        QCOMPARE(box(1), two()[1].box);
        QCOMPARE(tool_.labels()[1].area, 17.0);
        QVERIFY(!tool_.edited());
    }

    void escapeCancelsTheGestureInFlight()
    {
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        QVERIFY(tool_.press(at(60, 55)));
        tool_.move(at(100, 100));
        QVERIFY(tool_.dragging());
        QVERIFY(!(box(1) == two()[1].box));
        QVERIFY(tool_.key(Qt::Key_Escape, {}));
        QVERIFY(!tool_.dragging());
        QCOMPARE(box(1), two()[1].box);
        QCOMPARE(changed.last().at(0).value<std::vector<Label>>()[1].box, two()[1].box);
        tool_.move(at(120, 120));  // the mouse is still down and moves on
        tool_.release(at(120, 120));
        QCOMPARE(box(1), two()[1].box);
        QVERIFY(!tool_.edited());

        QVERIFY(tool_.press(at(150, 110)));
        tool_.move(at(190, 150));
        QCOMPARE(tool_.labels().size(), size_t(3));
        QVERIFY(tool_.key(Qt::Key_Escape, {}));
        QCOMPARE(tool_.labels().size(), size_t(2));

        tool_.select(0);
        QVERIFY(tool_.key(Qt::Key_Escape, {}));
        QCOMPARE(tool_.selected(), -1);
        QVERIFY(!tool_.key(Qt::Key_Escape, {}));  // nothing left to do: the canvas's again
    }

    void keysNudgeAndRemove()
    {
        QVERIFY(!tool_.key(Qt::Key_Left, {}));  // none selected: the canvas pans
        QVERIFY(!tool_.key(Qt::Key_Delete, {}));
        tool_.select(1);
        QVERIFY(tool_.key(Qt::Key_Left, {}));
        QVERIFY(tool_.key(Qt::Key_Down, Qt::ShiftModifier));
        QCOMPARE(box(1), (Box{39, 50, 79, 80}));
        for (int i = 0; i < 20; ++i)
            QVERIFY(tool_.key(Qt::Key_Right, Qt::ShiftModifier));
        QCOMPARE(box(1), (Box{160, 50, 200, 80}));
        QVERIFY(!tool_.key(Qt::Key_A, {}));
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        QVERIFY(tool_.key(Qt::Key_Delete, {}));
        QCOMPARE(tool_.labels().size(), size_t(1));
        QCOMPARE(tool_.selected(), -1);
        QCOMPARE(changed.count(), 1);
    }

    void restoreBringsBackWhatWasGiven()
    {
        tool_.select(0);
        QVERIFY(tool_.key(Qt::Key_Delete, {}));
        drag({130, 110}, {190, 150});
        QSignalSpy changed(&tool_, &WhatIfTool::labelsChanged);
        tool_.restore();
        QVERIFY(!tool_.edited());
        QCOMPARE(changed.count(), 1);
        QCOMPARE(tool_.labels().size(), size_t(2));
        QCOMPARE(box(0), two()[0].box);
        tool_.restore();
        QCOMPARE(changed.count(), 1);
    }

    void withoutAnImageThereIsNothingToDraw()
    {
        tool_.setLabels("", {}, {});
        QVERIFY(!tool_.press(at(5, 5)));
        QVERIFY(!tool_.key(Qt::Key_Delete, {}));
    }

    void handlesArePainted_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::newRow("1") << 1.0;
        QTest::newRow("2") << 2.0;
    }
    void handlesArePainted()
    {
        QFETCH(double, ratio);
        const View view{{200, 160}, {400 / ratio, 320 / ratio}, ratio, 2, {100, 80}};
        QImage screen(400, 320, QImage::Format_RGB32);
        const auto painted = [&] {
            screen.fill(QColor(90, 90, 90));
            QPainter painter(&screen);
            tool_.paint(painter, view);
            painter.end();
            return screen;
        };
        QCOMPARE(count(painted(), QColor(90, 90, 90)), 400 * 320);  // none selected, nothing painted
        tool_.select(0);
        const QImage image = painted();
        for (const QPoint &handle : {QPoint(40, 40), QPoint(140, 40), QPoint(240, 40), QPoint(40, 120),
                                     QPoint(240, 120), QPoint(40, 200), QPoint(140, 200), QPoint(240, 200)})
            QVERIFY(image.pixelColor(handle) == QColor(Qt::white));
        QVERIFY(image.pixelColor(140, 120) == QColor(90, 90, 90));
        QVERIFY(count(image, QRect(60, 36, 60, 8), classColor(2)) >= 60 * ratio);
    }

    void twentyThousandLabelsStayQuick()
    {
        std::vector<Label> labels;
        for (int i = 0; i < 20000; ++i)
            labels.push_back(labelOf({double(i % 200), double(i / 200), i % 200 + 5.0, i / 200 + 5.0}, i % 7));
        tool_.setLabels("a.png", labels, {300, 300});
        // Whoever listens takes a copy, as a worker needs one.
        std::vector<Label> copy;
        QObject listener;
        connect(&tool_, &WhatIfTool::labelsChanged, &listener, [&](const std::vector<Label> &now) { copy = now; });
        QVERIFY(timed("20,000 labels, the cursor", [&] { tool_.cursor(at(50.5, 50.5)); }) < 50);
        QVERIFY(timed("20,000 labels, a press", [&] { QVERIFY(tool_.press(at(50.5, 50.5))); }) < 50);
        double to = 60.5;
        QVERIFY(timed("20,000 labels, a move", [&] { tool_.move(at(to += 1, 60.5)); }) < 50);
        tool_.release(at(to, 60.5));
        QCOMPARE(copy.size(), size_t(20000));
    }
};

QTEST_MAIN(TestWhatIfTool)
#include "tst_what_if_tool.moc"
