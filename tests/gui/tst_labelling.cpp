// SPDX-License-Identifier: GPL-3.0-or-later
// Labelling in the window with real keys and mouse, on a copy of the demo: what a gesture makes is in the document, in
// the project file, and can be undone. FCOSCOPE_SHOTS names a folder for pictures of the window.
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <memory>

#include "app/gui/label_docks.h"
#include "app/gui/label_export_dialog.h"
#include "core/base/file.h"
#include "demo_window.h"
#include "widgets/image_list.h"
#include "widgets/labels/classes_panel.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/message_strip.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class LabellingTest : public QObject {
    Q_OBJECT

    std::unique_ptr<DemoWindow> demo_;
    Session *session_ = nullptr;
    MainWindow *window_ = nullptr;
    Canvas *canvas_ = nullptr;
    LabelDocks *docks_ = nullptr;

    void make()
    {
        demo_ = std::make_unique<DemoWindow>();
        session_ = &demo_->session;
        window_ = &demo_->window;
        canvas_ = &demo_->canvas;
        docks_ = window_->findChild<LabelDocks *>();
        window_->setTheme(QStringLiteral("light"));
        QVERIFY(demo_->show({1500, 950}));
    }
    void open(const QStringList &paths)
    {
        session_->open(paths);
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
    }
    /// The demo's images without labels, so that a newcomer has everything to do.
    QString plainFolder()
    {
        const QString folder = demo_->demoFolder();
        QFile::remove(folder + QStringLiteral("/annotations.json"));
        return folder;
    }
    const LabelDocument &document() const { return session_->labels(); }
    const ImageEntry &image() const { return *document().find(session_->current()); }
    Box box(size_t index) const { return image().boxes.at(index).box; }
    LabelTool &tool() const { return docks_->tool(); }
    template <typename Widget> Widget &the() const { return *window_->findChild<Widget *>(); }
    void key(int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(canvas_, Qt::Key(key), modifiers); }
    QPoint at(double x, double y) const { return canvas_->toWidget({x, y}).toPoint(); }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseMove(canvas_, from);
        QTest::mousePress(canvas_, Qt::LeftButton, modifiers, from);
        QTest::mouseMove(canvas_, (from + to) / 2);
        QTest::mouseMove(canvas_, to);
        QTest::mouseRelease(canvas_, Qt::LeftButton, modifiers, to);
    }
    void click(QPoint where, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseMove(canvas_, where);
        QTest::mouseClick(canvas_, Qt::LeftButton, modifiers, where);
    }
    /// Types into the dialog that the next gesture opens.
    static void whenAsked(const QString &name)
    {
        auto *timer = new QTimer;
        QObject::connect(timer, &QTimer::timeout, timer, [timer, name] {
            auto *dialog = qobject_cast<QDialog *>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            timer->deleteLater();
            auto *field = dialog->findChild<QComboBox *>();
            QTest::keyClicks(field->lineEdit(), name);
            QTest::keyClick(field->lineEdit(), Qt::Key_Return);
        });
        timer->start(20);
    }
    static bool near(const Box &a, const Box &b, double by = 1.5)
    {
        return std::abs(a.x1 - b.x1) < by && std::abs(a.y1 - b.y1) < by && std::abs(a.x2 - b.x2) < by &&
               std::abs(a.y2 - b.y2) < by;
    }
    bool saved() const
    {
        return document().saving().state == LabelDocument::Saving::State::Saved && fs::exists(document().file());
    }
    LabelSet inFile() const
    {
        return ProjectFile::open(document().file(), ProjectFile::Access::Read).read(ProjectFile::Extras::Leave);
    }
    void shot(const char *name, QWidget *what = nullptr) const
    {
        const QString folder = qEnvironmentVariable("FCOSCOPE_SHOTS");
        QTest::qWait(folder.isEmpty() ? 0 : 300);
        if (!folder.isEmpty())
            (what ? what : window_)
                ->grab()
                .save(QDir(folder).filePath(QString::fromLatin1(name) + QStringLiteral(".png")));
    }

