// SPDX-License-Identifier: GPL-3.0-or-later
// Gestures that something comes between: other boxes, another image, another window; and what no gesture may do.
#include <QPushButton>

#include "tests/widgets/label_test.h"

using namespace fcoscope;

class TestLabelToolBreaks : public QObject, LabelsOnCanvas {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { openLabels(three()); }
    void cleanup() { closeLabels(); }

    void escapeCancelsTheGestureInFlight()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        press({120, 110});
        moveTo({200, 150});
        QCOMPARE(changing.count(), 1);
        key(Qt::Key_Left);  // no nudge in the middle of a drag, and no panning either
        QCOMPARE(changing.count(), 1);
        key(Qt::Key_Escape);
        QCOMPARE(changing.count(), 2);
        QCOMPARE(tool_->boxes(), three());
        moveTo({220, 180});  // the mouse is still down and moves on
        release({220, 180});
        QCOMPARE(tool_->boxes(), three());
        QCOMPARE(moved.count(), 0);
        QCOMPARE(changing.count(), 2);
    }

    void cancelIsQuiet()
    {
        QSignalSpy changing(tool_.get(), &LabelTool::changing);
        press({120, 110});
        moveTo({200, 150});
        tool_->cancel();
        QVERIFY(!tool_->dragging());
        QCOMPARE(tool_->boxes(), three());
        QCOMPARE(changing.count(), 1);
        release({200, 150});
    }

    void aGestureThatComesBackChangesNothing()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        press({120, 110});
        moveTo({200, 150});
        moveTo({120, 110});
        release({120, 110});
        QCOMPARE(moved.count(), 0);
        QCOMPARE(changing.count(), 3);
        QCOMPARE(tool_->boxes(), three());
    }

    void otherBoxesInTheMiddleOfAGesture()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved);
        press({120, 110});
        moveTo({130, 110});
        // Another box came and one went: the one in the hand is where it was, at another place of the list.
        boxes_ = {canvasBox(2, {80, 80, 160, 140}, 1), canvasBox(9, {300, 200, 340, 260})};
        tool_->setBoxes(id_, boxes_, image_);
        QVERIFY(tool_->dragging());
        const QPointF by = hit({150, 110}) - hit({120, 110});
        moveTo({150, 110});
        QVERIFY(near(shownBox(2), {80 + by.x(), 80, 160 + by.x(), 140}));
        QCOMPARE(shownBox(9), (Box{300, 200, 340, 260}));
        // It changed itself: the gesture is given up and nothing comes of its release.
        boxes_[0].label.box = {10, 10, 50, 50};
        tool_->setBoxes(id_, boxes_, image_);
        QVERIFY(!tool_->dragging());
        moveTo({180, 110});
        release({180, 110});
        QCOMPARE(moved.count(), 0);
        QCOMPARE(tool_->boxes(), boxes_);

        tool_->select({2});
        press({30, 30});
        moveTo({60, 30});
        boxes_.erase(boxes_.begin());  // it went
        tool_->setBoxes(id_, boxes_, image_);
        QVERIFY(!tool_->dragging());
        QVERIFY(tool_->selection().empty());
        release({60, 30});
        QCOMPARE(moved.count(), 0);
    }

    void boxesComeWhileOneIsDrawn()
    {
        QSignalSpy drawn(tool_.get(), &LabelTool::drawn);
        tool_->setDrawing(true);
        click({100, 260});
        moveTo({150, 290}, {}, Qt::NoButton);
        boxes_.clear();
        tool_->setBoxes(id_, boxes_, image_);
        QCOMPARE(tool_->boxes().size(), size_t(1));
        click({150, 290});
        QCOMPARE(drawn.count(), 1);
        QCOMPARE(boxes_.size(), size_t(1));
    }

    void pressedOnAndGoneBeforeItMoved()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved);
        press({120, 110});
        tool_->setBoxes(id_, {}, image_);
        moveTo({200, 110});
        release({200, 110});
        QCOMPARE(moved.count(), 0);
        QVERIFY(tool_->selection().empty());
    }

    /// Whoever hears of the selection, or of a step, may give other boxes at once.
    void ownersThatAnswerAtOnce()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved);
        const auto once = connect(tool_.get(), &LabelTool::selectionChanged, this, [this] {
            tool_->setBoxes("b.png", {canvasBox(5, {0, 0, 9, 9})}, {50, 40});
        });
        press({120, 110});
        moveTo({200, 110});
        release({200, 110});
        QVERIFY(!tool_->dragging());
        QCOMPARE(tool_->boxes().size(), size_t(1));
        disconnect(once);
        tool_->setBoxes(id_, boxes_, image_);
        connect(tool_.get(), &LabelTool::changing, this, [this] { tool_->setBoxes(id_, {}, image_); });
        press({120, 110});
        moveTo({200, 110});
        moveTo({210, 110});
        release({210, 110});
        QCOMPARE(moved.count(), 0);
    }

    void anotherImageEndsWhatWasBegun()
    {
        QSignalSpy drawn(tool_.get(), &LabelTool::drawn), changed(tool_.get(), &LabelTool::selectionChanged);
        tool_->select({2});
        tool_->setDrawing(true);
        click({100, 260});
        moveTo({150, 290}, {}, Qt::NoButton);
        canvas_->setLoading("b.png");
        QVERIFY(!tool_->dragging());
        QVERIFY(canvas_->setImage("b.png", plain(200, 100, Qt::black)));
        tool_->setBoxes("b.png", {canvasBox(2, {10, 10, 50, 50})}, {200, 100});
        QVERIFY(tool_->selection().empty());  // of the same key, but another image's
        QCOMPARE(changed.count(), 2);
        click({100, 60});
        QVERIFY(tool_->dragging());
        QCOMPARE(drawn.count(), 0);
    }

    void theKeyboardGoesElsewhere()
    {
        QSignalSpy moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        press({120, 110});
        moveTo({200, 150});
        QWidget other;
        QPushButton button(QStringLiteral("other"), &other);
        other.show();
        other.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&other));
        button.setFocus();
        QVERIFY(!tool_->dragging());
        QCOMPARE(changing.count(), 2);
        release({200, 150});
        QCOMPARE(moved.count(), 0);
        QCOMPARE(tool_->boxes(), three());
    }

    void lockedBoxesAreSelectedAndStay()
    {
        boxes_[1].locked = true;
        tool_->setBoxes(id_, boxes_, image_);
        QSignalSpy refused(tool_.get(), &LabelTool::refused), moved(tool_.get(), &LabelTool::moved);
        drag({120, 110}, {160, 150});
        QCOMPARE(tool_->selection(), Keys{2});
        QCOMPARE(refused.count(), 1);
        QVERIFY(refused[0][0].toString().endsWith(QLatin1Char('.')));
        moveTo({160, 140}, {}, Qt::NoButton);  // no handles
        QCOMPARE(canvas_->cursor().shape(), Qt::PointingHandCursor);
        key(Qt::Key_Left);
        QCOMPARE(refused.count(), 2);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(boxes_[1].label.box, three()[1].label.box);
        // Among others it stays behind and holds nobody up.
        tool_->select({2, 3});
        key(Qt::Key_Right);
        QCOMPARE(box(2), three()[1].label.box);
        QCOMPARE(box(3).x1, 281.0);
        QCOMPARE(refused.count(), 2);
    }

    void hiddenBoxesAreNeitherFoundNorMoved()
    {
        tool_->select({2, 3});
        boxes_[1].hidden = true;
        tool_->setBoxes(id_, boxes_, image_);
        QCOMPARE(tool_->selection(), Keys{3});
        click({120, 110});
        QCOMPARE(tool_->selection(), Keys{1});
        tool_->select({2});  // a list may name it
        QCOMPARE(tool_->selection(), Keys{2});
        tool_->setBoxes(id_, boxes_, image_);
        QCOMPARE(tool_->selection(), Keys{2});
        key(Qt::Key_Left);
        QCOMPARE(box(2), three()[1].label.box);
        drag({30, 290}, {250, 30});
        QCOMPARE(tool_->selection(), Keys{1});
    }

    void notShownNothingIsTaken()
    {
        click({120, 110});
        QSignalSpy clicked(canvas_.get(), &Canvas::clicked);
        press({120, 110});
        moveTo({200, 110});
        tool_->setShown(false);
        QVERIFY(!tool_->dragging());
        release({200, 110});
        click({120, 110});
        QCOMPARE(clicked.count(), 1);
        QVERIFY(!tool_->key(Qt::Key_Left, {}));
        QVERIFY(!tool_->key(Qt::Key_Escape, {}));
        const QImage image = shown(*canvas_);
        QCOMPARE(count(image, cellClasses()[1].colour), 0);
        tool_->setShown(true);
        QVERIFY(count(shown(*canvas_), cellClasses()[1].colour) > 100);
    }

    void tooThinABoxIsRefused()
    {
        QSignalSpy refused(tool_.get(), &LabelTool::refused), drawn(tool_.get(), &LabelTool::drawn),
            moved(tool_.get(), &LabelTool::moved), changing(tool_.get(), &LabelTool::changing);
        tool_->setDrawing(true);
        canvas_->zoomAt(canvas_->toWidget({100, 100}), 64);
        drag({99, 99.2}, {102, 99.6});
        QCOMPARE(refused.count(), 1);
        QVERIFY(refused[0][0].toString().endsWith(QLatin1Char('.')));
        QCOMPARE(drawn.count(), 0);
        QVERIFY(changing.count() >= 2);
        QCOMPARE(tool_->boxes(), three());
        click({99, 99});
        click({99.02, 99.02});
        QCOMPARE(refused.count(), 2);
        QVERIFY(!tool_->dragging());
        tool_->setDrawing(false);
        boxes_ = {canvasBox(1, {99, 99, 102, 102})};
        tool_->setBoxes(id_, boxes_, image_);
        tool_->select({1});
        drag({102, 100.5}, {99.4, 100.5});
        QCOMPARE(refused.count(), 3);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(tool_->boxes(), boxes_);
    }

    /// At 64 screen pixels for one of the image a drag is a matter of fractions.
    void zoomedInFarBoxesMoveByFractions()
    {
        boxes_ = {canvasBox(1, {99, 99, 102, 102})};
        tool_->setBoxes(id_, boxes_, image_);
        canvas_->zoomAt(canvas_->toWidget({100, 100}), 64);
        const QPointF by = hit({100.7, 100.3}) - hit({100.2, 100.2});
        drag({100.2, 100.2}, {100.7, 100.3});
        QVERIFY(by.x() > 0.4 && by.x() < 0.6);
        QVERIFY(near(box(1), {99 + by.x(), 99 + by.y(), 102 + by.x(), 102 + by.y()}));
    }

    void tinyImages()
    {
        QVERIFY(canvas_->setImage(id_, plain(3, 2, Qt::darkGray)));
        boxes_.clear();
        image_ = {3, 2};
        tool_->setBoxes(id_, boxes_, image_);
        tool_->setDrawing(true);
        drag({0.5, 0.5}, {2.6, 1.9});
        QCOMPARE(boxes_.size(), size_t(1));
        QVERIFY(near(boxes_[0].label.box, {hit({0.5, 0.5}).x(), hit({0.5, 0.5}).y(), hit({2.6, 1.9}).x(), 2}, 0.15));
        tool_->setDrawing(false);
        drag({1.5, 1.2}, {-4, -4});
        QCOMPARE(boxes_[0].label.box.x1, 0.0);
        QCOMPARE(boxes_[0].label.box.y1, 0.0);
        tool_->setBoxes(id_, {}, {0, 0});
        QVERIFY(!tool_->press({{1, 1}, {}, 1}));
        tool_->setBoxes(id_, {}, {1, 1});
        tool_->setDrawing(true);
        QVERIFY(tool_->press({{-3, -3}, {}, 1}));
        tool_->move({{9, 9}, {}, 1});
        tool_->release({{9, 9}, {}, 1});
        QCOMPARE(boxes_.back().label.box, (Box{0, 0, 1, 1}));
    }

    /// Files hold what they hold: what is moved is what lies inside.
    void boxesThatLieOutside()
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        boxes_ = {canvasBox(1, {-50, 20, 60, 90}), canvasBox(2, {450, 320, 500, 380}), canvasBox(3, {nan, 0, 9, nan}),
                  canvasBox(4, {50, 50, 20, 20})};
        tool_->setBoxes(id_, boxes_, image_);
        tool_->selectAll();
        QCOMPARE(tool_->selection(), (Keys{1, 2}));
        tool_->select({1, 2, 3, 4});
        QVERIFY(!shown(*canvas_).isNull());
        tool_->select({1});
        drag({30, 50}, {50, 50});
        QVERIFY(near(box(1), {20, 20, 80, 90}, 1));
        tool_->select({2});
        key(Qt::Key_Left);
        QCOMPARE(box(2), (Box{349, 240, 399, 300}));
        tool_->select({3, 4});
        key(Qt::Key_Left);
        QVERIFY(std::isnan(box(3).x1));
        QCOMPARE(box(4), (Box{50, 50, 20, 20}));
    }
};

QTEST_MAIN(TestLabelToolBreaks)
#include "tst_label_tool_breaks.moc"
