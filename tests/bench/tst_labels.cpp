// SPDX-License-Identifier: GPL-3.0-or-later
// How long projects take that are as large as COCO's training set: making and opening the file, writing an edit,
// merging a class of 100,000 boxes, finding images among a million boxes. Each figure is printed in one line; the
// limits that fail the test are three times those that are promised, because the machine may be busy.
#include <QTemporaryDir>
#include <QTest>

#include "core/base/random.h"
#include "core/data/project/edits.h"
#include "core/data/project/image_query.h"
#include "core/data/project/project_file.h"
#include "tests/pace.h"

using namespace fcoscope;

namespace {

bool report(const char *what, double took, double promised)
{
    qInfo("%-64s %9.2f ms   (promised %g)", what, took, promised);
    return within(took, promised);
}

/// 80 classes; class 0 has `ofFirst` of the boxes.
LabelSet largeSet(size_t images, size_t boxes, size_t ofFirst)
{
    Random random(1);
    LabelSet set;
    set.root = "/data/coco/train2017";
    for (int i = 0; i < 80; ++i)
        set.classes.push_back({set.newKey(), "class " + std::to_string(i), i, i + 1, 0, {}});
    for (size_t i = 0; i < images; ++i) {
        ImageEntry image{set.newKey(), {}, {640, 480}, ReviewStatus::Labelled, int64_t(i), {}, {}};
        image.path = QString("train2017/%1.jpg").arg(qlonglong(i) * 4, 12, 10, QChar('0')).toStdString();
        image.status = ReviewStatus(random.below(4));
        const size_t end = boxes * (i + 1) / images;
        for (size_t box = boxes * i / images; box < end; ++box) {
            const double x = random.uniform(0, 500), y = random.uniform(0, 300);
            const bool first = random.uniform() < double(ofFirst) / double(boxes);
            BoxEntry entry;
            entry.key = set.newKey();
            entry.classKey = set.classes[first ? 0 : size_t(1 + random.below(79))].key;
            entry.box = {x, y, x + random.uniform(2, 140), y + random.uniform(2, 180)};
            entry.area = entry.box.area() * 0.6;
            image.boxes.push_back(entry);
        }
        set.images.push_back(std::move(image));
    }
    return set;
}

}  // namespace

class TestLabels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cocoProject()
    {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.path().toStdString() + "/project.fcoscope";
        LabelSet set = largeSet(118000, 860000, 100000);
        std::optional<ProjectFile> project;
        QVERIFY(report("making a project of 118,000 images, 860,000 boxes",
                       wallMs([&] { project = ProjectFile::create(file, set); }), 3000));
        qInfo("its file has %.1f MB", double(std::filesystem::file_size(file)) / 1e6);
        project.reset();
        LabelSet read;
        QVERIFY(report("opening it and reading all labels", wallMs([&] {
                           project = ProjectFile::open(file, ProjectFile::Access::Write);
                           read = project->read(ProjectFile::Extras::Leave);
                       }),
                       1000));
        QVERIFY(read == set);
        QVERIFY(report("reading all labels with extras, warm",
                       wallMs([&] { read = project->read(ProjectFile::Extras::Read); }), 1500));
        writeEdits(*project, set);
        writeMerge(*project, set);
        QVERIFY(project->read(ProjectFile::Extras::Leave) == set);
        QVERIFY(report("the journal after it", wallMs([&] { QCOMPARE(project->journal().size(), size_t(201)); }), 500));
    }

    void millionBoxes()
    {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.path().toStdString() + "/project.fcoscope";
        const LabelSet set = largeSet(118000, 1000000, 100000);
        ProjectFile::create(file, set);
        QVERIFY(report("opening a project of 1,000,000 boxes and reading all labels", wallMs([&] {
                           ProjectFile::open(file, ProjectFile::Access::Read).read(ProjectFile::Extras::Leave);
                       }),
                       1200));
        const auto ask = [&](const char *what, const ImageQuery &query) {
            size_t found = 0;
            const double took = medianMs(9, [&] { found = matching(set, query).size(); });
            return report(qPrintable(QString("%1: %2 images").arg(what).arg(found)), took, 100);
        };
        using Sort = ImageQuery::Sort;
        QVERIFY(ask("filter by name", {.name = "2017/00000012"}));
        QVERIFY(ask("filter by class", {.classes = {set.classes[0].key}}));
        QVERIFY(ask("filter by three classes and box count",
                    {.classes = {set.classes[3].key, set.classes[40].key, set.classes[79].key}, .least = 2}));
        QVERIFY(ask("filter by status", {.statuses = {ReviewStatus::New, ReviewStatus::Empty}}));
        QVERIFY(ask("filter by box count", {.least = 9}));
        QVERIFY(ask("sort by boxes", {.sort = Sort::Boxes, .descending = true}));
        QVERIFY(ask("sort by name", {.sort = Sort::Name}));
        QVERIFY(ask("sort by status", {.sort = Sort::Status}));
        QVERIFY(ask("sort by score", {.sort = Sort::Score}));
        QVERIFY(report("count the boxes of each class", medianMs(9, [&] { countClasses(set); }), 100));
        QVERIFY(report("what deleting a class of 100,000 boxes would touch",
                       medianMs(3, [&] { touchedBy(deleteClass(set, set.classes[0].key)); }), 100));
    }

private:
    static void writeEdits(ProjectFile &project, LabelSet &set)
    {
        const ImagePlaces places(set);
        Random random(2);
        std::vector<double> applying, writing;
        for (int i = 0; i < 200; ++i) {
            const ImageEntry &image = set.images[size_t(random.below(int(set.images.size())))];
            const NewBox box{set.classes[0].key, {1, 1, 50, 50}, {}, false, false};
            const LabelEdit edit = addBoxes(set, image, std::span(&box, 1), message("core", "Draw a box"));
            LabelEdit inverse;
            applying.push_back(wallMs([&] { inverse = apply(set, places, edit); }));
            writing.push_back(wallMs([&] { project.write(edit, inverse, set.nextKey); }));
        }
        std::sort(applying.begin(), applying.end());
        std::sort(writing.begin(), writing.end());
        QVERIFY(report("one edit in memory, median", applying[100], 0.1));
        QVERIFY(report("one edit into the file, synced, median", writing[100], 10));
        QVERIFY(report("one edit into the file, synced, 99th of 100", writing[198], 50));
    }

    static void writeMerge(ProjectFile &project, LabelSet &set)
    {
        const ImagePlaces places(set);
        LabelEdit edit, inverse;
        QVERIFY(report("merging a class of 100,000 boxes: the edit",
                       wallMs([&] { edit = mergeClasses(set, set.classes[0].key, set.classes[1].key); }), 150));
        QVERIFY(report("  in memory", wallMs([&] { inverse = apply(set, places, edit); }), 300));
        QVERIFY(report("  into the file", wallMs([&] { project.write(edit, inverse, set.nextKey); }), 1500));
        QVERIFY(report("  undone in the file", wallMs([&] { project.undo(); }), 1500));
        QVERIFY(report("  redone in the file", wallMs([&] { project.redo(); }), 1500));
    }
};

QTEST_GUILESS_MAIN(TestLabels)
#include "tst_labels.moc"
