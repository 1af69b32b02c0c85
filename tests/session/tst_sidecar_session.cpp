// SPDX-License-Identifier: GPL-3.0-or-later
// Label files of single images from one session to the next: whatever another program has done to them in between is
// never overwritten without a question, and never where it is none of this folder's.
#include "tests/session/sidecar_folder.h"

using namespace fcoscope;

class SidecarSessionTest : public QObject, private SidecarFolder {
    Q_OBJECT

private Q_SLOTS:
    /// a.png and b.png with a cat each; a was edited and the session closed.
    void init()
    {
        newFolder();
        for (const char *name : {"a", "b"}) {
            putImage(folder() / (std::string(name) + ".png"));
            put(folder() / (std::string(name) + ".xml"), cat_);
        }
        open();
        QVERIFY(keeper().keeps());
        QVERIFY(draw("a.png"));
        session_.reset();
        QVERIFY(holds(folder() / "a.xml", "<xmin>5</xmin>"));
        QVERIFY(fs::exists(folder() / "project.fcoscope"));
    }
    void cleanup() { session_.reset(); }

    void aFileChangedBetweenTwoSessionsIsAskedAbout()
    {
        replaceKeepingTimes(folder() / "b.xml", theirs_);
        open();
        QVERIFY(draw("b.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 1);
        QCOMPARE(readFile(folder() / "b.xml"), theirs_);
        keeper().answer(image("b.png").key, SidecarKeeper::Answer::Theirs);
        QTRY_VERIFY(rested());
        QCOMPARE(image("b.png").boxes.size(), 2u);
        QVERIFY(labels().set().findClass("dog"));
        session_.reset();
        QCOMPARE(readFile(folder() / "b.xml"), theirs_);
    }

    void oneThatSaysTheSameInOtherWordsIsNot()
    {
        writeFile(folder() / "b.xml", cat_ + "\n<!-- saved by another program -->\n");
        open();
        session_->setCurrent(session_->images()[1]);
        QTRY_VERIFY(session_->picture() && rested());
        QVERIFY(draw("b.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 0);
        QVERIFY(holds(folder() / "b.xml", "<xmin>5</xmin>"));
    }

    void anImageThatComesWithItsFileIsReadWithIt()
    {
        putImage(folder() / "d.png");
        put(folder() / "d.xml", theirs_);
        open();
        QCOMPARE(image("d.png").status, ReviewStatus::Labelled);
        QCOMPARE(image("d.png").boxes.size(), 2u);
        QVERIFY(draw("d.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 0);
        QVERIFY(holds(folder() / "d.xml", "<xmin>50</xmin>") && holds(folder() / "d.xml", "<xmin>5</xmin>"));
        // Likewise one that comes while the folder is open.
        putImage(folder() / "e.png");
        put(folder() / "e.xml", theirs_);
        labels().addImages({(folder() / "e.png").string()});
        session_->setCurrent((folder() / "e.png").string());
        QTRY_COMPARE(image("e.png").boxes.size(), 2u);
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 0);
        open();
        QCOMPARE(image("d.png").boxes.size(), 3u);
        QCOMPARE(image("e.png").boxes.size(), 2u);
    }

    void undoingTakesNoFileAwayThatCameWithItsImage()
    {
        putImage(folder() / "d.png");
        put(folder() / "d.xml", theirs_);
        putImage(folder() / "e.png");
        open();
        QVERIFY(draw("e.png"));
        write();
        QTRY_VERIFY(rested() && fs::exists(folder() / "e.xml"));
        labels().undo();
        labels().undo();
        QCOMPARE(image("d.png").status, ReviewStatus::New);
        write();
        QTRY_VERIFY(rested());
        QVERIFY(!fs::exists(folder() / "e.xml"));  // ours
        QCOMPARE(readFile(folder() / "d.xml"), theirs_);
        labels().redo();
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(image("d.png").boxes.size(), 2u);
        QVERIFY(holds(folder() / "d.xml", "<xmin>50</xmin>"));
    }

    /// Even one that our own writer would have made the same.
    void undoingTakesNoFileAwayThatLooksLikeOurs()
    {
        putImage(folder() / "e.png");
        open();
        QVERIFY(draw("e.png"));
        write();
        QTRY_VERIFY(rested() && fs::exists(folder() / "e.xml"));
        std::string ours = readFile(folder() / "e.xml");
        for (size_t at; (at = ours.find("e.png")) != std::string::npos;)
            ours.replace(at, 5, "f.png");
        putImage(folder() / "f.png");
        put(folder() / "f.xml", ours);
        open();
        QCOMPARE(image("f.png").boxes.size(), 1u);
        labels().undo();
        QVERIFY(image("f.png").boxes.empty());
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(readFile(folder() / "f.xml"), ours);
    }

    /// What a file names anew has keys of its own, whatever was drawn while it was read.
    void whatIsDrawnWhileAFileIsReadKeepsItsKeys()
    {
        putImage(folder() / "c.png");
        open();
        put(folder() / "c.xml", theirs_);
        keeper().look(image("c.png").key);
        const size_t before = image("b.png").boxes.size();
        QVERIFY(draw("b.png"));
        QTRY_VERIFY(rested() && image("c.png").boxes.size() == 2);
        QCOMPARE(image("b.png").boxes.size(), before + 1);
        std::set<Key> keys;
        size_t boxes = 0;
        for (const ImageEntry &entry : labels().set().images)
            for (const BoxEntry &box : entry.boxes) {
                keys.insert(box.key);
                ++boxes;
            }
        QCOMPARE(keys.size(), boxes);
    }

    /// Who waits for the rest hears of it, though nothing was written for that.
    void restIsToldWhereThereWasNothingToWrite()
    {
        putImage(folder() / "d.png");
        fs::copy(folder() / "d.png", folder() / "d.jpg");
        open();
        QSignalSpy told(&keeper(), &SidecarKeeper::progressed);
        QVERIFY(draw("d.jpg"));
        keeper().writeDue();  // which has no file of its own
        QVERIFY(!keeper().atRest());
        QTRY_VERIFY(keeper().atRest() && told.count() > 0);
    }

    void aFileOfAnotherPictureIsNotTakenAndNotOverwritten()
    {
        const std::string other =
            voc(vocObject("cat", "10", "20", "30", "40"), "<size><width>640</width><height>480</height></size>");
        putImage(folder() / "d.png");
        put(folder() / "d.xml", other);
        open();
        QCOMPARE(image("d.png").status, ReviewStatus::New);
        QVERIFY(draw("d.png"));
        write();
        QTRY_VERIFY(rested());
        QTRY_COMPARE(failed_->size(), 1);  // there is nothing to choose between
        QCOMPARE(asked_->size(), 0);
        QCOMPARE(readFile(folder() / "d.xml"), other);
    }

    void aFileThatTwoImagesShareIsLeftAlone()
    {
        putImage(folder() / "d.png");
        fs::copy(folder() / "d.png", folder() / "d.jpg");
        put(folder() / "d.xml", theirs_);
        open();
        QVERIFY(draw("d.jpg"));
        QVERIFY(draw("d.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(failed_->size(), 1);  // said once
        QCOMPARE(readFile(folder() / "d.xml"), theirs_);
    }

    void aFileThatCannotBeReadHindersNoOpening()
    {
        for (const char *name : {"d", "e"})
            putImage(folder() / (std::string(name) + ".png"));
        fs::create_directories(folder() / "d.xml");
        put(folder() / "e.xml", "<annotation><object>");
        open();
        QCOMPARE(labels().set().images.size(), 4u);
        QVERIFY(draw("e.png"));
        write();
        QTRY_COMPARE(failed_->size(), 1);
        QCOMPARE(asked_->size(), 0);
        QCOMPARE(readFile(folder() / "e.xml"), std::string("<annotation><object>"));
    }

    void aProjectOfAnEarlierVersionIsComparedAtOpening()
    {
        {
            ProjectFile project = ProjectFile::open(folder() / "project.fcoscope", ProjectFile::Access::Write);
            project.putNote(SidecarKeeper::inStepNote, "");
            project.putSidecars({{image0(project).key, "a.xml", "another fingerprint"}});
        }
        writeFile(folder() / "b.xml", theirs_);
        open();
        QVERIFY(draw("a.png"));
        QVERIFY(draw("b.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 1);
        QCOMPARE(asked_->at(0).at(1).toString(), QStringLiteral("b.xml"));
        QCOMPARE(readFile(folder() / "b.xml"), theirs_);
    }

    /// What a kill leaves is what is on the disk at that moment.
    void filesThatAKillLeftBehindAreWrittenAtTheNextStart()
    {
        open();
        QVERIFY(draw("b.png"));
        QVERIFY(labels().finishSaving());
        const fs::path killed = root() / "killed", later = root() / "later";
        for (const fs::path &to : {killed, later})
            fs::copy(folder(), to, fs::copy_options::recursive);
        QVERIFY(!holds(killed / "b.xml", "<xmin>5</xmin>"));
        write();
        QTRY_VERIFY(rested());
        writeFile(later / "b.xml", readFile(folder() / "b.xml"));  // the file was written, but not noted

        open(killed);
        QTRY_VERIFY(rested() && holds(killed / "b.xml", "<xmin>5</xmin>"));
        open(later);
        QVERIFY(draw("b.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 0);
        QCOMPARE(QString::fromStdString(readFile(later / "b.xml")).count("<xmin>5</xmin>"), 2);
    }

    void afterAnEndInOrderNothingIsCompared()
    {
        const auto said = [&] {
            return ProjectFile::open(folder() / "project.fcoscope", ProjectFile::Access::Read)
                .note(SidecarKeeper::inStepNote);
        };
        QCOMPARE(said(), std::string("yes"));
        open();
        QVERIFY(labels().finishSaving());
        QCOMPARE(said(), std::string());
        writeFile(folder() / "b.xml", theirs_);
        QVERIFY(draw("b.png"));
        session_.reset();
        QCOMPARE(said(), std::string());  // b.xml is not ours
        open();
        session_.reset();
        QCOMPARE(readFile(folder() / "b.xml"), theirs_);
    }

    void aQuestionCanBePutOff()
    {
        open();
        writeFile(folder() / "b.xml", theirs_);
        const Key b = image("b.png").key;
        QVERIFY(draw("b.png"));
        write();
        QTRY_COMPARE(asked_->size(), 1);
        keeper().answer(b, SidecarKeeper::Answer::NotNow);
        QVERIFY(draw("b.png"));  // no second question while the person is at it
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 1);
        QCOMPARE(readFile(folder() / "b.xml"), theirs_);
        keeper().look(b);
        QTRY_COMPARE(asked_->size(), 2);
        keeper().answer(b, SidecarKeeper::Answer::NotNow);
        writeFile(folder() / "b.xml", cat_);  // the other program has taken it back
        session_.reset();
        QVERIFY(holds(folder() / "b.xml", "<xmin>5</xmin>"));
    }

    void oneAnswerForAll()
    {
        for (const char *name : {"c", "d", "e"}) {
            putImage(folder() / (std::string(name) + ".png"));
            put(folder() / (std::string(name) + ".xml"), cat_);
        }
        open();
        for (const char *name : {"b.xml", "c.xml", "d.xml", "e.xml"})
            writeFile(folder() / name, theirs_);
        const Key cat = labels().set().findClass("cat")->key;
        QVERIFY(labels().apply(renameClass(labels().set(), cat, "kitten")));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 1);  // one at a time
        const Key first = asked_->at(0).at(0).value<Key>();
        keeper().answer(first, SidecarKeeper::Answer::Theirs);
        QTRY_COMPARE(asked_->size(), 2);
        QTRY_VERIFY(rested());
        keeper().answer(asked_->at(1).at(0).value<Key>(), SidecarKeeper::Answer::Mine, true);
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 2);
        int mine = 0;
        for (const char *name : {"b.xml", "c.xml", "d.xml", "e.xml"})
            mine += holds(folder() / name, "<name>kitten</name>");
        QCOMPARE(mine, 3);
        // The answer was for those, not for ever.
        writeFile(folder() / "e.xml", theirs_);
        QVERIFY(draw("e.png"));
        write();
        QTRY_COMPARE(asked_->size(), 3);
    }

    void keepingCanBeSwitchedOffAndOnAgain()
    {
        open();
        QVERIFY(keeper().canKeep() && keeper().keeps());
        keeper().setKeeping(false);
        const std::string before = readFile(folder() / "b.xml");
        QVERIFY(draw("b.png"));
        write();
        QTRY_VERIFY(rested());
        open();
        QVERIFY(keeper().canKeep() && !keeper().keeps());
        QCOMPARE(readFile(folder() / "b.xml"), before);
        keeper().setKeeping(true);
        QTRY_VERIFY(rested() && holds(folder() / "b.xml", "<xmin>5</xmin>"));
        QCOMPARE(asked_->size(), 0);
        open();
        QVERIFY(keeper().keeps());
    }

    void anotherFolderComesWhenTheFilesOfThisOneAreWritten()
    {
        open();
        const fs::path other = root() / "other";
        putImage(other / "z.png");
        QVERIFY(draw("b.png"));
        session_->open({QString::fromStdString(other.string())});
        QTRY_VERIFY(!session_->opening() && labels().set().root == other);
        QVERIFY(holds(folder() / "b.xml", "<xmin>5</xmin>"));
    }

    void whatOnlyTheFileSaidComesBackWithUndo()
    {
        const std::string said = voc(vocObject("cat", "10", "20", "30", "40", "<occluded>1</occluded>"));
        putImage(folder() / "d.png");
        put(folder() / "d.xml", said);
        open();
        open();  // what is in memory is without it
        QVERIFY(image("d.png").boxes.at(0).extra.empty());
        const BoxEntry box = image("d.png").boxes.at(0);
        LabelEdit gone;
        gone.boxes.push_back({image("d.png").key, box.key, std::nullopt});
        QVERIFY(labels().apply(gone));
        write();
        QTRY_VERIFY(rested());
        QVERIFY(fs::exists(folder() / "d.xml") && !holds(folder() / "d.xml", "occluded"));
        labels().undo();
        write();
        QTRY_VERIFY(rested());
        QVERIFY(holds(folder() / "d.xml", "<occluded>1</occluded>"));
        // Likewise where the file is removed, and the person wants it again.
        fs::remove(folder() / "d.xml");
        QVERIFY(draw("d.png"));
        write();
        QTRY_COMPARE(asked_->size(), 1);
        keeper().answer(image("d.png").key, SidecarKeeper::Answer::Mine);
        QTRY_VERIFY(rested());
        QVERIFY(holds(folder() / "d.xml", "<occluded>1</occluded>"));
    }

    /// What was just read from a file is what the file says, whatever the format: nobody is asked about it.
    void filesThatWereJustReadAreKnown()
    {
        const auto strangers = [](const fs::path &path) {
            ReadLabels read = readLabels(path);
            KnownSidecars known;
            known.layout = sidecarLayout(path, read).value();
            survey(known, read.set, false, {});
            return read.set.images.size() - known.records.size();
        };
        const fs::path place = root() / "formats";
        const LabelSet set = smallSet(place);
        for (const LabelFormat format : {LabelFormat::Voc, LabelFormat::Labelme, LabelFormat::Yolo}) {
            writeLabels(set, format, place);
            QCOMPARE(strangers(place), 0u);
            for (const char *name : {"a", "b"})
                for (const char *ending : {".xml", ".json", ".txt"})
                    fs::remove(place / (std::string(name) + ending));
            fs::remove_all(place / "Annotations");
        }
        if (!hasShared())
            QSKIP("shared data sets are not here");
        QCOMPARE(strangers(shared() / "datasets/bccd"), 0u);
    }

    void aCopyWritesIntoItsOwnFiles()
    {
        const std::string original = readFile(folder() / "a.xml");
        const fs::path copy = root() / "copy";
        fs::copy(folder(), copy, fs::copy_options::recursive);
        open(copy);
        QVERIFY(draw("a.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(asked_->size(), 0);
        QCOMPARE(readFile(folder() / "a.xml"), original);
        QVERIFY(readFile(copy / "a.xml") != original);
    }

    void aMovedFolderDoesNotComeBackWhereItWas()
    {
        const fs::path moved = root() / "moved";
        fs::rename(folder(), moved);
        open(moved);
        QVERIFY(draw("a.png"));
        write();
        QTRY_VERIFY(rested());
        session_.reset();
        QVERIFY(!fs::exists(folder()));
        QCOMPARE(QString::fromStdString(readFile(moved / "a.xml")).count("<xmin>5</xmin>"), 2);
    }

    void anImageFromElsewhereWritesNoFileOfAnother()
    {
        const std::string before = readFile(folder() / "b.xml");
        putImage(root() / "elsewhere/b.png");
        putImage(root() / "elsewhere/f.png");
        open();
        labels().addImages({(root() / "elsewhere/b.png").string(), (root() / "elsewhere/f.png").string()});
        QVERIFY(draw("elsewhere/b.png"));
        QVERIFY(draw("elsewhere/f.png"));
        write();
        QTRY_VERIFY(rested());
        QCOMPARE(readFile(folder() / "b.xml"), before);
        QVERIFY(!fs::exists(folder() / "f.xml") && !fs::exists(root() / "elsewhere/f.xml"));
    }

private:
    static ImageEntry image0(const ProjectFile &project)
    {
        return project.read(ProjectFile::Extras::Leave).images.at(0);
    }
};

QTEST_GUILESS_MAIN(SidecarSessionTest)
#include "tst_sidecar_session.moc"