private Q_SLOTS:
    void init() { make(); }
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

    void proposalsAreAcceptedAndRefused()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        const size_t found = session_->findings()->detections.size();
        QVERIFY(found >= 3);
        QVERIFY(image().boxes.empty());
        key(Qt::Key_Return);
        QCOMPARE(image().boxes.size(), 1u);
        QVERIFY(image().boxes[0].score && *image().boxes[0].score > 0.1f);
        QCOMPARE(session_->findings()->detections.size(), found);  // a layer of their own
        key(Qt::Key_Delete, Qt::ShiftModifier);
        QCOMPARE(document().set().refusals.size(), 1u);
        shot("ghosts");
        key(Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(image().boxes.size() >= 2u && image().boxes.size() < found);
        // Neither comes back with another run of the network.
        const size_t labels = image().boxes.size();
        session_->detect();
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        key(Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(image().boxes.size(), labels);
        key(Qt::Key_Z, Qt::ControlModifier);
        key(Qt::Key_Z, Qt::ControlModifier);  // the refusal
        QVERIFY(document().set().refusals.empty());
    }

    void theWholeFolderIsDetectedAndGoesOnWhereItWas()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        FolderDetection &folder = docks_->folderDetection();
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(folder.done() >= 3, 60000);
        folder.stop();
        QTRY_VERIFY(saved());
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(folder.running() && folder.done() >= 3, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!folder.running(), 120000);
        QCOMPARE(folder.done(), session_->images().size());
        QTRY_VERIFY(saved());
        const ProjectFile file = ProjectFile::open(document().file(), ProjectFile::Access::Read);
        for (const ImageEntry &entry : document().set().images)
            QCOMPARE(file.detections(entry.key).size(), 1u);
        QVERIFY(document().set().boxCount() == 0);  // labels were not touched
    }

    void aSecondWindowCanOnlyLook()
    {
        open({plainFolder()});
        key(Qt::Key_W);
        whenAsked(QStringLiteral("cell"));
        drag(at(40, 40), at(80, 80));
        QTRY_VERIFY(saved());
        DemoWindow other;
        QVERIFY(other.show({1200, 800}));
        other.session.open({QString::fromStdString(document().set().root.string())});
        QTRY_VERIFY_WITH_TIMEOUT(other.settled(), 60000);
        QCOMPARE(other.session.labels().set().boxCount(), 1u);
        auto &strip = *other.window.findChild<MessageStrip *>();
        strip.closeCurrent();  // that there is no model
        QVERIFY(strip.text().contains(QStringLiteral("not changed")));
        QTest::keyClick(&other.canvas, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&other.canvas, Qt::Key_Delete);
        QCOMPARE(other.session.labels().set().boxCount(), 1u);
    }

    void labelFilesOfSingleImagesAreKeptInStep()
    {
        const QString folder = plainFolder();
        const fs::path xml = folder.toStdString() + "/00.xml";
        writeFile(xml,
                  "<annotation><filename>00.jpg</filename><size><width>640</width><height>480</height><depth>3</depth>"
                  "</size><object><name>cell</name><pose>Left</pose><difficult>0</difficult><bndbox><xmin>10</xmin>"
                  "<ymin>20</ymin><xmax>110</xmax><ymax>90</ymax></bndbox></object></annotation>");
        open({folder});
        QCOMPARE(image().boxes.size(), 1u);
        key(Qt::Key_A, Qt::ControlModifier);
        key(Qt::Key_Right);
        QTRY_VERIFY(saved() && session_->sidecars().atRest());
        QTRY_VERIFY(readFile(xml).find("<xmin>11</xmin>") != std::string::npos);
        QVERIFY(readFile(xml).find("<pose>Left</pose>") != std::string::npos);

        // Another program writes it; the next edit asks instead of overwriting.
        std::string theirs = readFile(xml);
        theirs.replace(theirs.find("<xmin>11</xmin>"), 15, "<xmin>33</xmin>");
        writeFile(xml, theirs);
        key(Qt::Key_Right);
        QMessageBox *question = nullptr;
        QTRY_VERIFY((question = window_->findChild<QMessageBox *>(QStringLiteral("sidecarQuestion"))));
        QCOMPARE(readFile(xml), theirs);
        shot("question", question);
        for (QAbstractButton *button : question->buttons())
            if (button->text().startsWith(QStringLiteral("Take")))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_COMPARE(box(0).x1, 33.0);
        QCOMPARE(image().boxes.size(), 1u);
        QTRY_VERIFY(!window_->findChild<QMessageBox *>(QStringLiteral("sidecarQuestion")));
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_));
        key(Qt::Key_Z, Qt::ControlModifier);  // theirs is an edit like any other
        QCOMPARE(box(0).x1, 12.0);
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

    /// From dropping a folder to an exported COCO file, as the user guide tells it.
    void aNewcomersWalk()
    {
        const QString folder = plainFolder();
        open({resource("models/default.safetensors"), folder});
        shot("walk-1-opened");
        key(Qt::Key_Return, Qt::ShiftModifier);  // what the model proposes
        key(Qt::Key_W);
        drag(at(20, 20), at(90, 80));
        shot("walk-2-drawn");
        key(Qt::Key_Escape);
        key(Qt::Key_V);
        const size_t first = image().boxes.size();
        key(Qt::Key_D, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        key(Qt::Key_Return, Qt::ShiftModifier);
        key(Qt::Key_V);
        const size_t second = image().boxes.size();
        shot("walk-3-second");

        key(Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
        auto *dialog = window_->findChild<LabelExportDialog *>();
        QVERIFY(dialog);
        const QString to = demo_->dir.filePath(QStringLiteral("labels.json"));
        for (QLineEdit *field : dialog->findChildren<QLineEdit *>())
            if (field->text().endsWith(QStringLiteral("labels.json")))
                field->setText(to);
        for (QPushButton *button : dialog->findChildren<QPushButton *>())
            if (button->text() == QStringLiteral("&Export"))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(dialog->report().contains(QStringLiteral("2 images")));
        shot("walk-4-exported", dialog);
        dialog->close();
        FormatOptions options;
        options.reading.images = folder.toStdString();
        const ReadLabels read = readLabels(to.toStdString(), options);
        const auto &images = read.set.images;  // those that somebody has looked at; the others lie in the folder
        QCOMPARE(std::count_if(images.begin(), images.end(),
                               [](const ImageEntry &entry) { return entry.status != ReviewStatus::New; }),
                 2);
        QCOMPARE(read.set.boxCount(), first + second);

        // The next day everything is there.
        session_->closeImages();
        open({folder});
        QCOMPARE(document().set().boxCount(), first + second);
        QVERIFY(document().canUndo());
        QCOMPARE(image().status, ReviewStatus::Verified);
    }
};

QTEST_MAIN(LabellingTest)
#include "tst_labelling.moc"
