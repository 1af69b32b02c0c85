// SPDX-License-Identifier: GPL-3.0-or-later
// A folder that is labelled in the window: what the network proposes for it, a second window at it, other programs'
// label files in it, and the way from dropping it to an exported file.
#include <QCheckBox>
#include <QMessageBox>
#include <QPushButton>

#include <future>

#include "app/gui/label_export_dialog.h"
#include "core/base/file.h"
#include "labelling_window.h"
#include "widgets/message_strip.h"

using namespace fcoscope;

class LabellingFolderTest : public QObject, private LabellingWindow {
    Q_OBJECT

private Q_SLOTS:
    void init() { makeWindow(); }
    void cleanup() { demo_.reset(); }

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
        const size_t classes = document().set().classes.size();
        key(Qt::Key_Delete, Qt::ShiftModifier);
        QCOMPARE(document().set().refusals.size(), 1u);
        QCOMPARE(document().set().classes.size(), classes);  // none comes with what is refused
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
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(folder.running() && folder.done() >= 3, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!folder.running(), 120000);
        QCOMPARE(folder.done(), session_->images().size());
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        const ProjectFile file = ProjectFile::open(document().file(), ProjectFile::Access::Read);
        for (const ImageEntry &entry : document().set().images)
            QCOMPARE(file.detections(entry.key).size(), 1u);
        QVERIFY(document().set().boxCount() == 0);  // labels were not touched
    }

    /// What a run over the folder found is proposed before the network has looked, and accepted for all images at once.
    void whatWasFoundInTheFolderIsAcceptedAtOnce()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        FolderDetection &folder = docks_->folderDetection();
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(folder.done() == session_->images().size() && !folder.running(), 120000);
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        key(Qt::Key_Delete, Qt::ShiftModifier);  // refused: it stays so
        key(Qt::Key_Return);                     // labelled: no second time
        key(Qt::Key_D, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        key(Qt::Key_V, Qt::ShiftModifier);  // empty on purpose
        const Key empty = image().key;
        const size_t labelled = document().set().boxCount();
        const LabelSet before = document().set();
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        std::vector<StoredDetections> stored;
        const ProjectFile file = ProjectFile::open(document().file(), ProjectFile::Access::Read);
        for (const ImageEntry &entry : document().set().images)
            for (StoredDetections &found : file.detections(entry.key))
                stored.push_back(std::move(found));
        const size_t wanted = touchedBy(acceptStored(before, stored, session_->decodeOptions().scoreThreshold)).boxes;

        QString asked;
        auto *timer = new QTimer(window_);
        connect(timer, &QTimer::timeout, timer, [timer, &asked] {
            auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
            if (!box)
                return;
            timer->deleteLater();
            asked = box->text();
            QTest::keyClick(box, Qt::Key_Return);
        });
        timer->start(20);
        the<Actions>()[ActionId::AcceptFolderDetections].trigger();
        QTRY_VERIFY_WITH_TIMEOUT(document().set().boxCount() > labelled, 60000);
        QCOMPARE(document().set().boxCount() - labelled, wanted);
        QVERIFY(asked.contains(QStringLiteral("in %1 images").arg(session_->images().size() - 1)));
        QVERIFY(asked.startsWith(QString::number(document().set().boxCount() - labelled)));
        const LabelSet after = document().set();
        QCOMPARE(document().find(empty)->status, ReviewStatus::Empty);
        QVERIFY(document().find(empty)->boxes.empty());
        for (const Refusal &refusal : after.refusals)
            for (const BoxEntry &box : document().find(refusal.imageKey)->boxes)
                QVERIFY(intersectionOverUnion(box.box, refusal.box) < 0.5 ||
                        after.findClass(box.classKey)->name != refusal.className);
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_));
        key(Qt::Key_Z, Qt::ControlModifier);  // one step
        QCOMPARE(document().set().boxCount(), labelled);
        QCOMPARE(document().set().images, before.images);
        QCOMPARE(document().set().classes, before.classes);
    }

    /// Of one folder, while another one is opened: neither asked about nor made labels there.
    void whatWasFoundStaysInItsFolder()
    {
        const QString folder = plainFolder(), other = demo_->dir.filePath(QStringLiteral("other"));
        QVERIFY(QDir().mkdir(other));
        for (const QFileInfo &file : QDir(folder).entryInfoList(QDir::Files))
            QVERIFY(QFile::copy(file.filePath(), other + QLatin1Char('/') + file.fileName()));
        open({resource("models/default.safetensors"), folder});
        FolderDetection &detection = docks_->folderDetection();
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(detection.done() == session_->images().size() && !detection.running(), 120000);
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        QAction &accept = the<Actions>()[ActionId::AcceptFolderDetections];
        int asked = 0;
        const auto openOther = [&] {
            session_->open({other});
            QTRY_VERIFY_WITH_TIMEOUT(!session_->opening() && document().set().root == other.toStdString(), 60000);
        };
        auto *timer = new QTimer(window_);
        connect(timer, &QTimer::timeout, timer, [&] {
            auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
            if (!box || !timer->isActive())
                return;
            timer->stop();
            ++asked;
            openOther();
            QTest::keyClick(box, Qt::Key_Return);
        });
        // While it is asked about.
        timer->start(20);
        accept.trigger();
        QTRY_VERIFY_WITH_TIMEOUT(asked == 1 && !QApplication::activeModalWidget(), 60000);
        QCOMPARE(document().set().root, fs::path(other.toStdString()));
        QCOMPARE(document().set().boxCount(), 0u);
        QVERIFY(the<MessageStrip>().text().contains(QStringLiteral("nothing was accepted")));

        // Before it is: what was stored is read meanwhile.
        open({folder});
        timer->start(20);
        accept.trigger();
        session_->closeImages();
        openOther();
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        QCOMPARE(asked, 1);
        QCOMPARE(document().set().boxCount(), 0u);
    }

    /// Without waiting for the network, of which nothing is known here.
    void whatIsStoredIsProposedAtOnce()
    {
        open({resource("models/default.safetensors"), plainFolder()});
        FolderDetection &folder = docks_->folderDetection();
        key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(folder.done() == session_->images().size() && !folder.running(), 120000);
        QTRY_VERIFY_WITH_TIMEOUT(saved(), 60000);
        const ImageId next = session_->images().at(5);
        // The thread of the network is held up meanwhile.
        std::promise<void> go;
        auto held = go.get_future().share();
        session_->inferenceThread().post(this, [held] { held.wait(); });
        session_->setCurrent(next);
        QTRY_VERIFY_WITH_TIMEOUT(folder.stored() && !canvas_->detections().empty(), 60000);
        QVERIFY(!session_->findings());
        QVERIFY(canvas_->detecting());  // still
        // The threshold counts for them, too.
        const std::vector<Detection> all = canvas_->detections();
        DecodeOptions options = session_->decodeOptions();
        const float before = std::exchange(options.scoreThreshold, all.front().score);
        session_->setDecodeOptions(options);
        QVERIFY(!canvas_->detections().empty() && canvas_->detections().size() < all.size());
        QCOMPARE(folder.stored()->detections.size(), canvas_->detections().size());
        options.scoreThreshold = before;
        session_->setDecodeOptions(options);
        QCOMPARE(canvas_->detections().size(), all.size());
        key(Qt::Key_Return, Qt::ShiftModifier);
        const size_t accepted = image().boxes.size();
        QVERIFY(accepted > 0);
        go.set_value();
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        QVERIFY(session_->findings());
        QCOMPARE(image().boxes.size(), accepted);
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

    /// Before there is a project file, too: who opened the folder first may write, the other knows at once.
    void ofTwoWindowsAtANewFolderOneWrites()
    {
        const QString folder = plainFolder();
        const auto filesIn = [&] { return QDir(folder).entryList(QDir::Files); };
        const QStringList before = filesIn();
        open({folder});
        DemoWindow other;
        QVERIFY(other.show({1200, 800}));
        const auto openThere = [&] {
            other.session.open({folder});
            QTRY_VERIFY_WITH_TIMEOUT(other.settled(), 60000);
        };
        openThere();
        const LabelDocument &theirs = other.session.labels();
        QTRY_COMPARE(theirs.saving().state, LabelDocument::Saving::State::ReadOnly);
        auto &strip = *other.window.findChild<MessageStrip *>();
        strip.closeCurrent();  // that there is no model
        QVERIFY(strip.text().contains(QStringLiteral("not changed")));
        QVERIFY(strip.text().contains(QStringLiteral("open it here again")));
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_));
        key(Qt::Key_V);
        QTRY_VERIFY(saved());

        session_->closeImages();
        openThere();  // the same again, now for writing
        QTRY_COMPARE(theirs.saving().state, LabelDocument::Saving::State::Saved);
        QVERIFY(!strip.text().contains(QStringLiteral("not changed")));
        QCOMPARE(theirs.set().images[0].status, ReviewStatus::Verified);
        other.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&other.window));
        QTest::keyClick(&other.canvas, Qt::Key_V);
        QTRY_COMPARE(theirs.saving().state, LabelDocument::Saving::State::Saved);
        QCOMPARE(theirs.set().images[0].status, ReviewStatus::New);
        other.session.closeImages();

        fs::remove(folder.toStdString() + "/project.fcoscope");
        open({folder});
        session_->closeImages();
        QCOMPARE(filesIn(), before);  // who has only looked leaves nothing
    }

    void labelFilesOfSingleImagesAreKeptInStep()
    {
        const QString folder = plainFolder();
        const fs::path xml = folderWithLabelFile(folder);
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

    /// The suggested target is none that is there: labels.json is what these labels were read from. One that a person
    /// names is asked for.
    void anExportReplacesNothingUnasked()
    {
        const QString folder = demo_->demoFolder();
        const fs::path source = folder.toStdString() + "/labels.json";
        fs::rename(folder.toStdString() + "/annotations.json", source);
        const std::string before = readFile(source);
        open({folder});
        QVERIFY(document().set().boxCount() > 0);
        key(Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
        auto *dialog = window_->findChild<LabelExportDialog *>();
        QVERIFY(dialog);
        QLineEdit *to = nullptr;
        for (QLineEdit *field : dialog->findChildren<QLineEdit *>())
            to = field->text().endsWith(QStringLiteral(".json")) ? field : to;
        QPushButton *write = nullptr;
        for (QPushButton *button : dialog->findChildren<QPushButton *>())
            write = button->text() == QStringLiteral("&Export") ? button : write;
        QTest::mouseClick(write, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->report().isEmpty(), 60000);
        QCOMPARE(to->text(), folder + QStringLiteral("/labels-2.json"));
        QVERIFY(fs::exists(to->text().toStdString()));
        QCOMPARE(readFile(source), before);

        to->setText(QString::fromStdString(source.string()));
        QString asked;
        const auto answer = [&](const QString &label) {
            auto *timer = new QTimer(dialog);
            connect(timer, &QTimer::timeout, timer, [timer, label, &asked] {
                auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget());
                if (!box)
                    return;
                timer->deleteLater();
                asked = box->text();
                for (QAbstractButton *button : box->buttons())
                    if (button->text().remove(QLatin1Char('&')) == label)
                        return QTest::mouseClick(button, Qt::LeftButton);
            });
            timer->start(20);
            QTest::mouseClick(write, Qt::LeftButton);
        };
        answer(QStringLiteral("Cancel"));
        QVERIFY(asked.contains(QString::fromStdString(source.string())) && asked.contains(QStringLiteral("replaced")));
        QVERIFY(write->isEnabled());  // nothing is being written
        QCOMPARE(readFile(source), before);
        answer(QStringLiteral("Replace"));
        QTRY_VERIFY_WITH_TIMEOUT(write->isEnabled() && readFile(source) != before, 60000);
        dialog->close();
    }

    void aQuestionAboutALabelFileCanBePutOff()
    {
        const QString folder = plainFolder();
        const fs::path xml = folderWithLabelFile(folder);
        open({folder});
        std::string theirs = readFile(xml);
        theirs.replace(theirs.find("<xmin>10</xmin>"), 15, "<xmin>33</xmin>");
        writeFile(xml, theirs);
        key(Qt::Key_A, Qt::ControlModifier);
        key(Qt::Key_Right);
        QTRY_VERIFY(question());
        QTest::keyClick(question(), Qt::Key_Escape);
        QTRY_VERIFY(!question());
        QVERIFY(session_->sidecars().keeps());
        QCOMPARE(readFile(xml), theirs);
        session_->sidecars().look(image().key);  // as when the image is shown again
        QTRY_VERIFY(question());
        question()->close();  // [X]
        QTRY_VERIFY(!question());
        session_->sidecars().look(image().key);
        QTRY_VERIFY(question());
        question()->checkBox()->setChecked(true);
        for (QAbstractButton *button : question()->buttons())
            if (button->text().startsWith(QStringLiteral("Keep mine")))
                QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(!question() && session_->sidecars().atRest());
        QVERIFY(readFile(xml).find("<xmin>11</xmin>") != std::string::npos);

        // Label files can be left alone, and kept in step again.
        QAction *keeping = nullptr;
        for (QAction *action : window_->findChildren<QAction *>())
            if (action->text() == QStringLiteral("Keep la&bel files in step"))
                keeping = action;
        QVERIFY(keeping && keeping->isEnabled() && keeping->isChecked());
        keeping->trigger();
        QVERIFY(!session_->sidecars().keeps());
        keeping->trigger();
        QVERIFY(session_->sidecars().keeps());
    }

    /// The window is closed at once after an edit: what is due is in the label files, and the window was alive.
    void closingWritesLabelFilesWithTheWindowAlive()
    {
        const QString folder = plainFolder();
        const fs::path xml = folderWithLabelFile(folder);
        open({folder});
        key(Qt::Key_A, Qt::ControlModifier);
        key(Qt::Key_Right);
        bool alive = false;
        QTimer::singleShot(0, this, [&] { alive = window_->isVisible() && !session_->sidecars().atRest(); });
        QVERIFY(window_->close());
        QVERIFY(alive);
        QVERIFY(session_->sidecars().atRest());
        QVERIFY(readFile(xml).find("<xmin>11</xmin>") != std::string::npos);
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
        QTRY_VERIFY2(dialog->report().contains(QStringLiteral("images 2,")), qPrintable(dialog->report()));
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

private:
    QMessageBox *question() const { return window_->findChild<QMessageBox *>(QStringLiteral("sidecarQuestion")); }

    static fs::path folderWithLabelFile(const QString &folder)
    {
        const fs::path xml = folder.toStdString() + "/00.xml";
        writeFile(xml,
                  "<annotation><filename>00.jpg</filename><size><width>640</width><height>480</height><depth>3</depth>"
                  "</size><object><name>cell</name><pose>Left</pose><difficult>0</difficult><bndbox><xmin>10</xmin>"
                  "<ymin>20</ymin><xmax>110</xmax><ymax>90</ymax></bndbox></object></annotation>");
        return xml;
    }
};

QTEST_MAIN(LabellingFolderTest)
#include "tst_labelling_folder.moc"
