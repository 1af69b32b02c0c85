// SPDX-License-Identifier: GPL-3.0-or-later
// Labelling in the window with real keys and mouse, on a copy of the demo: what a gesture makes is in the document, in
// the project file, and can be undone. What is around a single image is in tst_labelling_folder.
#include "labelling_window.h"
#include "widgets/image_list.h"
#include "widgets/labels/classes_panel.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/message_strip.h"

using namespace fcoscope;

class LabellingTest : public QObject, private LabellingWindow {
    Q_OBJECT

private Q_SLOTS:
    void init() { makeWindow(); }
    void cleanup() { demo_.reset(); }

    void boxesAreDrawnByDraggingAndByTwoClicks()
    {
        open({plainFolder()});
        QVERIFY(!fs::exists(document().file()));  // looking has written nothing
        key(Qt::Key_W);
        whenAsked(QStringLiteral("cell"));
        drag(at(40, 30), at(140, 110));
        QCOMPARE(image().boxes.size(), 1u);
        QVERIFY(near(box(0), {40, 30, 140, 110}));
        QCOMPARE(image().status, ReviewStatus::Labelled);
        QCOMPARE(document().set().classNames(), std::vector<std::string>{"cell"});
        click(at(200, 40));  // the second way: corner, corner
        click(at(260, 120));
        QCOMPARE(image().boxes.size(), 2u);
        QVERIFY(near(box(1), {200, 40, 260, 120}));
        QTRY_VERIFY(saved());
        QTRY_COMPARE(inFile().boxCount(), 2u);

        click(at(300, 200));
        click(at(300, 200));  // no box has that shape
        QCOMPARE(image().boxes.size(), 2u);
        QVERIFY(!the<MessageStrip>().text().isEmpty());
        key(Qt::Key_Escape);
        key(Qt::Key_Escape);
        QVERIFY(!tool().drawing());
        shot("drawn");
    }

