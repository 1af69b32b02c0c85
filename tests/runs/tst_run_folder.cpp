// SPDX-License-Identifier: GPL-3.0-or-later
// A run's folder from both sides: the trainer that holds it, and whoever watches and commands it.
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/runs/process_facts.h"
#include "core/runs/run_folder.h"
#include "core/runs/run_watch.h"
#include "tests/pace.h"
#include "tests/project/in_child.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

using State = RunSummary::State;

std::string refusal(const std::function<void()> &work)
{
    try {
        work();
    } catch (const UserError &error) {
        return error.what();
    }
    return {};
}

RunStep stepNumber(int64_t step)
{
    RunStep e;
    e.report.step = step;
    return e;
}

RunStarted startFrom(int64_t step, int64_t steps)
{
    RunStarted e;
    e.fromStep = step;
    e.steps = steps;
    return e;
}

RunValidated validation(int64_t step, double ap)
{
    RunValidated e;
    e.step = step;
    e.figures = {{"AP", ap}};
    return e;
}

void makeOld(const fs::path &file, int seconds)
{
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::seconds(seconds));
}

}  // namespace

class TestRunFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        static int count = 0;
        folder_ = temporary_.filePath(QString::number(++count)).toStdString();
        fs::create_directories(folder_);
    }
    void theHolderIsKnown();
    void otherProcessesAreNotTheHolder();
    void commandsArrive();
    void commandsForAnEarlierTrainerAreForgotten();
    void aCommandThatCannotBeWritten();
    void aHeartBeats();
    void whatItIsAt();
    void tornLinesAreEnded();
    void aFullDiskLeavesWholeLines();
    void theSummaryTells();
    void interruptedRunsHaveLastWords();
    void aLockThatWasLeftTellsOfATrainerThatWasKilled();
    void checkpointsAreFound();
    void runsAreListed();
    void aLongRunIsSummedUp();

private:
    QTemporaryDir temporary_;
    fs::path folder_;
};

void TestRunFolder::theHolderIsKnown()
{
    QVERIFY(!trainerOf(folder_));
    {
        const RunFolder held(folder_);
        QCOMPARE(trainerOf(folder_).value().pid, ::getpid());
        const std::string said = refusal([&] { RunFolder second(folder_); });
        QCOMPARE(said, "Another trainer (process " + std::to_string(::getpid()) + ") is working in the run folder " +
                           folder_.string() + ".");
    }
    QVERIFY(!trainerOf(folder_));
    QVERIFY(!fs::exists(folder_ / "lock"));
}

