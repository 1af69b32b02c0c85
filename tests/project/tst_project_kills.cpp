// SPDX-License-Identifier: GPL-3.0-or-later
// A session that is killed (SIGKILL) at random moments, over and over: the project opens, and at most the edit in
// flight is missing. The session is a script, so that what it acknowledged can be played again in memory and compared.
#include <QTemporaryDir>
#include <QTest>

#include <poll.h>

#include <sqlite3.h>

#include "core/base/error.h"
#include "core/data/project/project_file.h"
#include "in_child.h"
#include "random_labels.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

using Access = ProjectFile::Access;
using Extras = ProjectFile::Extras;

#ifdef __SANITIZE_ADDRESS__
constexpr int kills = 100;
#else
constexpr int kills = 1000;
#endif

/// One person's work: the n-th step is the same whenever it is played from the same state.
class Session {
public:
    explicit Session(const LabelSet &first) : set(first), places(first) {}

    /// One step, in memory and in `file` if there is one.
    void step(ProjectFile *file)
    {
        for (;;) {
            Random random(2026, ++number_);
            if (random.chance(0.15) && done > 0)
                return undo(file);
            if (random.chance(0.3) && done < steps.size())
                return redo(file);
            LabelEdit edit = randomEdit(random, set);
            if (edit.empty())
                continue;
            LabelEdit inverse = apply(set, places, edit);
            steps.resize(done);
            steps.push_back({std::move(edit), std::move(inverse)});
            ++done;
            if (file)
                file->write(steps.back().edit, steps.back().inverse, set.nextKey);
            return;
        }
    }

    LabelSet set;
    ImagePlaces places;
    struct Step {
        LabelEdit edit, inverse;
    };
    std::vector<Step> steps;
    size_t done = 0;

private:
    void undo(ProjectFile *file)
    {
        apply(set, places, steps[--done].inverse);
        if (file)
            file->undo();
    }
    void redo(ProjectFile *file)
    {
        apply(set, places, steps[done++].edit);
        if (file)
            file->redo();
    }
    uint64_t number_ = 0;
};

