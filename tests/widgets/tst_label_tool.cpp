// SPDX-License-Identifier: GPL-3.0-or-later
// Each gesture with a real mouse and real keys on a canvas; drawing is in tst_label_tool_drawing, what comes between
// in tst_label_tool_breaks.
#include "tests/widgets/label_test.h"

using namespace fcoscope;

class TestLabelTool : public QObject, LabelsOnCanvas {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openLabels(three()); }
    void cleanup() { closeLabels(); }

    // --- Selecting

    void aClickSelectsTheSmallestAndAgainTheNextLarger()
    {
        QSignalSpy changed(tool_.get(), &LabelTool::selectionChanged), moved(tool_.get(), &LabelTool::moved);
        click({120, 110});
        QCOMPARE(tool_->selection(), Keys{2});
        click({120, 110});
        QCOMPARE(tool_->selection(), Keys{1});
        click({120, 110});
        QCOMPARE(tool_->selection(), Keys{2});
        click({60, 220});  // elsewhere: the smallest there
        QCOMPARE(tool_->selection(), Keys{1});
        click({120, 110});  // not again, though 1 is selected and lies here
        QCOMPARE(tool_->selection(), Keys{2});
        QCOMPARE(changed.count(), 5);
        QCOMPARE(moved.count(), 0);
        click({390, 290});
        QVERIFY(tool_->selection().empty());
    }

    void controlAddsAndTakesAway()
    {
        click({120, 110});
        click({320, 140}, Qt::ControlModifier);
        QCOMPARE(tool_->selection(), (Keys{2, 3}));
        click({120, 110}, Qt::ControlModifier);
        QCOMPARE(tool_->selection(), Keys{3});
        click({390, 290}, Qt::ControlModifier);  // beside all: a slip of the hand loses nothing
        QCOMPARE(tool_->selection(), Keys{3});
    }

    void aRubberBandSelectsWhatItEncloses()
    {
        drag({390, 290}, {265, 90});
        QCOMPARE(tool_->selection(), Keys{3});
        drag({30, 290}, {250, 30});
        QCOMPARE(tool_->selection(), (Keys{1, 2}));
        drag({30, 290}, {200, 30});  // cuts the first, encloses the second
        QCOMPARE(tool_->selection(), Keys{2});
        drag({390, 290}, {265, 90}, Qt::ControlModifier);
        QCOMPARE(tool_->selection(), (Keys{2, 3}));
        // With Ctrl also from inside a box: pictures that are full have no background.
        drag({60, 60}, {170, 150}, Qt::ControlModifier);
        QCOMPARE(tool_->selection(), (Keys{2, 3}));
        QCOMPARE(boxes_, three());
    }

    void theSameBoxesGivenAgainArePaintedOnce()
    {
        tool_->setBoxes(id_, three(), image_);
        QSignalSpy repaint(tool_.get(), &LabelTool::repaintNeeded);
        tool_->setBoxes(id_, three(), image_);
        QCOMPARE(repaint.count(), 0);
        std::vector<CanvasBox> other = three();
        other[1].unlearnable = true;
        tool_->setBoxes(id_, other, image_);
        QCOMPARE(repaint.count(), 1);
        QVERIFY(tool_->hasBoxes());
        tool_->setBoxes(id_, {}, image_);
        QVERIFY(!tool_->hasBoxes());
    }

    void keysAndListsSelect()
    {
        std::vector<CanvasBox> boxes = three();
        boxes[0].score = 0.4f;
        boxes[2].score = 0.9f;
        boxes.push_back(canvasBox(4, {280, 20, 300, 40}, 1));
        boxes.back().hidden = true;
        tool_->setBoxes(id_, boxes, image_);
        tool_->selectAll();
        QCOMPARE(tool_->selection(), (Keys{1, 2, 3}));
        tool_->selectClass(1);
        QCOMPARE(tool_->selection(), Keys{2});
        tool_->selectScoreBelow(0.5);
        QCOMPARE(tool_->selection(), Keys{1});
        key(Qt::Key_Escape);
        QVERIFY(tool_->selection().empty());
        // From top to bottom: 1 (40), 2 (80), 3 (100), and round.
        for (const int64_t expected : {1, 2, 3, 1}) {
            tool_->selectNext(1);
            QCOMPARE(tool_->selection(), Keys{expected});
        }
        tool_->selectNext(-1);
        QCOMPARE(tool_->selection(), Keys{3});
        tool_->select({3, 2, 77, 2});
        QCOMPARE(tool_->selection(), (Keys{2, 3}));
        tool_->selectNext(-1);
        QCOMPARE(tool_->selection(), Keys{1});
    }

    // --- Moving

    void aDragMovesWhatItWasStartedOn()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        const QPointF by = hit({150, 130}) - hit({120, 110});
        press({120, 110});
        moveTo({130, 115});
        moveTo({150, 130});
        QVERIFY(tool_->dragging());
        QCOMPARE(tool_->selection(), Keys{2});
        QVERIFY(near(shownBox(2), {80 + by.x(), 80 + by.y(), 160 + by.x(), 140 + by.y()}));
        QCOMPARE(tool_->boxes()[1].label.area, -1.0);  // the file's own area was that of the box as it was
        QCOMPARE(tool_->boxes()[0].label.area, 17.0);
        QCOMPARE(changing.count(), 2);
        QCOMPARE(moved.count(), 0);
        release({150, 130});
        QCOMPARE(moved.count(), 1);
        QCOMPARE(changing.count(), 2);
        QVERIFY(near(box(2), {80 + by.x(), 80 + by.y(), 160 + by.x(), 140 + by.y()}));
        QCOMPARE(box(1), three()[0].label.box);
    }

    void aDragInsideASelectedBoxMovesAllSelected()
    {
        tool_->select({1, 3});
        const QPointF by = hit({130, 130}) - hit({120, 110});
        drag({120, 110}, {130, 130});  // over the second, which lies on the selected first
        QVERIFY(near(box(1), {40 + by.x(), 40 + by.y(), 240 + by.x(), 240 + by.y()}));
        QVERIFY(near(box(3), {280 + by.x(), 100 + by.y(), 360 + by.x(), 180 + by.y()}));
        QCOMPARE(box(2), three()[1].label.box);
        QCOMPARE(tool_->selection(), (Keys{1, 3}));
    }

    void aGroupStopsTogetherAtTheEdge()
    {
        tool_->select({1, 3});
        drag({120, 110}, {420, 110});  // the third has 40 to go
        QVERIFY(near(box(3), {320, box(3).y1, 400, box(3).y2}));
        QVERIFY(near(box(1), {80, box(1).y1, 280, box(1).y2}));
        drag({200, 110}, {-300, -200});
        QVERIFY(near(box(1), {0, 0, 200, 200}));
        QVERIFY(near(box(3), {240, 60, 320, 140}));
    }

    void aTremblingHandMovesNothing()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        const QPoint from = at({120, 110});
        QTest::mousePress(canvas_.get(), Qt::LeftButton, {}, from);
        moveMouse(*canvas_, from + QPoint(3, -3), Qt::LeftButton);
        QTest::mouseRelease(canvas_.get(), Qt::LeftButton, {}, from + QPoint(3, -3));
        QCOMPARE(moved.count() + changing.count(), 0);
        QCOMPARE(tool_->selection(), Keys{2});
    }

    // --- Resizing

    void eightHandlesResize_data()
    {
        QTest::addColumn<QPointF>("handle");
        QTest::addColumn<QRect>("sides");  // which of x1, y1, x2, y2 go with the hand
        QTest::addColumn<int>("cursor");
        const auto row = [](const char *name, double x, double y, int x1, int y1, int x2, int y2, Qt::CursorShape c) {
            QTest::newRow(name) << QPointF(x, y) << QRect(x1, y1, x2, y2) << int(c);
        };
        row("left top", 80, 80, 1, 1, 0, 0, Qt::SizeFDiagCursor);
        row("top", 120, 80, 0, 1, 0, 0, Qt::SizeVerCursor);
        row("right top", 160, 80, 0, 1, 1, 0, Qt::SizeBDiagCursor);
        row("left", 80, 110, 1, 0, 0, 0, Qt::SizeHorCursor);
        row("right", 160, 110, 0, 0, 1, 0, Qt::SizeHorCursor);
        row("left bottom", 80, 140, 1, 0, 0, 1, Qt::SizeBDiagCursor);
        row("bottom", 120, 140, 0, 0, 0, 1, Qt::SizeVerCursor);
        row("right bottom", 160, 140, 0, 0, 1, 1, Qt::SizeFDiagCursor);
    }
    void eightHandlesResize()
    {
        QFETCH(QPointF, handle);
        QFETCH(QRect, sides);
        QFETCH(int, cursor);
        tool_->select({2});
        moveTo(handle, {}, Qt::NoButton);
        QCOMPARE(int(canvas_->cursor().shape()), cursor);
        // Taken hold of beside its middle, it does not jump.
        const QPointF beside = handle + QPointF(2, -2), to = beside + QPointF(13, 17), by = hit(to) - hit(beside);
        drag(beside, to);
        QVERIFY(near(box(2), {80 + by.x() * sides.x(), 80 + by.y() * sides.y(), 160 + by.x() * sides.width(),
                              140 + by.y() * sides.height()}));
    }

    void aHandlePulledOverTheOtherSideIsThatSides()
    {
        tool_->select({2});
        press({80, 80});
        moveTo({120, 110});
        moveTo({200, 110});
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeBDiagCursor);
        moveTo({200, 180});
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeFDiagCursor);
        const QPointF by = hit({200, 180}) - hit({80, 80});
        release({200, 180});
        QVERIFY(near(box(2), {160, 140, 80 + by.x(), 80 + by.y()}));
    }

    void onlyASingleSelectedBoxHasHandles()
    {
        tool_->select({2, 3});
        moveTo({160, 140}, {}, Qt::NoButton);
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeAllCursor);
        tool_->select({2});
        moveTo({160, 141}, {}, Qt::NoButton);
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeFDiagCursor);
    }

    // The second lies under the right handle of the first: with the first selected its handle is meant.
    void handlesWinOverBodies()
    {
        boxes_ = {canvasBox(1, {20, 20, 220, 200}), canvasBox(2, {200, 90, 240, 130})};
        tool_->setBoxes(id_, boxes_, image_);
        drag({220, 110}, {240, 115});
        QCOMPARE(tool_->selection(), Keys{2});
        boxes_ = {canvasBox(1, {20, 20, 220, 200}), canvasBox(2, {200, 90, 240, 130})};
        tool_->setBoxes(id_, boxes_, image_);
        tool_->select({1});
        drag({220, 110}, {240, 115});
        QCOMPARE(box(1).y2, 200.0);
        QVERIFY(box(1).x2 > 235);
        QCOMPARE(box(2), (Box{200, 90, 240, 130}));
    }

    // --- Keys, double click

    void keysNudge()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved);
        boxes_[1].label.box = {80.25, 80, 160.5, 140};
        tool_->setBoxes(id_, boxes_, image_);
        tool_->select({2, 3});
        key(Qt::Key_Left);
        key(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(box(2), (Box{79.25, 90, 159.5, 150}));  // fractions stay
        QCOMPARE(box(3), (Box{279, 110, 359, 190}));
        key(Qt::Key_Right, Qt::ControlModifier);
        key(Qt::Key_Up, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(box(2), (Box{79.25, 90, 160.5, 140}));
        QCOMPARE(box(3), (Box{279, 110, 360, 180}));
        QCOMPARE(moved.count(), 4);
        for (int i = 0; i < 10; ++i)
            key(Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(box(3), (Box{319, 110, 400, 180}));  // together at the edge
        QCOMPARE(box(2), (Box{119.25, 90, 200.5, 140}));
        QCOMPARE(moved.count(), 8);  // four of ten had room
        for (int i = 0; i < 10; ++i)
            key(Qt::Key_Up, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(box(2).height(), 1.0);
        QCOMPARE(box(3).height(), 1.0);
    }

    void otherKeysAreTheWindows()
    {
        const QPointF before = canvas_->toImage({0, 0});
        QVERIFY(!tool_->key(Qt::Key_Left, {}));
        key(Qt::Key_Left);  // none selected: the canvas pans
        QVERIFY(canvas_->toImage({0, 0}) != before);
        tool_->select({2});
        QVERIFY(!tool_->key(Qt::Key_Delete, {}));
        QVERIFY(!tool_->key(Qt::Key_A, Qt::ControlModifier));
        QVERIFY(!tool_->key(Qt::Key_Left, Qt::AltModifier));
        QVERIFY(tool_->key(Qt::Key_Left, Qt::KeypadModifier));
        QVERIFY(tool_->key(Qt::Key_Escape, {}));
        QVERIFY(!tool_->key(Qt::Key_Escape, {}));
    }

    void aDoubleClickAsksForAClass()
    {
        QSignalSpy wanted(tool_.get(), &LabelTool::classWanted), moved(tool_.get(), &LabelTool::moved);
        click({120, 110});
        doubleClick({120, 110});
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][0].toLongLong(), qint64(2));
        QCOMPARE(tool_->selection(), Keys{2});
        QVERIFY(!tool_->dragging());
        doubleClick({390, 290});
        QCOMPARE(wanted.count(), 1);
        tool_->setDrawing(true);
        doubleClick({320, 140});
        QCOMPARE(wanted.count(), 1);
    }

    // --- With the canvas

    void aClickThatHitsNoLabelIsTheCanvass()
    {
        QVERIFY(canvas_->setDetections(id_, {detectionAt({250, 200, 330, 280}, 0, 0.9f)}, {"cell"}));
        QSignalSpy clicked(canvas_.get(), &Canvas::clicked);
        click({290, 250});
        QCOMPARE(canvas_->selected(), 0);
        QCOMPARE(clicked.count(), 1);
        click({120, 110});  // a label's: its location is told, too, and no detection is chosen
        QCOMPARE(clicked.count(), 2);
        QCOMPARE(canvas_->selected(), 0);
        drag({385, 285}, {270, 210});  // a rubber band, no click
        QCOMPARE(clicked.count(), 2);
        click({390, 20});
        QCOMPARE(canvas_->selected(), -1);
        tool_->setDrawing(true);
        click({290, 250});
        QCOMPARE(clicked.count(), 3);
    }
};

QTEST_MAIN(TestLabelTool)
#include "tst_label_tool.moc"
