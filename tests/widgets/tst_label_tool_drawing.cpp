// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing boxes with a real mouse on a canvas: by a drag, by two clicks, with what helps the hand.
#include "tests/widgets/label_test.h"

using namespace fcoscope;

class TestLabelToolDrawing : public QObject, LabelsOnCanvas {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openLabels(three()); }
    void cleanup() { closeLabels(); }

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
};

QTEST_MAIN(TestLabelToolDrawing)
#include "tst_label_tool_drawing.moc"