/// In the child: works on until it is killed, and tells of each step that the file has taken.
[[noreturn]] void workOn(Session session, const fs::path &file, int tell)
{
    try {
        ProjectFile project = ProjectFile::open(file, Access::Write);
        for (;;) {
            session.step(&project);
            if (::write(tell, "+", 1) != 1)
                ::_exit(1);
        }
    } catch (const std::exception &error) {
        if (::write(tell, "!", 1) == 1)
            fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(1);
}

/// Lets a child work until it has told of `steps` and `more` ns have gone; how many it had told of when it was killed.
std::string killedAfter(const std::function<void(int)> &work, size_t steps, long more)
{
    int ends[2];
    if (::pipe(ends) != 0)
        return "!";
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        work(ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string told;
    char bytes[4096];
    const auto take = [&] {
        const ssize_t got = ::read(ends[0], bytes, sizeof bytes);
        if (got > 0)
            told.append(bytes, size_t(got));
        return got > 0;
    };
    while (told.size() < steps && take()) {
    }
    timespec wait{0, more};
    ::ppoll(nullptr, 0, &wait, nullptr);  // the moment is drawn at random; nothing is waited for
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (take()) {
    }
    ::close(ends[0]);
    return told;
}

std::string integrityOf(const fs::path &file)
{
    sqlite3 *database = nullptr;
    std::string answer;
    const auto row = [](void *to, int, char **values, char **) {
        *static_cast<std::string *>(to) += values[0];
        return 0;
    };
    if (sqlite3_open(file.c_str(), &database) != SQLITE_OK ||
        sqlite3_exec(database, "PRAGMA integrity_check", row, &answer, nullptr) != SQLITE_OK)
        answer = sqlite3_errmsg(database);
    sqlite3_close(database);
    return answer;
}

}  // namespace

class TestProjectKills : public QObject {
    Q_OBJECT

    /// Killing loses what the process had in hand, never what the kernel has: memory does as well as a disk, and more
    /// moments are met where no time goes by in waiting for it.
    void survive(const fs::path &folder, int count)
    {
        const fs::path file = folder / "project.fcoscope";
        Random random(count);
        RandomLabels how;
        how.images = 8, how.boxesInImage = 5;
        const LabelSet first = randomSet(random, how);
        ProjectFile::create(file, first);
        Session session(first);
        size_t acknowledged = 0, inFlight = 0, openedOnly = 0;
        for (int i = 0; i < count; ++i) {
            const size_t steps = size_t(random.below(6));
            const long more = long(random.uniform() * random.uniform() * 1e6);
            const std::string told = killedAfter([&](int tell) { workOn(session, file, tell); }, steps, more);
            QVERIFY(told.find('!') == std::string::npos);
            acknowledged += told.size();
            openedOnly += told.empty() ? 1 : 0;
            for (size_t n = 0; n < told.size(); ++n)
                session.step(nullptr);
            if (i % 2 == 0)
                QCOMPARE(QString::fromStdString(integrityOf(file)), QString("ok"));
            const LabelSet found = ProjectFile::open(file, i % 3 ? Access::Write : Access::Read).read(Extras::Read);
            if (found != session.set) {
                session.step(nullptr);
                ++inFlight;
            }
            QCOMPARE(QString::fromStdString(differenceOf(found, session.set)), QString());
        }
        qInfo(
            "%d kills in %s: %zu steps acknowledged, all there; %zu times the step in flight, too; %zu before the first",
            count, folder.c_str(), acknowledged, inFlight, openedOnly);
        QCOMPARE(QString::fromStdString(integrityOf(file)), QString("ok"));
        leadBack(file, first, session);
    }

    static void leadBack(const fs::path &file, const LabelSet &first, const Session &session)
    {
        ProjectFile project = ProjectFile::open(file, Access::Write);
        const auto journal = project.journal();
        QCOMPARE(journal.size(), session.steps.size());
        for (size_t i = 0; i < journal.size(); ++i) {
            const size_t step = journal.size() - 1 - i;
            QVERIFY(journal[i].edit == session.steps[step].edit && journal[i].undone == (step >= session.done));
        }
        for (size_t i = session.done; i > 0; --i)
            project.undo();
        LabelSet expected = first;
        expected.nextKey = session.set.nextKey;
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), expected)), QString());
        for (size_t i = 0; i < session.done; ++i)
            project.redo();
        QCOMPARE(QString::fromStdString(differenceOf(project.read(Extras::Read), session.set)), QString());
    }

private Q_SLOTS:
    void inMemory()
    {
        const bool memory = ::access("/dev/shm", W_OK) == 0;
        QTemporaryDir folder(memory ? "/dev/shm/fcoscope-XXXXXX" : "fcoscope-XXXXXX");
        QVERIFY(folder.isValid());
        survive(folder.path().toStdString(), kills);
    }

    void onDisk()
    {
        QTemporaryDir folder;
        survive(folder.path().toStdString(), kills / 10);
    }

    /// A project that is being made is there whole or not at all.
    void whileItIsMade()
    {
        QTemporaryDir folder;
        const fs::path file = folder.path().toStdString() + "/project.fcoscope";
        Random random(5);
        RandomLabels how;
        how.images = 1500;
        const LabelSet set = randomSet(random, how);
        int made = 0, unmade = 0;
        for (int i = 0; i < kills / 10; ++i) {
            killedAfter([&](int) { ProjectFile::create(file, set); }, 0, long(random.uniform() * 1e8));
            if (fs::exists(file)) {
                QCOMPARE(QString::fromStdString(
                             differenceOf(ProjectFile::open(file, Access::Write).read(Extras::Read), set)),
                         QString());
                fs::remove(file);
                ++made;
            } else {
                ++unmade;
            }
        }
        qInfo("%d made, %d not", made, unmade);
        ProjectFile::create(file, set);  // and over what the last one left
        QCOMPARE(std::distance(fs::directory_iterator(folder.path().toStdString()), {}), 1);
    }
};

QTEST_GUILESS_MAIN(TestProjectKills)
#include "tst_project_kills.moc"
