// SPDX-License-Identifier: GPL-3.0-or-later
// A run as the window sees it, with a trainer that is a shell script: started, followed, told, found later, killed.
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include "app/session/run_process.h"

using namespace fcoscope;
namespace fs = std::filesystem;

namespace {

using State = RunSummary::State;

/// Locks the folder as `fcos` does, tells of two steps, and rests until it is told to stop.
// clang-format off
constexpr const char *patient = R"sh(#!/bin/sh
cd "$3"
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" > lock
echo '{"event":"start","time":1,"from_step":0,"steps":9,"images":3,"device":"cpu","strides":[8,16],"classes":["cell"]}' >> events.jsonl
step() { echo '{"event":"step","time":2,"step":'"$1"',"steps":9,"epoch":0,"class_loss":0.5,"box_loss":0.25}' >> events.jsonl; }
step 1
step 2
until grep -q stop control 2> /dev/null; do sleep 0.05; done
echo '{"event":"stop","time":3,"step":2,"best":{}}' >> events.jsonl
rm lock
)sh";
// clang-format on

}  // namespace

class TestRunProcess : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<RunProcess> run_;

    fs::path run() const { return fs::path(dir_->path().toStdString()) / "run"; }
    fs::path trainer(const QByteArray &script) const
    {
        const QString file = dir_->filePath(QStringLiteral("trainer"));
        QFile out(file);
        if (!out.open(QIODevice::WriteOnly) || out.write(script) != script.size())
            return {};
        out.close();
        out.setPermissions(out.permissions() | QFile::ExeOwner);
        return file.toStdString();
    }
    void make(const QByteArray &script) { run_ = std::make_unique<RunProcess>(trainer(script)); }
    State state() const { return run_->summary().state; }
    QString words() const { return QString::fromStdString(run_->summary().reason.english()); }
    int pid() const { return trainerOf(run()).value_or(TrainerNow()).pid; }

private Q_SLOTS:
    void init()
    {
        dir_ = std::make_unique<QTemporaryDir>();
        fs::create_directory(run());
    }
    void cleanup()
    {
        run_.reset();
        if (const int left = pid())
            ::kill(left, SIGKILL);
    }

    void startedFollowedAndStopped()
    {
        make(patient);
        std::vector<RunEvent> told;
        connect(run_.get(), &RunProcess::events, this, [&](const std::vector<RunEvent> &events, bool anew) {
            if (anew)
                told.clear();
            told.insert(told.end(), events.begin(), events.end());
        });
        run_->start(run());
        QVERIFY(run_->alive());
        QTRY_COMPARE(state(), State::Running);
        QTRY_COMPARE(run_->summary().step, 2);
        QCOMPARE(run_->summary().steps, 9);
        QCOMPARE(told.size(), size_t(3));
        QCOMPARE(std::get<RunStarted>(told[0].facts).classNames, std::vector<std::string>{"cell"});
        QCOMPARE(std::get<RunStep>(told[2].facts).report.boxLoss, 0.25);
        run_->tell(RunCommand::Stop);
        QCOMPARE(run_->asked(), RunCommand::Stop);
        QTRY_COMPARE(state(), State::Stopped);
        QTRY_VERIFY(!run_->alive());
        QCOMPARE(told.size(), size_t(4));
        QCOMPARE(run_->asked(), RunCommand::GoOn);  // a trainer that somebody starts elsewhere is not being stopped
    }

    void itsFolderIsRemoved()
    {
        make(patient);
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        QTRY_VERIFY(pid() > 0);
        const int trainer = pid();
        fs::remove_all(run());
        QTRY_COMPARE(state(), State::Interrupted);
        QVERIFY2(words().contains("/run is gone"), qPrintable(words()));
        ::kill(trainer, SIGKILL);
    }

    void outlivesTheWindowAndIsFoundAgain()
    {
        make(patient);
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        const int before = pid();
        run_.reset();
        make(patient);
        QVERIFY(before > 0 && processLives(before));
        run_->follow(run());
        QTRY_COMPARE(state(), State::Running);
        QCOMPARE(pid(), before);
        QVERIFY(run_->alive());
        tellTrainer(run(), RunCommand::Stop);
        QTRY_COMPARE(state(), State::Stopped);
    }

    void killed()
    {
        make(patient);
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        QTRY_VERIFY(pid() > 0);
        ::kill(pid(), SIGKILL);
        QTRY_COMPARE(state(), State::Interrupted);
        QVERIFY(!run_->alive());
        QVERIFY(!run_->summary().reason.text.empty());
    }

    void lastWordsAreKept()
    {
        make(QByteArray(patient).replace("until grep", "echo 'fcos: the roof fell in'; exit 3; until grep"));
        run_->start(run());
        QTRY_COMPARE(state(), State::Interrupted);
        QVERIFY2(words().contains("the roof fell in"), qPrintable(words()));
    }

    void endsBeforeItBegins()
    {
        make("#!/bin/sh\necho 'fcos: The roof fell in.'\nexit 1\n");
        run_->start(run());
        QTRY_VERIFY(!run_->alive());
        QCOMPARE(state(), State::Interrupted);
        QVERIFY(words().contains("The roof fell in."));
        QTest::qWait(600);  // it stays said, look after look
        QCOMPARE(state(), State::Interrupted);
    }

    /// As the machine does that runs out of memory: before the first step, when nothing was told yet.
    void killedBeforeItTellsAnything()
    {
        // clang-format off
        make(R"sh(#!/bin/sh
cd "$3"
echo "12:34:56  training into $3"
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" > lock
sleep 1
kill -9 $$
)sh");
        // clang-format on
        run_->start(run());
        QTRY_COMPARE(state(), State::Interrupted);
        QVERIFY(!run_->alive());
        QVERIFY2(words().contains("ended without a word"), qPrintable(words()));
    }

    /// What the run before it told is not what it says.
    void endsBeforeItGoesOn()
    {
        make(patient);
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        run_->tell(RunCommand::Stop);
        QTRY_COMPARE(state(), State::Stopped);
        trainer("#!/bin/sh\nsleep 2\necho 'fcos: no room.'\nexit 2\n");
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        QTRY_COMPARE(state(), State::Interrupted);
        QVERIFY2(words().contains("no room"), qPrintable(words()));
        trainer(patient);
        fs::remove(run() / "control");
        run_->start(run());
        QTRY_COMPARE(state(), State::Running);
        run_->tell(RunCommand::Stop);
        QTRY_COMPARE(state(), State::Stopped);
    }

    void theLogCannotBeWritten()
    {
        make(patient);
        fs::create_directory(run() / "trainer.log");
        QSignalSpy failed(run_.get(), &RunProcess::failed);
        run_->start(run());
        QCOMPARE(failed.count(), 1);
        QVERIFY(QString::fromStdString(failed[0][0].value<Failure>().reason.english()).contains("trainer.log"));
        QVERIFY(!run_->alive());
    }

    void thereIsNoTrainer()
    {
        run_ = std::make_unique<RunProcess>("/nowhere/fcos");
        QSignalSpy failed(run_.get(), &RunProcess::failed);
        run_->start(run());
        QCOMPARE(failed.count(), 1);
        QVERIFY(!run_->alive());
    }
};

QTEST_GUILESS_MAIN(TestRunProcess)
#include "tst_run_process.moc"
