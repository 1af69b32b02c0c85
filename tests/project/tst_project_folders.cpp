// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong around a project: folders that cannot be written, were removed or replaced, and other processes at
// the same file. A sentence that names the file, nothing lost, and reading works wherever it can.
#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <sys/stat.h>

#include <sqlite3.h>

#include "core/base/file.h"
#include "in_child.h"
#include "project_work.h"

using namespace fcoscope;

namespace {

/// Gives up root's rights for good; what the folder's permissions say counts from now on.
bool becomeNobody()
{
    return ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
}

/// What another process does with a project that somebody writes; says who that is, or what is wrong.
std::string visit(const fs::path &file)
{
    std::string holder = "a second writer";
    try {
        ProjectFile::open(file, Access::Write);
    } catch (const LockedProject &error) {
        holder = error.message().arguments.size() == 3 ? "process " + error.message().arguments[1] : error.what();
    }
    // A reader that goes, and a foreign one that may write: neither may take the writer's -wal away.
    ProjectFile::open(file, Access::Read).read(Extras::Read);
    sqlite3 *foreign = nullptr;
    sqlite3_open(file.c_str(), &foreign);
    sqlite3_exec(foreign, "SELECT count(*) FROM boxes", nullptr, nullptr, nullptr);
    sqlite3_close(foreign);
    return fs::exists(file.string() + "-wal") ? holder : "the -wal was taken away";
}

void allow(const fs::path &path, int mode)
{
    QCOMPARE(::chmod(path.c_str(), mode_t(mode)), 0);
}

}  // namespace

