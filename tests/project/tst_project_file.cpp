// SPDX-License-Identifier: GPL-3.0-or-later
// The project file: what is put in comes back, and edits go and come back.
#include <QTest>

#include <unistd.h>

#include <limits>
#include <stdexcept>

#include "project_work.h"

using namespace fcoscope;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

Detection detection(double x, int classIndex)
{
    Detection d;
    d.box = {x, 1, x + 9.5, 7};
    d.classIndex = classIndex, d.score = 0.3f, d.classProbability = 0.7f, d.centerness = 0.1f, d.level = 2,
    d.location = 77;
    d.distances = {1, 2, 3.25, 4};
    return d;
}

bool same(const Detection &a, const Detection &b)
{
    return a.box == b.box && a.classIndex == b.classIndex && a.score == b.score &&
           a.classProbability == b.classProbability && a.centerness == b.centerness && a.level == b.level &&
           a.location == b.location && a.distances == b.distances;
}

}  // namespace

class TestProjectFile : public QObject, private ProjectFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { newFolder(); }

    void whatIsPutInComesBack()
    {
        for (uint64_t seed = 1; seed <= 40; ++seed) {
            Random random(seed);
            RandomLabels how;
            how.images = 1 + random.below(30), how.classes = random.below(9), how.boxesInImage = random.below(30);
            LabelSet set = randomSet(random, how);
            if (seed % 3 == 0)
                set.root = folder_;
            const fs::path file = folder_ / (std::to_string(seed) + " it's \"100%\" #1?.fcoscope");
            {
                const ProjectFile project = ProjectFile::create(file, set);
                QVERIFY(project.writable() && project.file() == file);
                QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());
            }
            const ProjectFile project = ProjectFile::open(file, seed % 2 ? Access::Read : Access::Write);
            QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());
            QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Leave), withoutExtras(set))), QString());
        }
        LabelSet nothing;
        nothing.root = "";
        QVERIFY(ProjectFile::create(folder_ / "nothing", nothing).read(Extras::Read) == nothing);
    }

    void leavesNothingBesideIt()
    {
        Random random(1);
        {
            ProjectFile project = ProjectFile::create(file_, randomSet(random));
            project.putNote("a", "b");
        }
        ProjectFile::open(file_, Access::Read).read(Extras::Read);
        ProjectFile::open(file_, Access::Write).read(Extras::Read);
        std::vector<std::string> names;
        for (const auto &entry : fs::directory_iterator(folder_))
            names.push_back(entry.path().filename());
        QCOMPARE(names, std::vector<std::string>{"project.fcoscope"});
    }

    void movesWithItsFolder()
    {
        Random random(2);
        LabelSet set = randomSet(random);
        set.root = folder_;
        ProjectFile::create(file_, set);
        const fs::path elsewhere = folder_.string() + " moved";
        fs::rename(folder_, elsewhere);
        set.root = elsewhere;
        QCOMPARE(differenceOf(ProjectFile::open(elsewhere / "project.fcoscope", Access::Read).read(Extras::Read), set),
                 std::string());
    }

    /// 1,000 edits, written, undone and redone through the file, in memory beside it and on re-reading.
    void editsUndoneAndRedone()
    {
        Random random(3);
        RandomLabels how;
        how.images = 20;
        const LabelSet first = randomSet(random, how);
        LabelSet set = first;
        const ImagePlaces places(set);
        ProjectFile project = ProjectFile::create(file_, set);
        std::vector<LabelEdit> edits, inverses;
        for (int i = 0; edits.size() < 1000; ++i) {
            const LabelEdit edit = randomEdit(random, set);
            if (edit.empty())
                continue;
            inverses.push_back(apply(set, places, edit));
            edits.push_back(edit);
            project.write(edit, inverses.back(), set.nextKey);
            if (i % 100 == 0)
                QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());
        }
        const LabelSet last = set;
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), last)), QString());
        const auto reopen = [&] {
            project = ProjectFile::open(file_, Access::Read), project = ProjectFile::open(file_, Access::Write);
        };
        reopen();
        const auto journal = project.journal();
        QCOMPARE(journal.size(), size_t(1000));
        for (size_t i = 0; i < 1000; ++i) {
            QVERIFY(journal[i].edit == edits[999 - i] && journal[i].inverse == inverses[999 - i] && !journal[i].undone);
            QVERIFY(i == 0 || journal[i].number < journal[i - 1].number);
        }
        for (int i = 0; i < 1000; ++i)
            project.undo();
        QVERIFY_EXCEPTION_THROWN(project.undo(), std::logic_error);
        LabelSet expected = first;
        expected.nextKey = last.nextKey;
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), expected)), QString());
        reopen();
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), expected)), QString());
        for (int i = 0; i < 1000; ++i)
            project.redo();
        QVERIFY_EXCEPTION_THROWN(project.redo(), std::logic_error);
        reopen();
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), last)), QString());
    }

    void journalForgetsWhatWasUndone()
    {
        Random random(4);
        LabelSet set = randomSet(random);
        const ImagePlaces places(set);
        ProjectFile project = ProjectFile::create(file_, set);
        const auto rename = [&](const std::string &name) {
            const LabelEdit edit = renameClass(set, set.classes[0].key, name);
            project.write(edit, apply(set, places, edit), set.nextKey);
        };
        for (const char *name : {"one", "two", "three"})
            rename(name);
        project.undo();
        project.undo();
        auto journal = project.journal();
        QCOMPARE(journal.size(), size_t(3));
        QVERIFY(journal[0].undone && journal[1].undone && !journal[2].undone);
        QCOMPARE(project.journal(1).size(), size_t(2));  // what is undone, however long
        QCOMPARE(project.read(Extras::Leave).classes[0].name, std::string("one"));
        project.redo();
        QCOMPARE(project.read(Extras::Leave).classes[0].name, std::string("two"));
        set.classes[0].name = "two";
        rename("four");
        journal = project.journal();
        QCOMPARE(journal.size(), size_t(3));
        QCOMPARE(journal[0].edit.words.english(), std::string("Rename the class two to four"));
        QVERIFY(!journal[0].undone);
        const size_t bytes = jsonOf(journal[0].edit).size() + jsonOf(journal[0].inverse).size();
        QCOMPARE(project.journal(bytes).size(), size_t(1));
        QCOMPARE(project.journal(bytes - 1).size(), size_t(0));
    }

    void wrongEditsChangeNothing()
    {
        Random random(5);
        LabelSet set = randomSet(random);
        ProjectFile project = ProjectFile::create(file_, set);
        const int64_t version = project.version();
        const auto refused = [&](auto &&fill) {
            LabelEdit edit = renameClass(set, set.classes[0].key, "renamed");
            fill(edit);
            try {
                project.write(edit, {}, set.nextKey);
            } catch (const std::logic_error &) {
                return project.read(Extras::Read) == set && project.journal().empty() && project.version() == version;
            }
            return false;
        };
        const Key image = set.images[0].key, cat = set.classes[0].key, key = set.nextKey;
        QVERIFY(refused([&](LabelEdit &e) {
            e.boxes = {{key, key + 1, BoxEntry{key + 1, cat, {0, 0, 1, 1}, {}, false, false, false, -1, {}}}};
        }));
        QVERIFY(refused([&](LabelEdit &e) {
            e.boxes = {{image, key, BoxEntry{key, key, {0, 0, 1, 1}, {}, false, false, false, -1, {}}}};
        }));
        QVERIFY(refused([&](LabelEdit &e) {
            e.boxes = {{image, key, BoxEntry{key, cat, {0, notANumber, 1, 1}, {}, false, false, false, -1, {}}}};
        }));
        QVERIFY(refused([&](LabelEdit &e) { e.statuses = {{key, ReviewStatus::New}}; }));
        QVERIFY(refused([&](LabelEdit &e) { e.refusals = {{key, Refusal{key, key, "cat", {}}}}; }));
        set.images[0].boxes.push_back({set.newKey(), cat, {0, 0, 1, notANumber}, {}, false, false, false, -1, {}});
        QVERIFY_EXCEPTION_THROWN(ProjectFile::create(folder_ / "other", set), std::logic_error);
        QVERIFY(!fs::exists(folder_ / "other") && !fs::exists(folder_ / "other-new"));
    }

    void imagesDetectionsNotesAndSidecars()
    {
        Random random(6);
        LabelSet set = randomSet(random);
        ProjectFile project = ProjectFile::create(file_, set);
        ImageEntry known = set.images[3],
                   fresh{set.newKey(), "new \xff.jpg", {7, 8}, ReviewStatus::New, 5, {}, "{\"a\":1}"};
        known.size = {123, 456}, known.path = "other.jpg", known.extra.clear();
        project.putImages({fresh, known}, set.nextKey);
        known.extra = set.images[3].extra;  // stays where nothing else is said
        set.images[3] = known;
        set.images.push_back(fresh);
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());

        const Key image = fresh.key;
        StoredDetections found{
            image,
            "hash a",
            {detection(1, 0), detection(2, 1), detection(notANumber, 0), detection(3, 2), detection(3, -1)},
            {"cat", "dög \"1\""}};
        project.putDetections(found);
        project.putDetections({image, "hash b", {}, {}});
        project.putDetections({known.key, "hash a", {detection(5, 0)}, found.classNames});
        auto all = project.detections(image);
        QCOMPARE(all.size(), size_t(2));
        QVERIFY(all[0].image == image && all[0].model == "hash a" && all[0].classNames == found.classNames);
        QCOMPARE(all[0].detections.size(), size_t(2));  // finite, of a class that has a name
        QVERIFY(same(all[0].detections[0], found.detections[0]) && same(all[0].detections[1], found.detections[1]));
        QVERIFY(all[1].detections.empty() && all[1].model == "hash b");
        QCOMPARE(project.imagesDetectedBy("hash a").size(), size_t(2));
        QVERIFY(project.imagesDetectedBy("hash c").empty() && project.detections(999999).empty());
        project.putDetections({image, "hash a", {detection(9, 0)}, {"renamed"}});  // instead of the first
        all = project.detections(image);
        QCOMPARE(all.size(), size_t(2));
        QVERIFY(project.imagesDetectedBy("hash a").size() == 2);

        QCOMPARE(project.note("origin"), std::string());
        project.putNote("origin", std::string("a\0b", 3));
        project.putNote("origin", "coco '\xff");
        QCOMPARE(project.note("origin"), std::string("coco '\xff"));
        project.putSidecars({{image, "a.xml", ""}});
        project.putSidecars({{image, "b.xml", "abc"}});
        project.putSidecars({{known.key, "c.xml", "d"}});
        project = ProjectFile::open(file_, Access::Read);
        const auto sidecars = project.sidecars();
        QCOMPARE(sidecars.size(), size_t(2));
        QVERIFY(sidecars[1].image == image && sidecars[1].file == "b.xml" && sidecars[1].fingerprint == "abc");
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), set)), QString());
    }

    /// The lock alone is no project, and who took it makes it.
    void aLockComesBeforeTheFile()
    {
        Random random(8);
        const LabelSet set = randomSet(random);
        auto lock = ProjectFile::lock(file_);
        QVERIFY(!fs::exists(file_));
        QVERIFY_EXCEPTION_THROWN(ProjectFile::lock(file_), LockedProject);
        QVERIFY_EXCEPTION_THROWN(ProjectFile::create(file_, set), LockedProject);
        std::optional<ProjectFile> writer = ProjectFile::create(file_, set, {}, lock);
        lock.reset();
        QVERIFY_EXCEPTION_THROWN(ProjectFile::lock(file_), LockedProject);
        writer.reset();
        fs::remove(file_);
        lock = ProjectFile::lock(file_);
        fs::remove(file_.string() + "-lock");  // with its folder, say: then it is nobody's
        const auto others = ProjectFile::lock(file_);
        QVERIFY_EXCEPTION_THROWN(ProjectFile::create(file_, set, {}, lock), LockedProject);
    }

    void oneWriter()
    {
        Random random(7);
        LabelSet set = randomSet(random);
        std::optional<ProjectFile> writer = ProjectFile::create(file_, set);
        try {
            ProjectFile::open(file_, Access::Write);
            QFAIL("a second writer");
        } catch (const LockedProject &error) {
            QVERIFY2(contains(error.what(), std::to_string(getpid())), error.what());
            QVERIFY2(contains(error.what(), file_.string()), error.what());
        }
        QVERIFY_EXCEPTION_THROWN(ProjectFile::create(file_, set), LockedProject);
        // A reader sees what the writer does; it may not write.
        ProjectFile reader = ProjectFile::open(file_, Access::Read);
        QVERIFY(!reader.writable());
        const int64_t before = reader.version();
        QCOMPARE(reader.version(), before);
        const LabelEdit edit = renameClass(set, set.classes[0].key, "renamed");
        writer->write(edit, apply(set, ImagePlaces(set), edit), set.nextKey);
        QVERIFY(reader.version() > before);
        QCOMPARE(QString::fromStdString(differenceOf(reader.read(Extras::Read), set)), QString());
        QVERIFY(contains(errorOf([&] { reader.undo(); }), "reading only"));
        QVERIFY(contains(errorOf([&] { reader.putNote("a", "b"); }), "reading only"));
        QVERIFY(isProjectFile(file_));  // looking at it drops no lock
        writer.reset();
        QCOMPARE(QString::fromStdString(differenceOf(reader.read(Extras::Read), set)), QString());
        writer = ProjectFile::open(file_, Access::Write);
        writer->undo();
        QVERIFY(reader.read(Extras::Leave).classes[0].name != "renamed");
        QVERIFY(contains(errorOf([&] { ProjectFile::create(file_, set); }), "open in another"));
        writer.reset();
        QVERIFY(contains(errorOf([&] { ProjectFile::create(file_, set); }), "already"));
    }

    void stopped()
    {
        Random random(11);
        RunContext context;
        context.stopRequested = [] { return true; };
        QVERIFY_EXCEPTION_THROWN(ProjectFile::create(file_, randomSet(random), context), Stopped);
        QVERIFY(fs::is_empty(folder_));
        ProjectFile project = ProjectFile::create(file_, randomSet(random));
        QVERIFY_EXCEPTION_THROWN(project.read(Extras::Leave, context), Stopped);
        QVERIFY(!project.read(Extras::Leave).images.empty());
    }

    void places()
    {
        const fs::path data = folder_ / "data", images = folder_ / "images";
        fs::create_directories(images);
        ProjectPlace place = projectPlace(images, data);
        QVERIFY(place.file == fs::canonical(images) / "project.fcoscope" && !place.exists && place.besideImages);
        ProjectFile::create(place.file, {});
        QVERIFY(projectPlace(images, data).exists);
        fs::remove(place.file);
        // A folder that is not there cannot be written; what is made for it in the user's own is found again.
        const fs::path gone = folder_ / "gone";
        place = projectPlace(gone, data);
        QVERIFY(!place.besideImages && !place.exists && place.file.parent_path() == data);
        QVERIFY(place.file != projectPlace(folder_ / "x" / "gone", data).file);
        ProjectFile::create(place.file, {});
        fs::create_directory(gone);
        QVERIFY(projectPlace(gone, data).file == place.file && projectPlace(gone, data).exists);
    }
};

QTEST_GUILESS_MAIN(TestProjectFile)
#include "tst_project_file.moc"
