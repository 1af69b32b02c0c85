// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong around a project: a full disk, a system call that fails, folders that cannot be written, were removed
// or replaced. A sentence that names the file, nothing lost, and the same call works once the matter is put right.
#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fstream>

#include <sqlite3.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/project/edits.h"
#include "core/data/project/project_file.h"
#include "in_child.h"
#include "random_labels.h"

using namespace fcoscope;
namespace fs = std::filesystem;

// SQLite's system calls, and ours, pass through these: the `callsLeft`-th fails.
namespace {
int callsLeft = -1;  // below 0: none fails
int failure = 0;
bool fails()
{
    if (callsLeft < 0 || callsLeft-- != 0)
        return false;
    errno = failure;
    return true;
}
}  // namespace

extern "C" {
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
    return fails() ? -1 : syscall(SYS_pwrite64, fd, bytes, count, offset);
}
int fsync(int fd)
{
    return fails() ? -1 : int(syscall(SYS_fsync, fd));
}
int fdatasync(int fd)
{
    return fails() ? -1 : int(syscall(SYS_fdatasync, fd));
}
int ftruncate64(int fd, off64_t length) noexcept
{
    return fails() ? -1 : int(syscall(SYS_ftruncate, fd, length));
}
}

namespace {

using Access = ProjectFile::Access;
using Extras = ProjectFile::Extras;

template <typename Call> std::string errorOf(Call &&call)
{
    try {
        call();
    } catch (const UserError &error) {
        return error.what();
    }
    return {};
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

LabelSet someSet(int images = 12)
{
    Random random(1);
    RandomLabels how;
    how.images = images, how.hostileNames = false;
    return randomSet(random, how);
}

/// A set beside its file; edits go to both or to neither.
struct Work {
    LabelSet set;
    ImagePlaces places;
    ProjectFile project;
    std::vector<LabelEdit> inverses{};
    int count = 0;

    Work(const fs::path &file, const LabelSet &first)
        : set(first), places(first), project(ProjectFile::create(file, first))
    {
    }

    void edit(size_t boxes = 1)
    {
        std::vector<NewBox> added(boxes, {set.classes[0].key, {1, 1, 20.5 + count++, 30}, {}, false, false});
        const LabelEdit one = addBoxes(set, set.images[0], added, message("core", "Draw a box"));
        LabelSet after = set;
        const LabelEdit inverse = apply(after, places, one);
        project.write(one, inverse, after.nextKey);
        set = std::move(after);
        inverses.push_back(inverse);
    }
    void undo()
    {
        project.undo();
        apply(set, places, inverses.back());
        inverses.pop_back();
    }
    std::string difference() const { return differenceOf(project.read(Extras::Read), set); }
};

/// Edits until `error` comes, which must be one; then puts right what was wrong and edits on.
std::string throughFailure(const fs::path &file, const std::string &cause, const std::function<void()> &putRight)
{
    Work work(file, someSet());
    std::string error;
    for (int i = 0; i < 20000 && error.empty(); ++i)
        error = errorOf([&] { work.edit(); });
    if (!contains(error, cause) || !contains(error, file.string()))
        return "not the sentence: " + error;
    if (std::string found = work.difference(); !found.empty())
        return "behind the failure: " + found;
    if (errorOf([&] { work.edit(200); }).empty())
        return "it can write again though nothing was put right";
    putRight();
    work.edit();
    work.edit();
    work.project.undo();
    work.project.redo();
    if (std::string found = work.difference(); !found.empty())
        return "behind the repair: " + found;
    const LabelSet set = work.set;
    Work(std::move(work));  // closes it
    return differenceOf(ProjectFile::open(file, Access::Read).read(Extras::Read), set);
}

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

class TestProjectFailures : public QObject {
    Q_OBJECT

    QTemporaryDir temporary_;
    fs::path folder_, file_;

    /// Lets each system call of `call` fail in turn, in every way, and asks that nothing happened and that it can be
    /// called again. Returns how many failed.
    static int report(const char *form, auto... values)
    {
        qWarning(form, values...);
        return -1;
    }

    template <typename Call> int failEach(Work &work, Call &&call)
    {
        int failed = 0;
        for (const int reason : {ENOSPC, EIO}) {
            for (int n = 0; n < 3000; ++n) {
                callsLeft = n, failure = reason;
                const std::string error = errorOf(call);
                const bool reached = callsLeft < 0;
                callsLeft = -1;
                if (!error.empty()) {
                    ++failed;
                    if (!contains(error, file_.string()) || (reason == ENOSPC && !contains(error, "disk is full")))
                        return report("%s", error.c_str());
                    if (const std::string found = work.difference(); !found.empty())
                        return report("call %d, %s: %s", n, strerror(reason), found.c_str());
                    call();
                }
                if (const std::string found = work.difference(); !found.empty())
                    return report("again, call %d, %s: %s", n, strerror(reason), found.c_str());
                if (!reached)
                    break;  // there are no more calls
            }
        }
        return failed;
    }

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        allow(temporary_.path().toStdString(), 0755);
        folder_ = temporary_.path().toStdString() + "/" + std::to_string(++count);
        fs::create_directories(folder_);
        file_ = folder_ / "project.fcoscope";
    }

    void everySystemCallFails()
    {
        Work work(file_, someSet());
        QVERIFY(failEach(work, [&] { work.edit(); }) >= 6);
        QVERIFY(failEach(work, [&] { work.edit(100); }) > 20);
        QVERIFY(failEach(work, [&] { work.undo(); }) >= 6);
        const LabelSet set = work.set;
        Work(std::move(work));
        QCOMPARE(QString::fromStdString(differenceOf(ProjectFile::open(file_, Access::Write).read(Extras::Read), set)),
                 QString());
    }

    void everySystemCallFailsWhileItIsMade()
    {
        const LabelSet set = someSet(300);
        int failed = 0;
        for (const int reason : {ENOSPC, EIO})
            for (int n = 0; n < 3000; ++n) {
                callsLeft = n, failure = reason;
                const std::string error = errorOf([&] { ProjectFile::create(file_, set); });
                const bool reached = callsLeft < 0;
                callsLeft = -1;
                if (!error.empty()) {
                    ++failed;
                    QVERIFY2(contains(error, file_.string()), error.c_str());
                }
                // Where it failed behind the renaming, the project is there, whole.
                if (fs::exists(file_)) {
                    QCOMPARE(differenceOf(ProjectFile::open(file_, Access::Write).read(Extras::Read), set),
                             std::string());
                    fs::remove(file_);
                }
                for (const auto &left : fs::directory_iterator(folder_))
                    QVERIFY2(false, left.path().c_str());
                if (!reached)
                    break;
            }
        QVERIFY(failed > 20);
    }

    /// A file system of 1 MB that is filled: SQLite's own way to a full disk.
    void fullDisk()
    {
        const std::string answer = inChild([&]() -> std::string {
            if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
                return "no mount";
            if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                ::mount("none", folder_.c_str(), "tmpfs", 0, "size=1m") != 0)
                return "no mount";
            const fs::path filler = folder_ / "filler";
            writeFile(filler, std::string(300000, 'x'));
            return throughFailure(file_, "disk is full", [&] { fs::remove(filler); });
        });
        if (answer == "no mount")
            QSKIP("nothing may be mounted here; fileTooLarge() stands for the full disk");
        QVERIFY2(answer.empty(), answer.c_str());
    }

    /// A limit on the size of files: the same where nothing may be mounted.
    void fileTooLarge()
    {
        const std::string answer = inChild([&]() -> std::string {
            std::signal(SIGXFSZ, SIG_IGN);
            rlimit limit{};
            ::getrlimit(RLIMIT_FSIZE, &limit);
            limit.rlim_cur = 200000;
            ::setrlimit(RLIMIT_FSIZE, &limit);
            return throughFailure(file_, strerror(EFBIG), [&] {
                limit.rlim_cur = limit.rlim_max;
                ::setrlimit(RLIMIT_FSIZE, &limit);
            });
        });
        QVERIFY2(answer.empty(), answer.c_str());
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
};

int main(int argc, char **argv)
{
    if (argc == 3 && std::string(argv[1]) == "--visit") {
        fputs(visit(argv[2]).c_str(), stdout);
        return 0;
    }
    QCoreApplication application(argc, argv);
    TestProjectFailures test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_project_failures.moc"
