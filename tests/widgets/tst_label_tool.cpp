// SPDX-License-Identifier: GPL-3.0-or-later
// Each gesture with a real mouse and real keys on a canvas; the edge cases of gestures are in tst_label_tool_breaks.
#include "tests/widgets/label_test.h"

using namespace fcoscope;

class TestLabelTool : public QObject, LabelsOnCanvas {
    Q_OBJECT

    static std::vector<CanvasBox> three()
    {
        return {canvasBox(1, {40, 40, 240, 240}, 0), canvasBox(2, {80, 80, 160, 140}, 1),
                canvasBox(3, {280, 100, 360, 180}, 2)};
    }

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

    // --- Drawing

    void aDragDrawsAtOnce()
    {
        QSignalSpy drawn(tool_.get(), &LabelTool::drawn), changing(tool_.get(), &LabelTool::changing);
        tool_->setDrawing(true);
        tool_->setDrawingClass(2);
        press({300, 280});
        moveTo({330, 250});
        QVERIFY(tool_->dragging());
        QCOMPARE(tool_->boxes().back().key, int64_t(0));
        QCOMPARE(tool_->boxes().back().label.classIndex, 2);
        moveTo({370, 200});
        release({370, 200});
        QCOMPARE(drawn.count(), 1);
        const QPointF from = hit({300, 280}), to = hit({370, 200});
        QVERIFY(near(boxes_.back().label.box, {from.x(), to.y(), to.x(), from.y()}));
        QCOMPARE(drawn[0][1].toInt(), 2);
        QVERIFY(changing.count() >= 2);
        QVERIFY(tool_->drawing());
        QVERIFY(!tool_->dragging());
        QCOMPARE(tool_->boxes().size(), size_t(4));
    }

    void twoClicksDraw()
    {
        QSignalSpy drawn(tool_.get(), &LabelTool::drawn);
        tool_->setDrawing(true);
        click({100, 160});
        QCOMPARE(drawn.count(), 0);
        QVERIFY(tool_->dragging());
        moveTo({150, 200}, {}, Qt::NoButton);
        const QPointF from = hit({100, 160}), between = hit({150, 200});
        QVERIFY(near(shownBox(0), {from.x(), from.y(), between.x(), between.y()}));
        moveTo({50, 260}, {}, Qt::NoButton);
        press({50, 260});
        QCOMPARE(drawn.count(), 0);
        release({50, 260});
        QCOMPARE(drawn.count(), 1);
        const QPointF to = hit({50, 260});
        QVERIFY(near(boxes_.back().label.box, {to.x(), from.y(), from.x(), to.y()}));
        // And the next one, in haste: Qt makes a double click of its first.
        click({200, 200});
        doubleClick({230, 250});
        QCOMPARE(drawn.count(), 2);
    }

    void shiftMakesASquare()
    {
        tool_->setDrawing(true);
        drag({100, 160}, {150, 180}, Qt::ShiftModifier);
        const Box square = boxes_.back().label.box;
        const QPointF from = hit({100, 160}), to = hit({150, 180});
        QVERIFY(near(square, {from.x(), from.y(), to.x(), from.y() + to.x() - from.x()}));
        drag({380, 280}, {500, 260}, Qt::ShiftModifier);  // no more than the image has
        const Box last = boxes_.back().label.box;
        QVERIFY(std::abs(last.width() - last.height()) < 1e-9);
        QCOMPARE(last.x2, 400.0);
    }

    void drawnBoxesEndAtTheEdge()
    {
        tool_->setDrawing(true);
        drag({350, 50}, {500, -30});
        const QPointF from = hit({350, 50});
        QVERIFY(near(boxes_.back().label.box, {from.x(), 0, 400, from.y()}));
        drag({-5, 290}, {30, 320});  // also from beside the picture
        QVERIFY(near(boxes_.back().label.box, {0, hit({-5, 290}).y(), hit({30, 320}).x(), 300}, 6));
        QCOMPARE(boxes_.back().label.box.x1, 0.0);
        QCOMPARE(boxes_.back().label.box.y2, 300.0);
    }

