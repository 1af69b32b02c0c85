// SPDX-License-Identifier: GPL-3.0-or-later
// Label files of single images in step with the labels: which are written, and that nobody is asked about a file that
// we wrote ourselves.
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/session/sidecar_keeper.h"
#include "core/base/file.h"
#include "core/data/project/edits.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class SidecarKeeperTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<LabelDocument> document_;
    std::unique_ptr<SidecarKeeper> keeper_;
    SidecarLayout layout_;

    fs::path root() const { return dir_->path().toStdString(); }
    fs::path project() const { return root() / "project.fcoscope"; }
    const LabelSet &set() const { return document_->set(); }
    std::vector<SidecarRecord> records() const
    {
        return ProjectFile::open(project(), ProjectFile::Access::Read).sidecars();
    }
    /// As opening would have it.
    KnownSidecars surveyed(const std::vector<SidecarRecord> &records) const
    {
        KnownSidecars known;
        known.layout = layout_;
        known.inStep = true;
        for (const SidecarRecord &record : records)
            known.records[record.image] = record;
        LabelSet copy = set();
        survey(known, copy, false, {});
        return known;
    }
    /// One more box of that class in that image.
    LabelEdit drawn(size_t image, Key classKey) const
    {
        const NewBox box{classKey, {5, 10, 25, 30}, {}, false, false};
        return addBoxes(set(), set().images[image], std::span(&box, 1), message("core", "Draw a box"));
    }

private Q_SLOTS:
    /// Three images, a cell in each of the first two.
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        layout_ = {LabelFormat::Voc, root(), root(), root(), VocOrigin::Edges, {}};
        OpenedLabels opened;
        opened.set.root = root();
        opened.set.classes.push_back({opened.set.newKey(), "cell", 0, -1, 0, {}});
        opened.set.classes.push_back({opened.set.newKey(), "dust", 1, -1, 0, {}});
        for (const char *name : {"a.png", "b.png", "c.png"}) {
            ImageEntry image;
            image.key = opened.set.newKey();
            image.path = name;
            image.size = {100, 80};
            if (opened.set.images.size() < 2) {
                BoxEntry box;
                box.key = opened.set.newKey();
                box.classKey = opened.set.classes[0].key;
                box.box = {10, 10, 40, 40};
                image.boxes.push_back(box);
                image.status = ReviewStatus::Labelled;
            }
            opened.ids.push_back((root() / name).string());
            opened.set.images.push_back(std::move(image));
        }
        opened.initial = std::make_shared<const LabelSet>(opened.set);
        opened.file = project();
        document_ = std::make_unique<LabelDocument>();
        keeper_ = std::make_unique<SidecarKeeper>(*document_);
        document_->open(std::move(opened));
        keeper_->open(surveyed({}));
    }
    void cleanup()
    {
        keeper_.reset();
        document_.reset();
        dir_.reset();
    }

    void aNewClassWritesNoFileThatDoesNotUseIt()
    {
        QVERIFY(document_->apply(addClass(set(), "fibre")));
        QVERIFY(document_->apply(drawn(2, set().findClass("fibre")->key)));
        keeper_->finish();
        QVERIFY(document_->close());
        QVERIFY(readFile(root() / "c.xml").find("<name>fibre</name>") != std::string::npos);
        QVERIFY(!fs::exists(root() / "a.xml"));
    }

    void aNewNameStandsInEveryFileThatUsesTheClass()
    {
        QVERIFY(document_->apply(renameClass(set(), set().classes[0].key, "red cell")));
        QTRY_VERIFY(keeper_->atRest());
        for (const char *name : {"a.xml", "b.xml"})
            QVERIFY(readFile(root() / name).find("<name>red cell</name>") != std::string::npos);
        document_->undo();
        keeper_->finish();
        for (const char *name : {"a.xml", "b.xml"})
            QVERIFY(readFile(root() / name).find("<name>cell</name>") != std::string::npos);
        QVERIFY(!fs::exists(root() / "c.xml"));
    }

    void whatWasJustWrittenIsOurs()
    {
        QVERIFY(document_->apply(drawn(0, set().classes[1].key)));
        keeper_->writeDue();
        QElapsedTimer clock;
        clock.start();
        while (!fs::exists(root() / "a.xml") && clock.elapsed() < 10000)
            QTest::qSleep(1);  // the worker has written it, and nobody here has been told
        keeper_->finish();
        QVERIFY(document_->finishSaving());
        const std::vector<SidecarRecord> known = records();
        QCOMPARE(known.size(), 3u);
        QCOMPARE(known[0].fingerprint, fingerprintOf(root() / "a.xml"));
        QSignalSpy asked(keeper_.get(), &SidecarKeeper::question);
        keeper_->open(surveyed(known));
        keeper_->look(set().images[0].key);
        QTRY_VERIFY(keeper_->atRest());
        QCOMPARE(asked.size(), 0);
    }

    void anAnswerToAQuestionThatIsGoneChangesNothing()
    {
        writeFile(root() / "a.xml", "another program's");
        keeper_->answer(set().images[0].key, SidecarKeeper::Answer::Mine);
        QVERIFY(keeper_->atRest());
        QCOMPARE(readFile(root() / "a.xml"), std::string("another program's"));
    }
};

QTEST_GUILESS_MAIN(SidecarKeeperTest)
#include "tst_sidecar_keeper.moc"
