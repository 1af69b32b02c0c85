// SPDX-License-Identifier: GPL-3.0-or-later
// A trainer that is killed (SIGKILL) at random moments, over and over: what lies in the folder is whole each time,
// every run goes on, and in the end it has the very checkpoints of the run that nobody touched, byte for byte.
//
// Twelve kills; FCOSCOPE_KILLS says how many otherwise (a hundred in the long tests).
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/random.h"
#include "core/fcos/checkpoint.h"
#include "core/runs/run_events.h"
#include "core/runs/run_watch.h"
#include "fcos_process.h"
#include "tiny_run.h"

using namespace fcoscope;

class TestTrainKills : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void killedAtRandomMoments();
    void killedAtEveryChangeOfAFile();

private:
    QString path(const QString &name) const { return folder_.filePath(name); }
    QString difference(const QString &run) const;
    QString wholeAfterKill(const QString &run) const;
    bool startAndKill(const QString &run, int afterMs, Said &said) const;

    const QTemporaryDir folder_;
    Dataset data_;
    QByteArray unbroken_;
    qint64 tookMs_ = 0;
};

void TestTrainKills::initTestCase()
{
    data_ = drawnSmears(path("smears"), 8);
    writeTinyRun(path("unbroken"), data_, tinyRequest(6));
    QElapsedTimer timer;
    timer.start();
    const Said said = fcos({"train", "--run", path("unbroken")});
    tookMs_ = timer.elapsed();
    QVERIFY2(said.exitCode == 0, said.all());
    unbroken_ = checkpointsOf(path("unbroken"));
    QVERIFY(!unbroken_.isEmpty());
    qInfo("the unbroken run took %lld ms", tookMs_);
}

/// Nothing, or what is not as in the unbroken run.
QString TestTrainKills::difference(const QString &run) const
{
    if (checkpointsOf(run) != unbroken_)
        return "the checkpoints are others";
    const auto steps = [](const QString &folder) {
        QStringList all;
        for (const RunEvent &event : withoutSuperseded(RunEventReader((folder + "/events.jsonl").toStdString()).more()))
            if (const auto *step = std::get_if<RunStep>(&event.facts))
                all << QString("%1 %2").arg(step->report.step).arg(step->report.classLoss, 0, 'g', 9);
        return all;
    };
    return steps(run) != steps(path("unbroken")) ? "the events that count are others" : QString();
}

/// Nothing, or what a kill has broken.
QString TestTrainKills::wholeAfterKill(const QString &run) const
{
    const std::filesystem::path folder = run.toStdString();
    try {
        readSnapshot(folder / "dataset.json", true, {});
        readRequest(folder / "run.toml");
        const RunSummary summary = summaryOf(folder);
        using State = RunSummary::State;  // Done: behind its last event, before its end
        if (summary.state != State::Interrupted && summary.state != State::New && summary.state != State::Done)
            return QString("state %1").arg(int(summary.state));
        for (const auto &checkpoint : {summary.last, summary.best})
            if (!checkpoint.empty())
                readModelInfo(checkpoint);
    } catch (const std::exception &error) {
        return error.what();
    }
    return {};
}

/// Whether it was killed; otherwise it had ended before, with `said`.
bool TestTrainKills::startAndKill(const QString &run, int afterMs, Said &said) const
{
    QProcess process;
    startFcos(process, {"train", "--run", run});
    if (!process.waitForFinished(afterMs)) {
        process.kill();
        process.waitForFinished();
    }
    if (process.exitStatus() == QProcess::CrashExit)
        return true;
    said = {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    return false;
}

void TestTrainKills::killedAtRandomMoments()
{
    const int wanted =
        qEnvironmentVariableIsSet("FCOSCOPE_KILLS") ? qEnvironmentVariableIntValue("FCOSCOPE_KILLS") : 12;
    int killed = 0, runs = 0;
    for (uint64_t seed = 1; killed < wanted; ++seed, ++runs) {
        Random random(2026, seed);
        const QString run = path(QString("run %1").arg(seed));
        writeTinyRun(run, data_, tinyRequest(6));
        QStringList moments;
        Said said;
        QElapsedTimer unharmed;
        unharmed.start();
        // Each time it goes on it is in danger again, until it comes through.
        for (int ms; ms = random.below(int(tookMs_)), startAndKill(run, ms, said); ++killed) {
            moments << QString::number(ms);
            const QString broken = wholeAfterKill(run);
            QVERIFY2(broken.isEmpty(), qPrintable(QString("seed %1: %2").arg(seed).arg(broken)));
        }
        if (moments.isEmpty())
            tookMs_ = unharmed.elapsed();  // the machine may have more or less to do by now
        qInfo("seed %llu: killed after %s ms", static_cast<unsigned long long>(seed), qPrintable(moments.join(", ")));
        QVERIFY2(said.exitCode == 0, said.all());
        const QString found = difference(run);
        QVERIFY2(found.isEmpty(), qPrintable(QString("seed %1: %2").arg(seed).arg(found)));
    }
    qInfo("%d kills of %d runs", killed, runs);
}

/// A library that is loaded first (kill_at_change.cpp) ends the trainer at its n-th call that changes a file.
void TestTrainKills::killedAtEveryChangeOfAFile()
{
    const int stride = qEnvironmentVariableIsSet("FCOSCOPE_KILLS") ? 1 : 17;
    TrainRequest request = tinyRequest(1);
    request.train.checkpointEverySteps = 1;
    request.train.validateEvery = 1;
    const QString whole = path("one epoch");
    writeTinyRun(whole, data_, request);
    QVERIFY(fcos({"train", "--run", whole}).exitCode == 0);
    const QByteArray expected = checkpointsOf(whole);
    int killed = 0;
    for (int n = 1;; n += stride) {
        const QString run = path(QString("change %1").arg(n));
        writeTinyRun(run, data_, request);
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LD_PRELOAD", KILL_AT_CHANGE);
        environment.insert("FCOSCOPE_KILL_AT", QString::number(n));
        environment.insert("ASAN_OPTIONS", "verify_asan_link_order=0");
        process.setProcessEnvironment(environment);
        startFcos(process, {"train", "--run", run});
        const Said said = ended(process);
        if (said.exitCode == 0)
            break;  // it makes no more changes than that
        QVERIFY2(process.exitStatus() == QProcess::CrashExit, said.all());
        ++killed;
        const QString broken = wholeAfterKill(run);
        QVERIFY2(broken.isEmpty(), qPrintable(QString("change %1: %2").arg(n).arg(broken)));
        const Said goneOn = fcos({"train", "--run", run});
        QVERIFY2(goneOn.exitCode == 0, goneOn.all());
        QVERIFY2(checkpointsOf(run) == expected, qPrintable(QString("change %1").arg(n)));
    }
    qInfo("killed at %d of the changes", killed);
    QVERIFY(killed >= 3);
}

QTEST_GUILESS_MAIN(TestTrainKills)
#include "tst_train_kills.moc"
