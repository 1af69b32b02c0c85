// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong under a project: a full disk, a system call that fails. A sentence that names the file, nothing lost,
// and the same call works once the matter is put right.
#include <QTest>

#include <sys/resource.h>
#include <sys/syscall.h>

#include "core/base/file.h"
#include "in_child.h"
#include "project_work.h"

using namespace fcoscope;

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

}  // namespace

class TestProjectFailures : public QObject, private ProjectFolder {
    Q_OBJECT

    static int report(const char *form, auto... values)
    {
        qWarning(form, values...);
        return -1;
    }

    /// Lets each system call of `call` fail in turn, in every way, and asks that nothing happened and that it can be
    /// called again. Returns how many failed.
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
    void init() { newFolder(); }

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

    /// It cannot be written now, which is no reason to give up what the taken-away file held.
    void everySystemCallFailsWhileItIsPutInPlaceAgain()
    {
        Work work(file_, someSet(300));
        work.edit();
        int failed = 0;
        for (const int reason : {ENOSPC, EIO})
            for (int n = 0; n < 3000; ++n) {
                fs::remove(file_);
                callsLeft = n, failure = reason;
                bool restored = true;
                const std::string error = errorOf([&] { restored = work.project.restore(); });
                const bool reached = callsLeft < 0;
                callsLeft = -1;
                QVERIFY(restored);
                failed += error.empty() ? 0 : 1;
                QVERIFY2(error.empty() || contains(error, file_.string()), error.c_str());
                if (!fs::exists(file_))
                    QVERIFY(work.project.restore());
                QCOMPARE(QString::fromStdString(work.difference()), QString());
                work.undo();
                work.edit();
                if (!reached)
                    break;
            }
        QVERIFY2(failed > 20, qPrintable(QString::number(failed)));
    }

    /// It is in its place, something failed then, and it goes once more: all of it is there, or it says that it is not.
    void goesAgainBehindAFailure()
    {
        int came = 0, lost = 0;
        for (bool reached = true; reached; newFolder()) {
            Work work(file_, someSet());
            work.edit();
            fs::remove(file_);
            callsLeft = came++, failure = EIO;
            errorOf([&] { work.project.restore(); });
            reached = callsLeft < 0;
            callsLeft = -1;
            fs::remove(file_);
            if (work.project.restore())
                QCOMPARE(QString::fromStdString(work.difference()), QString());
            else
                ++lost;
        }
        QVERIFY2(lost > 0 && lost < came, qPrintable(QString::number(lost)));
    }

    /// A file system of 1 MB that is filled: SQLite's own way to a full disk.
    void fullDisk()
    {
        const std::string answer = inChild([&]() -> std::string {
            if (!mountSmallDisk(folder_, "1m"))
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
};

QTEST_GUILESS_MAIN(TestProjectFailures)
#include "tst_project_failures.moc"