    void draggedEdgesSnapToTheImages()
    {
        tool_->setDrawing(true);
        const double pixel = canvas_->toImage({1, 0}).x() - canvas_->toImage({0, 0}).x();
        drag({300, 250}, {400 - 4 * pixel, 300 - 3 * pixel});
        QCOMPARE(boxes_.back().label.box.x2, 400.0);
        QCOMPARE(boxes_.back().label.box.y2, 300.0);
        drag({300, 250}, {400 - 4 * pixel, 300 - 9 * pixel}, Qt::AltModifier);
        QVERIFY(boxes_.back().label.box.x2 < 399);
        drag({300, 250}, {400 - 9 * pixel, 300 - 4 * pixel});
        QVERIFY(boxes_.back().label.box.x2 < 397);
        QCOMPARE(boxes_.back().label.box.y2, 300.0);
        tool_->setDrawing(false);
        tool_->select({2});
        drag({80, 110}, {4 * pixel, 110});
        QCOMPARE(box(2).x1, 0.0);
        drag({100, 110}, {140, 110});
        drag({140, 110}, {100 + 3 * pixel, 110});
        QCOMPARE(box(2).x1, 0.0);
    }

    void handlesWorkWhileDrawingAndClicksBesideThemDraw()
    {
        tool_->setDrawing(true);
        tool_->select({2});
        moveTo({160, 140}, {}, Qt::NoButton);
        QCOMPARE(canvas_->cursor().shape(), Qt::SizeFDiagCursor);
        drag({160, 140}, {190, 170});
        QCOMPARE(boxes_.size(), size_t(3));
        QVERIFY(box(2).x2 > 185 && box(2).y2 > 165);
        moveTo({250, 250}, {}, Qt::NoButton);
        QCOMPARE(canvas_->cursor().shape(), Qt::CrossCursor);
        // Two clicks, the first at a handle: where one box ends the next may begin.
        click({80, 80});
        click({30, 30});
        QCOMPARE(boxes_.size(), size_t(4));
    }

    void escapeGivesUpTheBoxThenDrawing()
    {
        QSignalSpy drawing(tool_.get(), &LabelTool::drawingChanged), changing(tool_.get(), &LabelTool::changing);
        tool_->select({3});
        tool_->setDrawing(true);
        click({100, 160});
        moveTo({150, 200}, {}, Qt::NoButton);
        QCOMPARE(changing.count(), 1);
        key(Qt::Key_Escape);
        QCOMPARE(changing.count(), 2);
        QCOMPARE(tool_->boxes(), three());
        QVERIFY(tool_->drawing());
        key(Qt::Key_Escape);
        QVERIFY(!tool_->drawing());
        QCOMPARE(drawing.count(), 2);
        QCOMPARE(tool_->selection(), Keys{3});
        key(Qt::Key_Escape);
        QVERIFY(tool_->selection().empty());
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

    void theCrosshairFollowsTheCursorAndLeavesWithIt()
    {
        const auto bright = [this](QPointF image) {
            return shown(*canvas_).pixelColor(onScreen(image)).lightness() > 180;
        };
        moveTo({200, 270}, {}, Qt::NoButton);
        QVERIFY(!bright({390, hit({200, 270}).y()}));
        tool_->setDrawing(true);
        moveTo({210, 260}, {}, Qt::NoButton);
        QVERIFY(bright({390, hit({210, 260}).y()}));
        QVERIFY(bright({hit({210, 260}).x(), 20}));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(canvas_.get(), &leave);
        QVERIFY(!bright({390, hit({210, 260}).y()}));
    }

    void aClickThatHitsNoLabelIsTheCanvass()
    {
        QVERIFY(canvas_->setDetections(id_, {detectionAt({250, 200, 330, 280}, 0, 0.9f)}, {"cell"}));
        QSignalSpy clicked(canvas_.get(), &Canvas::clicked);
        click({290, 250});
        QCOMPARE(canvas_->selected(), 0);
        QCOMPARE(clicked.count(), 1);
        click({120, 110});  // a label's
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(canvas_->selected(), 0);
        drag({385, 285}, {270, 210});  // a rubber band, no click
        QCOMPARE(clicked.count(), 1);
        click({390, 20});
        QCOMPARE(canvas_->selected(), -1);
        tool_->setDrawing(true);
        click({290, 250});
        QCOMPARE(clicked.count(), 2);
    }
};

QTEST_MAIN(TestLabelTool)
#include "tst_label_tool.moc"
