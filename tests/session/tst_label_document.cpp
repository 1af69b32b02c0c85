// SPDX-License-Identifier: GPL-3.0-or-later
// The labels that are open: edits are there at once, in the file soon, and nothing is lost when the file cannot be
// written.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "app/session/label_document.h"
#include "core/data/project/edits.h"
#include "tests/pace.h"

using namespace fcoscope;
namespace fs = std::filesystem;
using State = LabelDocument::Saving::State;

class LabelDocumentTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<LabelDocument> document_;

    fs::path root() const { return dir_->path().toStdString(); }
    fs::path file() const { return root() / "project.fcoscope"; }

    /// Three images, a class, no project file.
    OpenedLabels opened() const
    {
        LabelSet set;
        set.root = root();
        set.classes.push_back({set.newKey(), "cell", 0, 1, 0, {}});
        OpenedLabels made;
        for (const char *name : {"a.png", "b.png", "c.png"}) {
            ImageEntry image;
            image.key = set.newKey();
            image.path = name;
            image.size = {100, 80};
            set.images.push_back(image);
            made.ids.push_back((root() / name).string());
        }
        made.initial = std::make_shared<const LabelSet>(set);
        made.set = std::move(set);
        made.file = file();
        return made;
    }
    OpenedLabels reopened() const
    {
        OpenedLabels made = opened();
        made.initial.reset();
        made.project = std::make_shared<ProjectFile>(ProjectFile::open(file(), ProjectFile::Access::Write));
        made.set = made.project->read(ProjectFile::Extras::Leave);
        made.journal = made.project->journal();
        return made;
    }
    const LabelSet &set() const { return document_->set(); }
    LabelEdit drawn(size_t image, double x)
    {
        const NewBox box{set().classes[0].key, {x, 10, x + 20, 30}, {}, false, false};
        return addBoxes(set(), set().images[image], std::span(&box, 1), message("core", "Draw a box"));
    }
    LabelSet inFile() const
    {
        return ProjectFile::open(file(), ProjectFile::Access::Read).read(ProjectFile::Extras::Leave);
    }