    void movedResizedNudgedAndTakenBack()
    {
        open({demo_->demoFolder()});
        const LabelSet before = document().set();
        const Box first = box(0);
        const QPointF middle((first.x1 + first.x2) / 2, (first.y1 + first.y2) / 2);
        click(at(middle.x(), middle.y()));
        QCOMPARE(tool().selection(), std::vector<int64_t>{image().boxes[0].key});
        drag(at(middle.x(), middle.y()), at(middle.x() + 20, middle.y() + 10));
        QVERIFY(near(box(0), {first.x1 + 20, first.y1 + 10, first.x2 + 20, first.y2 + 10}));
        const Box moved = box(0);
        drag(at(moved.x2, moved.y2), at(moved.x2 + 15, moved.y2 + 12));
        QVERIFY(near(box(0), {moved.x1, moved.y1, moved.x2 + 15, moved.y2 + 12}));
        const Box sized = box(0);
        key(Qt::Key_Right);
        key(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(box(0).x1, sized.x1 + 1);
        QCOMPARE(box(0).y1, sized.y1 + 10);
        key(Qt::Key_Delete);
        QCOMPARE(image().boxes.size(), before.images[0].boxes.size() - 1);
        for (int i = 0; i < 5; ++i)
            key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(document().set().images, before.images);
        QVERIFY(!document().canUndo());
        for (int i = 0; i < 5; ++i)
            key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(image().boxes.size(), before.images[0].boxes.size() - 1);
        QTRY_VERIFY(saved());
        QTRY_COMPARE(inFile().images, document().set().images);
    }

    void theAssignmentMapFollowsTheHand()
    {
        open({demo_->demoFolder()});
        key(Qt::Key_S);
        QTRY_VERIFY(demo_->settled());
        const Box first = box(0);
        const QPoint from = at((first.x1 + first.x2) / 2, (first.y1 + first.y2) / 2);
        click(from);
        const auto assigned = [&] { return demo_->docks.frame()->assigned->labels.at(0).box; };
        QTest::mousePress(canvas_, Qt::LeftButton, {}, from);
        QTest::mouseMove(canvas_, from + QPoint(15, 0));
        QTest::mouseMove(canvas_, from + QPoint(30, 0));
        QTRY_VERIFY(demo_->settled() && assigned().x1 > first.x1 + 5);
        QCOMPARE(box(0), first);  // nothing is an edit before the hand is lifted
        shot("following");
        key(Qt::Key_Escape);
        QTRY_VERIFY(demo_->settled() && near(assigned(), first, 1e-6));
        QTest::mouseRelease(canvas_, Qt::LeftButton, {}, from + QPoint(30, 0));
        QCOMPARE(box(0), first);
        QVERIFY(!document().canUndo());
    }

    void manyAtOnce()
    {
        open({demo_->demoFolder()});
        const size_t count = image().boxes.size();
        QVERIFY(count >= 3);
        key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(tool().selection().size(), count);
        key(Qt::Key_2);  // the second class
        for (const BoxEntry &entry : image().boxes)
            QCOMPARE(entry.classKey, document().set().classes[1].key);
        key(Qt::Key_K);
        QVERIFY(image().boxes[0].locked);
        key(Qt::Key_Delete);
        QCOMPARE(image().boxes.size(), count);  // locked ones stay, and it says so
        QVERIFY(the<MessageStrip>().text().contains(QStringLiteral("ocked")));
        key(Qt::Key_K);
        key(Qt::Key_H);
        QVERIFY(tool().boxes()[0].hidden);
        key(Qt::Key_H, Qt::ShiftModifier);
        QVERIFY(!tool().boxes()[0].hidden);
        QVERIFY(tool().selection().empty());  // what is hidden is not selected
        key(Qt::Key_A, Qt::ControlModifier);
        key(Qt::Key_C, Qt::ControlModifier);
        key(Qt::Key_D);
        QTRY_VERIFY(demo_->settled());
        const size_t there = image().boxes.size();
        key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(image().boxes.size(), there + count);
        QCOMPARE(tool().selection().size(), count);
        key(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(image().boxes.size(), there + 2 * count);
        const ImageId second = session_->current();
        key(Qt::Key_A);
        QTRY_VERIFY(demo_->settled());
        key(Qt::Key_Z, Qt::ControlModifier);  // the step was about the other image, which is shown for it
        QTRY_COMPARE(session_->current(), second);
        QCOMPARE(image().boxes.size(), there + count);
    }

    void aRubberBandAndControl()
    {
        open({plainFolder()});
        key(Qt::Key_W);
        whenAsked(QStringLiteral("cell"));
        drag(at(40, 40), at(80, 80));
        drag(at(100, 40), at(140, 80));
        drag(at(200, 200), at(240, 240));
        key(Qt::Key_Escape);
        QCOMPARE(image().boxes.size(), 3u);
        drag(at(20, 20), at(160, 100));
        QCOMPARE(tool().selection().size(), 2u);
        click(at(220, 220), Qt::ControlModifier);
        QCOMPARE(tool().selection().size(), 3u);
        click(at(60, 60), Qt::ControlModifier);
        QCOMPARE(tool().selection().size(), 2u);
    }

    void statusesAndTheNextUnreviewed()
    {
        open({plainFolder()});
        key(Qt::Key_V, Qt::ShiftModifier);
        QCOMPARE(image().status, ReviewStatus::Empty);
        const ImageId first = session_->current();
        key(Qt::Key_D);
        QTRY_VERIFY(demo_->settled());
        key(Qt::Key_V);
        QCOMPARE(image().status, ReviewStatus::Verified);
        key(Qt::Key_A);
        QTRY_COMPARE(session_->current(), first);
        QTRY_VERIFY(demo_->settled());
        key(Qt::Key_D, Qt::ShiftModifier);
        QTRY_COMPARE(session_->current(), session_->images()[2]);
        QCOMPARE(the<ImageList>().reviewOf(first).status, ListStatus::Empty);
    }

    void classesAreManaged()
    {
        open({demo_->demoFolder()});
        ClassesPanel &classes = the<ClassesPanel>();
        const size_t boxes = document().set().boxCount();
        const std::vector<std::string> names = document().set().classNames();
        Q_EMIT classes.renameWanted(document().set().classes[0].key, QStringLiteral("red cell"));
        QCOMPARE(document().set().classNames()[0], std::string("red cell"));
        Q_EMIT classes.mergeWanted(document().set().classes[0].key, document().set().classes[1].key);
        QCOMPARE(document().set().classes.size(), names.size() - 1);
        QCOMPARE(document().set().boxCount(), boxes);
        Q_EMIT classes.addWanted(QString::fromStdString(names[1]));  // taken
        QCOMPARE(document().set().classes.size(), names.size() - 1);
        key(Qt::Key_Z, Qt::ControlModifier);
        key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(document().set().classNames(), names);
        const auto *table = classes.findChild<ClassTable *>();
        const size_t before = table->classes()[0].boxes;
        tool().selectClass(0);
        const size_t gone = tool().selection().size();
        QVERIFY(gone > 0);
        key(Qt::Key_Delete);
        QTRY_COMPARE(table->classes()[0].boxes, before - gone);
    }

    void numbersAreTyped()
    {
        open({demo_->demoFolder()});
        LabelsPanel &panel = the<LabelsPanel>();
        const Box wanted{5.5, 6.25, 50, 60};
        Q_EMIT panel.boxEdited(image().boxes[0].key, wanted);
        QCOMPARE(box(0), wanted);
        Q_EMIT panel.boxEdited(image().boxes[0].key, {5, 5, 5.5, 60});  // thinner than a pixel
        QCOMPARE(box(0), wanted);
        QVERIFY(!the<MessageStrip>().text().isEmpty());
    }
};

QTEST_MAIN(LabellingTest)
#include "tst_labelling.moc"
