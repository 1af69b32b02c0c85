// SPDX-License-Identifier: GPL-3.0-or-later
// A project is a data set: training, evaluation and assignment take the images that somebody has looked at.
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/data/image.h"
#include "core/data/project/project_file.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class ProjectDatasetTest : public QObject {
    Q_OBJECT

    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }

    void makeProject()
    {
        LabelSet set;
        set.root = root();
        set.classes.push_back({set.newKey(), "cell", 0, -1, 0, {}});
        const Key classKey = set.classes[0].key;
        for (const auto &[name, status] : {std::pair{"a.png", ReviewStatus::Labelled},
                                           {"b.png", ReviewStatus::New},
                                           {"c.png", ReviewStatus::Empty}}) {
            writePng((root() / name).string(), Image{{}, {40, 30}, std::vector<uint8_t>(40 * 30 * 3, 200)});
            ImageEntry image;
            image.key = set.newKey();
            image.path = name;
            image.status = status;  // its size is not known yet
            if (status == ReviewStatus::Labelled) {
                BoxEntry box;
                box.key = set.newKey();
                box.classKey = classKey;
                box.box = {1.5, 2, 20, 25};
                image.boxes.push_back(box);
            }
            set.images.push_back(image);
        }
        ProjectFile::create(root() / "project.fcoscope", set);
    }

private Q_SLOTS:
    void whatSomebodyHasLookedAt()
    {
        makeProject();
        for (const fs::path &named : {root(), root() / "project.fcoscope"}) {
            const Dataset dataset = readDataset(named);
            QCOMPARE(dataset.images.size(), 2u);
            QVERIFY(dataset.labelled);
            QCOMPARE(dataset.images[0].size, (Size{40, 30}));
            QCOMPARE(dataset.images[0].labels.at(0).box, (Box{1.5, 2, 20, 25}));
            QVERIFY(dataset.images[1].labels.empty());
            QCOMPARE(dataset.classNames, std::vector<std::string>{"cell"});
            QCOMPARE(dataset.problems.size(), 1u);
            QVERIFY(dataset.problems[0].reason.english().find("b.png") != std::string::npos);
        }
        DatasetOptions all;
        all.unreviewed = true;
        QCOMPARE(readDataset(root(), all).images.size(), 3u);
        // Who names a split means label files, of which there are none.
        DatasetOptions options;
        options.split = "train";
        QVERIFY_EXCEPTION_THROWN(readDataset(root(), options), UserError);
    }
};

QTEST_APPLESS_MAIN(ProjectDatasetTest)
#include "tst_project_dataset.moc"
