// SPDX-License-Identifier: GPL-3.0-or-later
// What is named on the command line or dropped on the window is told apart, and nothing is passed over in silence.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "app/session/opening.h"
#include "core/base/error.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class OpeningTest : public QObject {
    Q_OBJECT

    Backend backend()
    {
        Backend b;
        b.isImage = [](const fs::path &path) { return path.extension() == ".png"; };
        b.looksLikeModel = [](const fs::path &path) {
            return fs::is_directory(path) ? fs::exists(path / "model.safetensors") : path.stem() == "weights";
        };
        b.imagesInFolder = [](const fs::path &folder) {
            std::vector<fs::path> images;
            for (const auto &entry : fs::directory_iterator(folder))
                if (entry.path().extension() == ".png")
                    images.push_back(entry.path());
            std::sort(images.begin(), images.end());
            return images;
        };
        b.readDataSet = [](const fs::path &path) {
            if (path.filename() == "broken.json")
                throw UserError(message("core", "The file {0} is broken.").with(path.string()));
            auto data = std::make_shared<Dataset>();
            data->images.push_back({(path / "listed.png").string(), {}, {}, 1});
            data->problems.push_back({"x.xml", message("core", "no area")});
            return DatasetPtr(data);
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
        const std::vector<ImageId> expected{(root / "more/b.png").string(), (root / "more/c.png").string(),
                                            (root / "a.png").string(), (root / "voc/listed.png").string(),
                                            (root / "c.json/listed.png").string()};
        QCOMPARE(opened.images, expected);
        QCOMPARE(opened.model, root / "step-5");
        QCOMPARE(opened.datasets.size(), 2u);
        QCOMPARE(opened.datasets[1].dataset->problems.size(), 1u);
        QCOMPARE(opened.datasets[1].ids, std::vector<ImageId>{(root / "c.json/listed.png").string()});
        QVERIFY(opened.problems.empty());
    }

    void folderWithACocoFileIsADataSet()
    {
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        touch(root / "apart/train.json");
        touch(root / "apart/pictures/a.png");
        touch(root / "beside/_annotations.coco.json");
        touch(root / "beside/a.png");
        touch(root / "others/a.json");  // another program's labels of a.png
        touch(root / "others/a.png");
        const Opened opened = openPaths({root / "apart", root / "beside", root / "others"}, backend(), {});
        QCOMPARE(opened.datasets.size(), 2u);
        const std::vector<ImageId> expected{(root / "apart/listed.png").string(), (root / "beside/listed.png").string(),
                                            (root / "others/a.png").string()};
        QCOMPARE(opened.images, expected);
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
        RunContext context;
        context.stopRequested = [] { return true; };
        QVERIFY_EXCEPTION_THROWN(openPaths({"a"}, backend(), context), Stopped);
    }
};

QTEST_GUILESS_MAIN(OpeningTest)
#include "tst_opening.moc"