void TestRunFolder::otherProcessesAreNotTheHolder()
{
    const std::string mine = processOf(::getpid()).started;
    QVERIFY(!mine.empty());
    const auto holder = [&](const std::string &lock) {
        writeFile(folder_ / "lock", lock);
        return trainerOf(folder_).has_value();
    };
    QVERIFY(holder(std::to_string(::getpid()) + " " + mine + "\n"));
    QVERIFY(!holder(std::to_string(::getpid()) + " " + mine + "1\n"));  // another process that had this pid
    for (const char *text : {"", "7", "x y", "-1 5", "99999999999999999999 5"})
        QVERIFY2(!holder(text), text);

    int ends[2];
    QVERIFY(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte;
        ::close(ends[1]);
        ::_exit(::read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::close(ends[0]);
    const std::string lock = std::to_string(child) + " " + processOf(child).started + "\n";
    QVERIFY(holder(lock));
    ::close(ends[1]);  // it ends, and nobody has asked after it yet
    siginfo_t info;
    QCOMPARE(::waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT), 0);
    QVERIFY(!holder(lock));
    ::waitpid(child, nullptr, 0);
    QVERIFY(!holder(lock));
}

void TestRunFolder::commandsArrive()
{
    RunFolder held(folder_);
    QVERIFY(!held.stopWritten() && !held.pauseWritten());
    const auto seenWithin = [&](RunCommand command, bool stop, bool pause) {
        tellTrainer(folder_, command);
        QElapsedTimer timer;
        timer.start();
        while (held.stopWritten() != stop || held.pauseWritten() != pause)
            if (timer.hasExpired(5000))
                return false;
        return within(double(timer.elapsed()), 250);
    };
    QVERIFY(seenWithin(RunCommand::Pause, false, true));
    QVERIFY(seenWithin(RunCommand::GoOn, false, false));
    QVERIFY(seenWithin(RunCommand::Pause, false, true));
    QVERIFY(seenWithin(RunCommand::Stop, true, false));  // which ends a pause
    tellTrainer(folder_, RunCommand::GoOn);
    QVERIFY(!QTest::qWaitFor([&] { return !held.stopWritten(); }, 500));  // stopped is stopped
    QCOMPARE(readFile(folder_ / "control"), std::string("go on\n"));
}

void TestRunFolder::commandsForAnEarlierTrainerAreForgotten()
{
    tellTrainer(folder_, RunCommand::Stop);
    makeOld(folder_ / "control", 100000);  // before this process began
    {
        RunFolder held(folder_);
        QVERIFY(!held.stopWritten());
        QVERIFY(!fs::exists(folder_ / "control"));
    }
    tellTrainer(folder_, RunCommand::Pause);  // while the trainer was starting: it is meant for this one
    RunFolder held(folder_);
    QVERIFY(held.pauseWritten());
}

void TestRunFolder::aCommandThatCannotBeWritten()
{
    const fs::path gone = folder_ / "gone";
    QCOMPARE(refusal([&] { tellTrainer(gone, RunCommand::Stop); }),
             "The file " + (gone / "control").string() + " cannot be written: No such file or directory.");
    fs::create_directories(folder_ / "control" / "x");
    QVERIFY(!refusal([&] { tellTrainer(folder_, RunCommand::Stop); }).empty());
    QCOMPARE(std::distance(fs::directory_iterator(folder_), {}), std::ptrdiff_t(1));  // nothing is left beside
}

void TestRunFolder::aHeartBeats()
{
    RunFolder held(folder_);
    makeOld(folder_ / "lock", 1000);
    held.stopWritten();
    QVERIFY(fs::last_write_time(folder_ / "lock") > fs::file_time_type::clock::now() - std::chrono::seconds(100));
}

void TestRunFolder::whatItIsAt()
{
    RunFolder held(folder_);
    QVERIFY(trainerOf(folder_).value().doing.words.text.empty());
    const RunDoing reading{0.25, message("core", "looking at image {0} of {1}").with(3, 12)};
    QElapsedTimer since;
    since.start();
    held.doing(reading);
    QVERIFY(trainerOf(folder_).value().doing == reading);
    held.doing({0.5, reading.words});  // too soon
    const bool soon = !since.hasExpired(900);
    QVERIFY(!soon || trainerOf(folder_).value().doing == reading);
    QVERIFY(trainerOf(folder_).value().silentSeconds < 60);
    makeOld(folder_ / "lock", 200);
    const double silent = trainerOf(folder_).value().silentSeconds;
    QVERIFY(silent >= 199 && silent < 260);
    held.tell(stepNumber(3));
    QCOMPARE(trainerOf(folder_).value().pid, ::getpid());
    QVERIFY(trainerOf(folder_).value().doing == RunDoing());
    QVERIFY(QTest::qWaitFor(
        [&] {
            held.doing({0.5, reading.words});
            return trainerOf(folder_).value().doing.fraction == 0.5;
        },
        5000));
    // Half a line, as who reads while it is written may find it, is none; the holder is there all the same.
    const std::string lock = readFile(folder_ / "lock");
    for (size_t length = lock.find('\n') + 1; length + 1 < lock.size(); ++length) {
        fs::resize_file(folder_ / "lock", length);
        QCOMPARE(trainerOf(folder_).value().pid, ::getpid());
        QVERIFY(trainerOf(folder_).value().doing == RunDoing());
        writeFile(folder_ / "lock", lock);
    }
}

void TestRunFolder::tornLinesAreEnded()
{
    writeFile(folder_ / "events.jsonl", "{\"event\":\"ste");
    RunFolder(folder_).tell(stepNumber(3));
    const auto events = RunEventReader(folder_ / "events.jsonl").more();
    QCOMPARE(events.size(), size_t(1));
    QCOMPARE(std::get<RunStep>(events[0].facts).report.step, int64_t(3));
}

void TestRunFolder::aFullDiskLeavesWholeLines()
{
    const std::string answer = inChild([&]() -> std::string {
        std::signal(SIGXFSZ, SIG_IGN);
        RunFolder held(folder_);
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 1000;  // in the middle of a line
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::string said;
        for (int i = 1; i < 10 && said.empty(); ++i)
            said = refusal([&] { held.tell(stepNumber(i)); });
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        held.tell(stepNumber(77));
        return said;
    });
    QVERIFY2(answer.find("events.jsonl cannot be written: File too large") != std::string::npos, answer.c_str());
    const std::string text = readFile(folder_ / "events.jsonl");
    const auto events = RunEventReader(folder_ / "events.jsonl").more();
    QCOMPARE(std::count(text.begin(), text.end(), '\n'), std::ptrdiff_t(events.size()));
    QCOMPARE(std::get<RunStep>(events.back().facts).report.step, int64_t(77));
}

void TestRunFolder::theSummaryTells()
{
    const auto state = [&] { return summaryOf(folder_).state; };
    QVERIFY(state() == State::New);
    const Message why = message("core", "The image {0} is gone.").with("x");
    {
        RunFolder held(folder_);
        QVERIFY(state() == State::Running);  // it reads its data
        held.tell(startFrom(0, 10));
        for (int64_t step = 1; step <= 6; ++step)
            held.tell(stepNumber(step));
        held.tell(validation(3, 0.25));
        held.tell(validation(6, 0.75));
        held.tell(RunPaused{6, true});
        QVERIFY(state() == State::Paused);
        held.tell(RunPaused{6, false});
        QVERIFY(state() == State::Running);
        QCOMPARE(summaryOf(folder_).bestAp, 0.75);
        held.tell(startFrom(4, 20));  // steps 5 and 6, and the validation there, are to be done again
        const RunSummary summary = summaryOf(folder_);
        QCOMPARE(summary.step, int64_t(4));
        QCOMPARE(summary.steps, int64_t(20));
        QCOMPARE(summary.bestAp, 0.25);
        QVERIFY(summary.changed > 1.7e9);
        held.tell(RunEnded{RunEnded::How::Failed, 4, why, {}});
    }
    QVERIFY(state() == State::Failed);
    QVERIFY(summaryOf(folder_).reason == why);
    RunFolder(folder_).tell(RunEnded{RunEnded::How::Stopped, 5, {}, {}});
    QVERIFY(state() == State::Stopped);
    RunFolder(folder_).tell(RunEnded{RunEnded::How::Done, 20, {}, {}});
    QVERIFY(state() == State::Done);
    RunFolder(folder_).tell(startFrom(20, 40));
    QVERIFY(state() == State::Interrupted);
}

void TestRunFolder::interruptedRunsHaveLastWords()
{
    RunFolder(folder_).tell(stepNumber(5));
    const auto words = [&] { return summaryOf(folder_).reason.english(); };
    QCOMPARE(words(), std::string("The trainer ended without a word, as if it was killed: by somebody, by the system "
                                  "because memory ran out, or because the machine went down."));
    writeFile(folder_ / "trainer.log", "training into x\nfcos: terminate called\n\n");
    QCOMPARE(words(), std::string("The trainer ended too early; its last words: terminate called"));
    // What it says on the way are no last words.
    writeFile(folder_ / "trainer.log", "fcos: earlier\n12:00:01  training into x\n12:00:11   12 %  epoch 3/50\n");
    QCOMPARE(words(), std::string("The trainer ended without a word, as if it was killed: by somebody, by the system "
                                  "because memory ran out, or because the machine went down."));
}

void TestRunFolder::aLockThatWasLeftTellsOfATrainerThatWasKilled()
{
    RunFolder(folder_).tell(RunEnded{RunEnded::How::Stopped, 5, {}, {}});
    QVERIFY(summaryOf(folder_).state == State::Stopped);
    writeFile(folder_ / "lock", "1 2\n");                 // of a process that started at another time
    QVERIFY(summaryOf(folder_).state == State::Stopped);  // it ended properly, but was killed before it took it away
    fs::last_write_time(folder_ / "lock", fs::file_time_type::clock::now() + std::chrono::seconds(5));
    QVERIFY(summaryOf(folder_).state == State::Interrupted);
}

void TestRunFolder::checkpointsAreFound()
{
    QVERIFY(!summaryOf(folder_).hasCheckpoint);
    fs::create_directories(folder_ / "checkpoints" / "best");
    QVERIFY(!summaryOf(folder_).hasCheckpoint && summaryOf(folder_).last.empty());
    fs::create_directories(folder_ / "checkpoints" / ".last.old");  // killed between two renames
    const RunSummary summary = summaryOf(folder_);
    QVERIFY(summary.hasCheckpoint);
    QCOMPARE(summary.last, folder_ / "checkpoints" / "last");
    QCOMPARE(summary.best, folder_ / "checkpoints" / "best");
    QVERIFY(!fs::exists(summary.last));  // looking changes nothing
}

void TestRunFolder::runsAreListed()
{
    QVERIFY(runsIn(folder_ / "nothing").empty());
    for (const char *name : {"1", "2", "3", "4"})
        fs::create_directories(folder_ / name);
    writeFile(folder_ / "file", "x");
    for (const char *name : {"1", "2", "3"})
        writeFile(folder_ / name / "run.toml", "");
    makeOld(folder_ / "1/run.toml", 50);
    makeOld(folder_ / "2/run.toml", 10);
    makeOld(folder_ / "3/run.toml", 90);
    QCOMPARE(runsIn(folder_), (std::vector<fs::path>{folder_ / "2", folder_ / "1", folder_ / "3"}));
    writeFile(folder_ / "3/events.jsonl", "");  // just now
    QCOMPARE(runsIn(folder_), (std::vector<fs::path>{folder_ / "3", folder_ / "2", folder_ / "1"}));
}

void TestRunFolder::aLongRunIsSummedUp()
{
    std::string text = lineOf({1, startFrom(0, 100000)}) + "\n";
    RunStep step;
    step.report = {1, 100000, 0, 0.123456, 0.234567, 0.345678, 1e-3, 2.5, 40, 123.4, 0.5, {}, {10, 20, 10}};
    step.report.levels.assign(5, {8, 0.0123456, 0.0234567, 0.0345678});
    for (int64_t i = 1; i <= 100000; ++i) {
        step.report.step = i;
        text += lineOf({1, step}) + "\n";
    }
    writeFile(folder_ / "events.jsonl", text);
    RunSummary summary;
    const double took = wallMs([&] { summary = summaryOf(folder_); });
    qInfo("a run of 100,000 steps, %.1f MB, in %.0f ms", double(text.size()) / 1e6, took);
    QCOMPARE(summary.step, int64_t(100000));
    QVERIFY(within(took, 100));
}

QTEST_GUILESS_MAIN(TestRunFolder)
#include "tst_run_folder.moc"
