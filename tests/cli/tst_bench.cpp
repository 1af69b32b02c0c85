// SPDX-License-Identifier: GPL-3.0-or-later
// fcos bench --train: what a training step costs on this machine.
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include "fcos_process.h"

class BenchTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void figuresOfTraining();
    void figuresOfTrainingInWords();

private:
    QStringList bench(const QStringList &more) const
    {
        return QStringList{"bench",         "--weights", weights_,         "--device", "cpu", "--threads", "1",
                           "--runs",        "1",         "--train",        "--steps",  "3",   "--batch",   "2",
                           "--train-width", "128",       "--train-height", "96"} +
               more;
    }
    const QTemporaryDir folder_;
    QString weights_;
};

void BenchTest::initTestCase()
{
    const QString demo = folder_.filePath("demo"), run = folder_.filePath("run");
    const Said drawn = fcos({"demo", demo, "--count", "2", "--width", "320", "--height", "240"});
    QVERIFY2(drawn.exitCode == 0, drawn.all());
    const Said said = fcos({"train",
                            demo,
                            "--run",
                            run,
                            "--backbone-depth",
                            "18",
                            "--backbone-width",
                            "0.125",
                            "--pyramid-channels",
                            "16",
                            "--tower-depth",
                            "1",
                            "--tower-groups",
                            "4",
                            "--train-width",
                            "128",
                            "--train-height",
                            "96",
                            "--batch",
                            "2",
                            "--device",
                            "cpu",
                            "--threads",
                            "1",
                            "--stop-after",
                            "1"});
    QVERIFY2(said.exitCode == 0, said.all());
    weights_ = run + "/checkpoints/last";
}

void BenchTest::figuresOfTraining()
{
    const Said said = fcos(bench({"--json"}));
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject training = said.json().object()["training"].toObject();
    QVERIFY2(training["images_per_second"].toDouble() > 0, said.all());
    QCOMPARE(training["steps"].toInt(), 3);
    const double waiting = training["waiting_share"].toDouble(-1), peak = training["peak_bytes"].toDouble();
    QVERIFY2(waiting >= 0 && waiting < 1, said.all());
    QVERIFY2(peak > 2e7 && peak < 1e11, said.all());
    QVERIFY(!training.contains("device_peak_bytes"));
}

void BenchTest::figuresOfTrainingInWords()
{
    const Said said = fcos(bench({}));
    QVERIFY2(said.exitCode == 0, said.all());
    for (const char *words :
         {"images per second (median of 3 steps)", "% of the time waiting for data", "MB of memory at the highest"})
        QVERIFY2(said.out.contains(words), said.out);
    QVERIFY(!said.out.contains("on the device"));
}

QTEST_GUILESS_MAIN(BenchTest)
#include "tst_bench.moc"
