// SPDX-License-Identifier: GPL-3.0-or-later
// What is named on the command line or dropped on the window is told apart, and nothing is passed over in silence.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include <sqlite3.h>

#include "app/session/opening.h"
#include "core/base/error.h"
#include "core/data/project/edits.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class OpeningTest : public QObject {
    Q_OBJECT

    QTemporaryDir userData_;

    Backend backend()
    {
        Backend b;
        b.isImage = [](const fs::path &path) { return path.extension() == ".png"; };
        b.looksLikeModel = [](const fs::path &path) {
            return fs::is_directory(path) ? fs::exists(path / "model.safetensors") : path.stem() == "weights";
        };
        b.imagesInFolder = [](const fs::path &folder, const std::function<void(const ImageId &)> &first) {
            std::vector<fs::path> images;
            for (const auto &entry : fs::directory_iterator(folder))
                if (entry.path().extension() == ".png")
                    images.push_back(entry.path());
            std::sort(images.begin(), images.end());
            if (first && !images.empty())
                first(images.front().string());
            return images;
        };
        b.holdsLabels = [](const fs::path &path) {
            return path.extension() == ".json" || fs::is_directory(path / "Annotations");
        };
        b.readLabels = [](const fs::path &path, const RunContext &) {
            if (path.filename() == "broken.json")
                throw UserError(message("core", "The file {0} is broken.").with(path.string()));
            ReadLabels read;
            read.set.root = fs::is_directory(path) ? path : path.parent_path();
            read.set.classes.push_back({read.set.newKey(), path.stem().string(), 0, 7, 0, {}});
            ImageEntry image;
            image.key = read.set.newKey();
            image.path = path.stem().string() + "-listed.png";
            image.extra = R"({"licence":3})";
            image.status = ReviewStatus::Labelled;
            image.boxes.push_back({read.set.newKey(),
                                   read.set.classes[0].key,
                                   {1, 2, 3, 4},
                                   {},
                                   false,
                                   false,
                                   false,
                                   -1,
                                   R"({"pose":"Left"})"});
            read.set.images.push_back(image);
            read.problems.push_back({"x.xml", message("core", "no area")});
            return read;
        };
        b.projectPlace = [this](const fs::path &folder) {
            return projectPlace(folder, userData_.path().toStdString());
        };
        return b;
    }
    static void touch(const fs::path &path)
    {
        fs::create_directories(path.parent_path());
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }

private Q_SLOTS:
    void sorts()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "a.png");
        touch(root / "more/b.png");
        touch(root / "more/c.png");
        touch(root / "more/readme.txt");
        touch(root / "step-5/model.safetensors");
        fs::create_directories(root / "voc/Annotations");
        fs::create_directories(root / "voc/JPEGImages");
        touch(root / "c.json");

        const Opened opened = openPaths({root / "more", root / "more" / ".." / "a.png", root / "a.png", root / "voc",
                                         root / "c.json", root / "step-5"},
                                        backend(), {});
        QCOMPARE(opened.images, std::vector<ImageId>{(root / "a.png").string()});
        QCOMPARE(opened.model, root / "step-5");
        QVERIFY(opened.problems.empty());
        QVERIFY(opened.labels);
        const std::vector<ImageId> expected{(root / "more/b.png").string(), (root / "more/c.png").string(),
                                            (root / "voc/voc-listed.png").string(), (root / "c-listed.png").string(),
                                            (root / "a.png").string()};
        QCOMPARE(opened.labels->ids, expected);
        QCOMPARE(opened.labels->set.root, root / "more");  // the first that was named
        QCOMPARE(opened.labels->file, root / "more/project.fcoscope");
        QVERIFY(!fs::exists(opened.labels->file));  // looking writes nothing
        QCOMPARE(opened.labels->set.classNames(), (std::vector<std::string>{"voc", "c"}));
        QCOMPARE(opened.labels->set.boxCount(), 2u);
        QCOMPARE(opened.skipped.size(), 2u);
    }

    void theProjectIsMadeWithWhatOnlyFilesSay()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "c.json");
        const Opened opened = openPaths({root / "c.json"}, backend(), {});
        QVERIFY(opened.labels->set.images[0].extra.empty() && opened.labels->set.images[0].boxes[0].extra.empty());
        QCOMPARE(opened.labels->initial->images[0].boxes[0].extra, std::string(R"({"pose":"Left"})"));
        QCOMPARE(opened.labels->file, root / "c.fcoscope");  // several label files may lie in a folder
    }

    void findsItsProjectAgain()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "c.json");
        touch(root / "pictures/a.png");
        for (const fs::path &named : {root / "c.json", root / "pictures"}) {
            OpenedLabels made = *openPaths({named}, backend(), {}).labels;
            // Whoever comes before it is made can look at it, too.
            const Opened early = openPaths({named}, backend(), {});
            QVERIFY(made.readOnly.text.empty() && !early.labels->readOnly.text.empty());
            ProjectFile::create(made.file, *made.initial, {}, std::exchange(made.lock, {}));
            touch(root / "pictures/b.png");  // came later
            const Opened again = openPaths({named}, backend(), {});
            QVERIFY(again.labels->project && again.labels->project->writable());
            QCOMPARE(again.labels->set.boxCount(), made.set.boxCount());
            QVERIFY(again.labels->ids.size() == (named.extension() == ".json" ? 1u : 2u));
            // A second one can look at it, and is told why it cannot write.
            const Opened second = openPaths({made.file}, backend(), {});
            QVERIFY(second.labels && !second.labels->readOnly.text.empty());
            QCOMPARE(second.labels->set, again.labels->set);
        }
        // A single image of the folder opens the project, and with something open it is added to that.
        const Opened image = openPaths({root / "pictures/a.png"}, backend(), {});
        QVERIFY(image.labels && image.labels->ids.size() == 2u);
        OpeningContext context;
        context.anythingOpen = true;
        const Opened added = openPaths({root / "pictures/a.png"}, backend(), context);
        QVERIFY(!added.labels && added.images.size() == 1u);
    }

    /// Undo of earlier sessions is lost and label files are left alone, and both are said; the labels are there.
    void aDamagedJournalTakesNoLabelsWithIt()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "a.png");
        OpenedLabels made = *openPaths({root}, backend(), {}).labels;
        {
            ProjectFile project = ProjectFile::create(made.file, *made.initial, {}, std::exchange(made.lock, {}));
            const LabelEdit edit = addClass(made.set, "cell");
            const LabelEdit back = apply(made.set, ImagePlaces(made.set), edit);
            project.write(edit, back, made.set.nextKey);
        }
        QCOMPARE(openPaths({root}, backend(), {}).labels->journal.size(), 1u);
        sqlite3 *database = nullptr;
        QCOMPARE(sqlite3_open(made.file.c_str(), &database), SQLITE_OK);
        QCOMPARE(sqlite3_exec(database,
                              "UPDATE journal SET edit = 'no edit'; "
                              "INSERT INTO notes VALUES('sidecars', 'no layout')",
                              nullptr, nullptr, nullptr),
                 SQLITE_OK);
        sqlite3_close(database);
        const Opened opened = openPaths({root}, backend(), {});
        QVERIFY(opened.labels && opened.labels->project->writable());
        QCOMPARE(opened.labels->set.classNames(), std::vector<std::string>{"cell"});
        QVERIFY(opened.labels->journal.empty() && !opened.labels->sidecars);
        QCOMPARE(opened.problems.size(), 2u);
        QVERIFY(QString::fromStdString(opened.problems[0].english()).contains("cannot be undone"));
        QVERIFY(QString::fromStdString(opened.problems[1].english()).contains("not kept in step"));
    }

    void twoProjectsAreNotOne()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "one/a.png");
        touch(root / "two/b.png");
        const auto two = openPaths({root / "two"}, backend(), {}).labels->initial;
        ProjectFile::create(root / "two/project.fcoscope", *two);
        const Opened opened = openPaths({root / "one", root / "two"}, backend(), {});
        QCOMPARE(opened.labels->set.root, root / "one");
        QCOMPARE(opened.problems.size(), 1u);
        QVERIFY(QString::fromStdString(opened.problems[0].english()).contains("two"));
    }

    void theFirstImageIsToldEarly()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "b.png");
        touch(root / "a.png");
        OpeningContext context;
        std::vector<ImageId> told;
        context.firstImage = [&](const ImageId &id) { told.push_back(id); };
        openPaths({root}, backend(), context);
        QCOMPARE(told, std::vector<ImageId>{(root / "a.png").string()});
    }

    void whateverMayBeWeightsReachesTheLoader()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        for (const char *name : {"a.pth", "b.PT", "c.pkl", "d.bin", "e.pyth", "f.safetensors", "g.ckpt", "weights.dat",
                                 "weights", "step-5/model.safetensors"}) {
            const fs::path file = root / name;
            touch(file);
            const fs::path meant = file.parent_path() == root ? file : file.parent_path();
            QVERIFY2(isModel(meant, backend()), name);
            const Opened opened = openPaths({meant}, backend(), {});
            QCOMPARE(opened.model, meant);
            QVERIFY(opened.problems.empty() && opened.images.empty());
        }
        touch(root / "more/notes.txt");
        touch(root / "weights.png");  // an image by its content, as the backend says
        for (const char *name : {"more", "more/notes.txt", "weights.png", "gone.pth"})
            QVERIFY2(!isModel(root / name, backend()), name);
    }

    void ofSeveralModelsTheLastIsOpenedAndTheOthersAreNamed()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        for (const char *name : {"a.pth", "b.pth"})
            touch(root / name);
        const Opened opened = openPaths({root / "a.pth", root / "a.pth", root / "b.pth"}, backend(), {});
        QCOMPARE(opened.model, root / "b.pth");
        QCOMPARE(opened.problems.size(), 1u);
        QVERIFY(QString::fromStdString(opened.problems[0].english()).contains("a.pth is not"));
    }

    void problemsNameTheirFile()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "a.png");
        touch(root / "notes.txt");
        fs::create_directories(root / "empty");
        const Opened opened =
            openPaths({root / "gone.png", root / "notes.txt", root / "empty", root / "broken.json", root / "a.png"},
                      backend(), {});
        QCOMPARE(opened.images.size(), 1u);
        const char *names[] = {"gone.png", "notes.txt", "empty", "broken.json"};
        for (size_t i = 0; i < 4; ++i)
            QVERIFY2(i < opened.problems.size() &&
                         QString::fromStdString(opened.problems[i].english()).contains(names[i]),
                     names[i]);
    }

    void stops()
    {
        OpeningContext context;
        context.run.stopRequested = [] { return true; };
        QVERIFY_EXCEPTION_THROWN(openPaths({"a"}, backend(), context), Stopped);
    }
};

QTEST_GUILESS_MAIN(OpeningTest)
#include "tst_opening.moc"