private Q_SLOTS:
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        document_ = std::make_unique<LabelDocument>();
        document_->open(opened());
    }
    void cleanup()
    {
        document_.reset();
        dir_.reset();
    }

    void lookingWritesNothing()
    {
        document_->noteSize(document_->ids()[0], {100, 80});
        document_->addImages({(root() / "d.png").string(), "/elsewhere/e.png", document_->ids()[1]});
        QCOMPARE(document_->ids().size(), 5u);
        QCOMPARE(set().images[3].path, std::string("d.png"));
        QCOMPARE(set().images[4].path, std::string("/elsewhere/e.png"));
        QCOMPARE(document_->saving().state, State::Saved);
        document_->close();
        QVERIFY(!fs::exists(file()));
    }

    void anEditIsThereAtOnceAndSoonInTheFile()
    {
        document_->addImages({(root() / "d.png").string()});
        QSignalSpy spy(document_.get(), &LabelDocument::changed);
        QVERIFY(document_->apply(drawn(1, 10)));
        QCOMPARE(set().images[1].boxes.size(), 1u);
        QCOMPARE(set().images[1].status, ReviewStatus::Labelled);
        const auto change = spy[0][0].value<LabelsChange>();
        QVERIFY(change.has(LabelsChange::Boxes) && change.has(LabelsChange::Statuses));
        QCOMPARE(change.images, std::vector<Key>{set().images[1].key});
        QTRY_COMPARE(document_->saving().state, State::Saved);
        QVERIFY(fs::exists(file()));
        QTRY_COMPARE(inFile().images.size(), 4u);  // the one that was found before there was a file, too
        QCOMPARE(inFile().images[1].boxes, set().images[1].boxes);
        QVERIFY(!document_->apply({}));
    }

    void undoneBeyondTheLastStart()
    {
        for (int i = 0; i < 5; ++i)
            QVERIFY(document_->apply(drawn(static_cast<size_t>(i % 3), i * 10)));
        document_->undo();
        const LabelSet four = set();
        QVERIFY(document_->close());
        document_->open(reopened());
        QCOMPARE(set().boxCount(), 4u);
        QVERIFY(document_->canUndo() && document_->canRedo());
        QCOMPARE(document_->undoWords().english(), std::string("Draw a box"));
        document_->redo();
        QCOMPARE(set().boxCount(), 5u);
        for (int i = 0; i < 5; ++i)
            document_->undo();
        QVERIFY(!document_->canUndo());
        QCOMPARE(set().boxCount(), 0u);
        QVERIFY(document_->close());
        document_->open(reopened());
        QCOMPARE(set().boxCount(), 0u);
        for (int i = 0; i < 4; ++i)
            document_->redo();
        QCOMPARE(set().images, four.images);
    }

    void whatIsWrittenElsewhereCanBeLookedAt()
    {
        QVERIFY(document_->apply(drawn(0, 10)));
        QTRY_COMPARE(document_->saving().state, State::Saved);
        OpenedLabels second = opened();
        second.set = inFile();
        second.readOnly = message("core", "Another window writes it.");
        LabelDocument other;
        other.open(std::move(second));
        QCOMPARE(other.saving().state, State::ReadOnly);
        QVERIFY(!other.apply(drawn(0, 50)));
        QCOMPARE(other.set().boxCount(), 1u);
        other.undo();
        QCOMPARE(other.set().boxCount(), 1u);
    }

    /// What the file held beyond the labels comes back with it: extras, notes, detections, the journal.
    void aFileThatGoesComesBackWhole()
    {
        OpenedLabels made = opened();
        LabelSet set = *made.initial;
        set.extra = R"({"info":1})";
        set.images[0].extra = R"({"licence":3})";
        made.initial = std::make_shared<const LabelSet>(set);
        document_->open(std::move(made));
        QVERIFY(document_->apply(drawn(0, 10)));
        document_->remember("sidecars", "a layout");
        document_->remember(std::vector{SidecarRecord{set.images[0].key, "a.xml", "abc"}});
        document_->store({set.images[1].key, "model", {Detection{}}, {"cell"}});
        QVERIFY(document_->finishSaving());
        fs::remove_all(root());
        QVERIFY(document_->apply(drawn(1, 10)));
        document_->remember("origin", "voc");
        QTRY_COMPARE(document_->saving().state, State::Failing);
        fs::create_directories(root());
        QVERIFY(document_->finishSaving());
        QCOMPARE(document_->saving().state, State::Saved);
        document_->undo();
        QVERIFY(document_->close());

        OpenedLabels again = reopened();
        QCOMPARE(again.journal.size(), 2u);
        const LabelSet whole = again.project->read(ProjectFile::Extras::Read);
        QCOMPARE(whole.extra, set.extra);
        QCOMPARE(whole.images[0].extra, set.images[0].extra);
        QCOMPARE(whole.boxCount(), 1u);
        QCOMPARE(again.project->note("sidecars"), std::string("a layout"));
        QCOMPARE(again.project->note("origin"), std::string("voc"));
        QCOMPARE(again.project->sidecars().size(), 1u);
        QCOMPARE(again.project->detections(set.images[1].key).size(), 1u);
        document_->open(std::move(again));
        document_->undo();
        QCOMPARE(this->set().boxCount(), 0u);
        QVERIFY(document_->finishSaving());
        // The file alone, while its lock stays.
        fs::remove(file());
        document_->redo();
        QVERIFY(document_->finishSaving());
        QCOMPARE(inFile().boxCount(), 1u);
        QVERIFY_EXCEPTION_THROWN(ProjectFile::open(file(), ProjectFile::Access::Write), LockedProject);
    }

    /// A link by which the file was opened has gone: the file has not.
    void aLinkThatGoesTakesNoFileAway()
    {
        QVERIFY(document_->apply(drawn(0, 10)));
        QVERIFY(document_->close());
        OpenedLabels made = reopened();
        made.file = root() / "link";
        fs::create_symlink(file(), made.file);
        made.project.reset();
        made.project = std::make_shared<ProjectFile>(ProjectFile::open(made.file, ProjectFile::Access::Write));
        document_->open(std::move(made));
        fs::remove(root() / "link");
        QVERIFY(document_->apply(drawn(1, 10)));
        QVERIFY(document_->finishSaving());
        QCOMPARE(inFile().boxCount(), 2u);
    }

    /// Where nothing is left of the file, the labels are, and undo.
    void aFileThatGoesForGoodLosesNoLabels()
    {
        QVERIFY(document_->apply(drawn(0, 10)));
        QTRY_COMPARE(document_->saving().state, State::Saved);
        const fs::path away = root().string() + ".away";
        fs::rename(root(), away);
        QVERIFY(document_->apply(drawn(1, 10)));
        QVERIFY(document_->apply(drawn(2, 10)));
        QTRY_COMPARE(document_->saving().state, State::Failing);
        QCOMPARE(document_->saving().waiting, 2u);
        QVERIFY(document_->saving().reason.english().find(file().string()) != std::string::npos);
        QCOMPARE(set().boxCount(), 3u);
        document_->undo();  // a person goes on
        QCOMPARE(set().boxCount(), 2u);

        for (const char *part : {"", "-wal", "-shm"}) {  // what the connection has left
            const std::string held = away.string() + "/project.fcoscope" + part;
            const auto bytes = static_cast<size_t>(fs::file_size(held));
            std::fstream(held, std::ios::in | std::ios::out | std::ios::binary) << std::string(bytes, '\0');
        }
        fs::create_directories(root());  // the folder is back, without the file
        document_->saveNow();
        QTRY_VERIFY(fs::exists(file()) || (document_->saveNow(), false));
        QTRY_COMPARE(document_->saving().state, State::Saved);
        QCOMPARE(inFile().images, set().images);
        // Undo goes on over what the new file's journal does not know.
        document_->undo();
        document_->undo();
        QCOMPARE(set().boxCount(), 0u);
        document_->redo();
        document_->redo();
        document_->redo();
        QCOMPARE(set().boxCount(), 3u);
        QVERIFY(document_->apply(drawn(2, 60)));
        document_->undo();
        document_->redo();
        QTRY_COMPARE(document_->saving().state, State::Saved);
        QCOMPARE(inFile().images, set().images);
        fs::remove_all(away);
    }

    void whoeverWaitsKnowsWhetherAllIsWritten()
    {
        fs::create_directory(file());  // in the way of the file
        QVERIFY(document_->apply(drawn(0, 10)));
        QVERIFY(!document_->finishSaving());
        QCOMPARE(document_->saving().state, State::Failing);
        fs::remove(file());
        QVERIFY(document_->finishSaving());
        QCOMPARE(document_->saving().state, State::Saved);
        QCOMPARE(inFile().images, set().images);
    }

    void whatIsGivenUpIsNotTriedAgain()
    {
        fs::create_directory(file());
        QVERIFY(document_->apply(drawn(0, 10)));
        QTRY_COMPARE(document_->saving().state, State::Failing);
        QVERIFY(!document_->close());
        QCOMPARE(document_->saving(), LabelDocument::Saving());
        fs::remove(file());
        document_->saveNow();
        QVERIFY(document_->finishSaving());
        QVERIFY(!fs::exists(file()));
    }

    void withoutAnythingOpenNothingChanges()
    {
        QSignalSpy spy(document_.get(), &LabelDocument::changed);
        QVERIFY(document_->close());
        QCOMPARE(spy.size(), 1);
        QVERIFY(spy[0][0].value<LabelsChange>().has(LabelsChange::Set));
        QVERIFY(!document_->apply(addClass(set(), "cell")));
        QVERIFY(set().classes.empty());
        QVERIFY(document_->finishSaving());
    }

    void aMillisecondsWorkForManyEdits()
    {
        const double took = wallMs([this] {
            for (int i = 0; i < 200; ++i)
                QVERIFY(document_->apply(drawn(0, i % 70)));
        });
        QVERIFY2(took < 500 * slower, "the window waited for the disk");
        QTRY_COMPARE_WITH_TIMEOUT(document_->saving().state, State::Saved, 30000);
        QCOMPARE(inFile().images, set().images);
    }
};

QTEST_GUILESS_MAIN(LabelDocumentTest)
#include "tst_label_document.moc"