class TestProjectFolders : public QObject, private ProjectFolder {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        allow(temporary_.path().toStdString(), 0755);
        newFolder();
    }

    /// Labels in one folder, images in another, as COCO's are: both are found where they were moved to.
    void movedTogetherWithImagesElsewhere()
    {
        const fs::path data = folder_ / "data", moved = folder_ / "moved", alone = folder_ / "alone";
        fs::create_directories(data / "labels");
        fs::create_directories(data / "images");
        fs::create_directories(alone);
        LabelSet set = someSet();
        set.root = data / "images";
        ProjectFile::create(data / "labels/a.fcoscope", set);
        const auto rootOf = [](const fs::path &file) {
            return ProjectFile::open(file, Access::Read).read(Extras::Leave).root;
        };
        QCOMPARE(rootOf(data / "labels/a.fcoscope"), data / "images");
        fs::copy_file(data / "labels/a.fcoscope", alone / "a.fcoscope");
        QCOMPARE(rootOf(alone / "a.fcoscope"), data / "images");  // the labels alone were moved
        // The labels alone, to where another folder has the name; then together with an image.
        fs::create_directories(folder_ / "other/labels");
        fs::create_directories(folder_ / "other/images");
        fs::copy_file(data / "labels/a.fcoscope", folder_ / "other/labels/a.fcoscope");
        QCOMPARE(rootOf(folder_ / "other/labels/a.fcoscope"), data / "images");
        const fs::path image = folder_ / "other/images" / set.images[2].path;
        fs::create_directories(image.parent_path());
        writeFile(image, "an image");
        QCOMPARE(rootOf(folder_ / "other/labels/a.fcoscope"), folder_ / "other/images");
        fs::rename(data, moved);
        QCOMPARE(rootOf(moved / "labels/a.fcoscope"), moved / "images");
        // One that names the folder alone, as the first versions did.
        sqlite3 *database = nullptr;
        sqlite3_open((moved / "labels/a.fcoscope").c_str(), &database);
        sqlite3_exec(database, "DELETE FROM facts WHERE name = 'way to root'", nullptr, nullptr, nullptr);
        sqlite3_close(database);
        QCOMPARE(rootOf(moved / "labels/a.fcoscope"), data / "images");
    }

    void folderThatCannotBeWritten()
    {
        const LabelSet set = someSet();
        ProjectFile::create(file_, set);
        allow(file_, 0444);
        allow(folder_, 0555);
        const std::string answer = inChild([&]() -> std::string {
            if (!becomeNobody())
                return "cannot become nobody";
            if (const std::string error = errorOf([&] { ProjectFile::open(file_, Access::Write); });
                !contains(error, "cannot be written: Permission denied"))
                return "opened for writing: " + error;
            if (errorOf([&] { ProjectFile::create(folder_ / "other", set); }).empty())
                return "made another";
            if (projectPlace(folder_, "/nowhere").file != file_)
                return "another place";
            if (projectPlace(folder_.parent_path(), "/nowhere").besideImages !=
                (::access(folder_.parent_path().c_str(), W_OK) == 0))
                return "a place that cannot be written";
            const ProjectFile project = ProjectFile::open(file_, Access::Read);
            return differenceOf(project.read(Extras::Read), set) + differenceOf(project.read(Extras::Read), set);
        });
        allow(folder_, 0755);
        QVERIFY2(answer.empty(), answer.c_str());
        QCOMPARE(std::distance(fs::directory_iterator(folder_), {}), 1);
    }

    /// What a killed writer left in the -wal is read, too, with its shared memory and without.
    void folderThatCannotBeWrittenBehindAKill()
    {
        for (const bool keepsMemory : {true, false}) {
            init();
            Work work(file_, someSet());
            work.edit();
            const LabelSet set = work.set;
            const fs::path killed = folder_ / "killed";
            fs::create_directory(killed);
            for (const char *suffix : {"", "-wal", "-shm"})
                if (keepsMemory || std::string(suffix) != "-shm")
                    fs::copy(file_.string() + suffix, (killed / "project.fcoscope").string() + suffix);
            QVERIFY(fs::file_size((killed / "project.fcoscope-wal")) > 0);
            for (const auto &each : fs::directory_iterator(killed))
                allow(each.path(), 0444);
            allow(killed, 0555);
            const std::string answer = inChild([&]() -> std::string {
                if (!becomeNobody())
                    return "cannot become nobody";
                const ProjectFile project = ProjectFile::open(killed / "project.fcoscope", Access::Read);
                return differenceOf(project.read(Extras::Read), set);
            });
            allow(killed, 0755);
            QVERIFY2(answer.empty(), answer.c_str());
        }
    }

    /// Somebody reads from a folder that only somebody else can write, who does.
    void readerWithoutRights()
    {
        const LabelSet set = someSet();
        ProjectFile::create(file_, set);
        allow(file_, 0644);
        allow(folder_, 0555);
        int go[2], done[2];
        QVERIFY(::pipe(go) == 0 && ::pipe(done) == 0);
        const pid_t reader = ::fork();
        if (reader == 0) {
            // Opened before the writer comes (immutable), asked while it writes and after it has gone.
            char step = '-';
            std::string seen;
            if (becomeNobody()) {
                const ProjectFile project = ProjectFile::open(file_, Access::Read);
                for (int i = 0; i < 3; ++i) {
                    seen = std::to_string(project.read(Extras::Leave).boxCount()) + " ";
                    if (::write(done[1], seen.data(), seen.size()) < 0 || ::read(go[0], &step, 1) != 1)
                        break;
                }
            }
            ::_exit(0);
        }
        std::string expected, seen;
        const auto await = [&] {
            char bytes[64];
            const ssize_t got = ::read(done[0], bytes, sizeof bytes);
            seen.append(bytes, size_t(std::max<ssize_t>(got, 0)));
        };
        const auto next = [&](size_t boxes) { expected += std::to_string(boxes) + " "; };
        await();
        next(set.boxCount());
        allow(folder_, 0755);  // for us, where we are not root
        {
            ProjectFile project = ProjectFile::open(file_, Access::Write);
            LabelSet after = set;
            const NewBox box{set.classes[0].key, {0, 0, 5, 5}, {}, false, false};
            const LabelEdit edit = addBoxes(after, after.images[0], std::span(&box, 1), {});
            project.write(edit, apply(after, ImagePlaces(after), edit), after.nextKey);
            allow(folder_, 0555);
            QCOMPARE(::write(go[1], "g", 1), 1);
            await();
            next(set.boxCount() + 1);
            allow(folder_, 0755);
            project.undo();
        }
        allow(folder_, 0555);
        QCOMPARE(::write(go[1], "g", 1), 1);
        await();
        next(set.boxCount());
        ::kill(reader, SIGKILL);
        ::waitpid(reader, nullptr, 0);
        allow(folder_, 0755);
        QCOMPARE(seen, expected);
    }

    void removedAndReplaced()
    {
        Work work(file_, someSet());
        work.edit();
        const fs::path away = folder_.string() + " away";
        fs::rename(folder_, away);
        const auto error = [&] { return errorOf([&] { work.edit(); }); };
        QVERIFY2(contains(error(), "not there any more"), error().c_str());
        QVERIFY(contains(errorOf([&] { work.project.read(Extras::Leave); }), "not there any more"));
        QVERIFY(contains(errorOf([&] { ProjectFile::create(file_, work.set); }), "cannot be written"));
        QVERIFY(!fs::exists(folder_));
        fs::rename(away, folder_);  // and it is back
        work.edit();
        QCOMPARE(QString::fromStdString(work.difference()), QString());

        fs::rename(file_, file_.string() + ".old");
        writeFile(file_, "somebody else's");
        QVERIFY2(contains(error(), "replaced by another file"), error().c_str());
        QCOMPARE(readFile(file_), std::string("somebody else's"));
        fs::remove(file_);
        fs::rename(file_.string() + ".old", file_);
        work.edit();

        fs::remove(file_.string() + "-wal");  // what is in it would be lost without a word
        QVERIFY2(contains(error(), "replaced by another file"), error().c_str());

        // The folder is gone for good: what is in memory can be saved as a new project.
        fs::remove_all(folder_);
        QVERIFY(contains(error(), "not there any more"));
        fs::create_directories(folder_);
        const ProjectFile again = ProjectFile::create(file_, work.set);
        QCOMPARE(QString::fromStdString(differenceOf(again.read(Extras::Read), work.set)), QString());
    }

    /// The file was taken away while another one still reads it, so that its -wal stays: nothing of that -wal gets
    /// into the file that takes its place.
    void restoredBesideAReader()
    {
        Work work(file_, someSet());
        work.edit(500);
        const ProjectFile reader = ProjectFile::open(file_, Access::Read);
        execute("PRAGMA wal_checkpoint(TRUNCATE)");
        for (int i = 0; i < 20; ++i)
            work.edit(20);
        reader.read(Extras::Leave);
        fs::remove(file_);
        QVERIFY(work.project.restore());
        QCOMPARE(QString::fromStdString(work.difference()), QString());
        QCOMPARE(execute("PRAGMA integrity_check"), std::string("ok"));
        work.edit();
        work.undo();
        QCOMPARE(QString::fromStdString(work.difference()), QString());
        QVERIFY(isProjectFile(file_));
    }

    /// What a crash left of a file that was deleted then is not played onto a new one.
    void madeBesideWhatACrashLeft()
    {
        const fs::path kept = folder_ / "kept";
        {
            Work work(file_, someSet());
            work.edit(50);
            fs::copy_file(file_.string() + "-wal", kept);
        }
        fs::remove(file_);
        fs::rename(kept, file_.string() + "-wal");
        const LabelSet other = someSet(3);
        const ProjectFile project = ProjectFile::create(file_, other);
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), other)), QString());
        QCOMPARE(execute("PRAGMA integrity_check"), std::string("ok"));
    }

    void symbolicLinks()
    {
        Work work(file_, someSet());
        work.edit();
        const fs::path link = folder_ / "link", around = folder_ / "x" / ".." / "link";
        fs::create_symlink(file_, link);
        fs::create_directories(folder_ / "y" / "z");
        fs::create_directory_symlink(folder_ / "y" / "z", folder_ / "x");
        fs::create_symlink(file_, folder_ / "y" / "link");  // where ".." behind the link leads
        for (const fs::path &name : {link, around}) {
            QVERIFY_EXCEPTION_THROWN(ProjectFile::open(name, Access::Write), LockedProject);
            const ProjectFile reader = ProjectFile::open(name, Access::Read);
            QVERIFY2(reader.file() == file_, reader.file().c_str());
            QCOMPARE(reader.read(Extras::Leave).boxCount(), work.set.boxCount());
        }
        QVERIFY(contains(errorOf([&] { ProjectFile::create(link, work.set); }), "open in another"));
    }

    /// Another process, and a foreign program, at the same file.
    void otherProcesses()
    {
        Work work(file_, someSet());
        work.edit();
        QVERIFY(isProjectFile(file_));
        // A program of its own, not a fork: SQLite's list of what a process has open would go along.
        QProcess visitor;
        visitor.start(QCoreApplication::applicationFilePath(), {"--visit", QString::fromStdString(file_)});
        QVERIFY(visitor.waitForFinished());
        QCOMPARE(QString::fromUtf8(visitor.readAllStandardOutput()), QString("process %1").arg(::getpid()));
        work.edit();
        // A foreign program holds the database: a sentence after a while, and it goes on when that one has gone.
        sqlite3 *foreign = nullptr;
        sqlite3_open(file_.c_str(), &foreign);
        sqlite3_exec(foreign, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        const std::string error = errorOf([&] { work.edit(); });
        QVERIFY2(contains(error, "in use by another program"), error.c_str());
        sqlite3_close(foreign);
        work.edit();
        QCOMPARE(QString::fromStdString(work.difference()), QString());
        QVERIFY(!fs::exists(file_.string() + "-journal"));
    }

private:
    /// As a foreign program; the first value of the answer.
    std::string execute(const char *sql) const
    {
        std::string answer;
        sqlite3 *foreign = nullptr;
        sqlite3_stmt *statement = nullptr;
        sqlite3_open(file_.c_str(), &foreign);
        if (sqlite3_prepare_v2(foreign, sql, -1, &statement, nullptr) == SQLITE_OK &&
            sqlite3_step(statement) == SQLITE_ROW)
            answer = reinterpret_cast<const char *>(sqlite3_column_text(statement, 0));
        sqlite3_finalize(statement);
        sqlite3_close(foreign);
        return answer;
    }
};

int main(int argc, char **argv)
{
    if (argc == 3 && std::string(argv[1]) == "--visit") {
        fputs(visit(argv[2]).c_str(), stdout);
        return 0;
    }
    QCoreApplication application(argc, argv);
    TestProjectFolders test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_project_folders.moc"
