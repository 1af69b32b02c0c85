// SPDX-License-Identifier: GPL-3.0-or-later
// The command line itself: help, mistakes and their sentences, exit codes, what goes to which stream. No model needed.
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include "fcos_process.h"

class TestCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpOfEveryVerb_data();
    void helpOfEveryVerb();
    void usage();
    void mistakes_data();
    void mistakes();
    void checksTellTheMachine();
    void demoIsDeterministic();
    void demoRefusesAFullFolder();
    void resultsIntoAFullDisk();

private:
    const QTemporaryDir folder_;
};

void TestCommand::helpOfEveryVerb_data()
{
    QTest::addColumn<QStringList>("verb");
    QTest::addColumn<QStringList>("words");  // flags with their unit, range or default, as visit() names them
    QTest::newRow("detect") << QStringList{"detect"}
                            << QStringList{"--weights", "--json", "--draw", "--score-threshold X", "0 to 1"};
    QTest::newRow("train") << QStringList{"train"}
                           << QStringList{"--config", "--epochs N", "default 50", "--learning-rate", "--backbone-depth",
                                          "18 to 152", "--profile fcoscope|tz-orig", "--strides X,X",
                                          "px, 1 to 1024, default 8,16,32,64,128", "--no-flip-x", "on by default",
                                          "--validate"};
    QTest::newRow("eval") << QStringList{"eval"}
                          << QStringList{"--score-threshold", "default 0.05", "--problems", "--split"};
    QTest::newRow("demo") << QStringList{"demo"} << QStringList{"--seed", "--count", "default 12"};
    QTest::newRow("model info") << QStringList{"model", "info"} << QStringList{"--json"};
    QTest::newRow("model export") << QStringList{"model", "export"} << QStringList{"--half"};
    QTest::newRow("export") << QStringList{"export"} << QStringList{"--as", "--profile"};
    QTest::newRow("bench") << QStringList{"bench"} << QStringList{"--runs", "--train", "--batch"};
    QTest::newRow("checks") << QStringList{"checks"} << QStringList{"--json"};
}

void TestCommand::helpOfEveryVerb()
{
    QFETCH(QStringList, verb);
    QFETCH(QStringList, words);
    const Said said = fcos(verb + QStringList{"--help"});
    QCOMPARE(said.exitCode, 0);
    QVERIFY2(said.err.isEmpty(), said.err);
    for (const QString &word : words)
        QVERIFY2(said.out.contains(word.toUtf8()), (word.toUtf8() + " is missing in\n" + said.out));
}

void TestCommand::usage()
{
    const Said help = fcos({"--help"});
    QCOMPARE(help.exitCode, 0);
    for (const char *verb : {"detect", "train", "eval", "assign", "demo", "model", "export", "bench", "checks"})
        QVERIFY2(help.out.contains(verb), verb);
    QCOMPARE(fcos({}).exitCode, 2);
    QVERIFY(fcos({"--version"}).out.startsWith("fcos 0."));
}

void TestCommand::mistakes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("verb") << QStringList{"detct", "a.png"} << QStringList{"detct", "did you mean \"detect\""};
    QTest::newRow("verb, nothing near") << QStringList{"frobnicate"} << QStringList{"frobnicate", "--help"};
    QTest::newRow("flag") << QStringList{"detect", "--wieghts", "w", "a.png"}
                          << QStringList{"--wieghts", "did you mean \"--weights\""};
    QTest::newRow("flag with =") << QStringList{"train", "x", "--epocs=3"} << QStringList{"did you mean \"--epochs\""};
    QTest::newRow("out of range") << QStringList{"detect", "--score-threshold", "2", "a.png"}
                                  << QStringList{"score-threshold", "\"2\"", "0 to 1"};
    QTest::newRow("not a number") << QStringList{"train", "x", "--epochs", "many"} << QStringList{"epochs", "\"many\""};
    QTest::newRow("not a choice") << QStringList{"train", "x", "--optimizer", "adma"}
                                  << QStringList{"optimizer", "adamw, sgd"};
    QTest::newRow("no value") << QStringList{"train", "x", "--epochs"} << QStringList{"--epochs"};
    QTest::newRow("no images") << QStringList{"detect"} << QStringList{"IMAGES"};
    QTest::newRow("no data") << QStringList{"train"} << QStringList{"data set"};
    QTest::newRow("too many") << QStringList{"demo", "a", "b"} << QStringList{"\"b\"", "too many"};
    QTest::newRow("missing data set") << QStringList{"eval", "/nowhere/at/all"} << QStringList{"/nowhere/at/all"};
    QTest::newRow("missing model") << QStringList{"model", "info", "/nowhere/model"} << QStringList{"/nowhere/model"};
    QTest::newRow("not a model") << QStringList{"model", "info", "/proc/self/exe"} << QStringList{"/proc/self/exe"};
    QTest::newRow("missing settings") << QStringList{"train", "x", "--config", "/nowhere/run.toml"}
                                      << QStringList{"/nowhere/run.toml"};
    QTest::newRow("no such profile") << QStringList{"train", "x", "--profile", "yolo"}
                                     << QStringList{"yolo", "fcoscope"};
    QTest::newRow("levels and limits") << QStringList{"train", "x", "--strides", "8,16"} << QStringList{"range-limits"};
}

void TestCommand::mistakes()
{
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, words);
    const Said said = fcos(arguments, folder_.path());
    QVERIFY2(said.exitCode == 2, said.all());
    QVERIFY2(said.out.isEmpty(), said.out);
    QVERIFY2(said.err.startsWith("fcos: ") && said.err.count('\n') == 1, said.err);  // one sentence, one line
    for (const QString &word : words)
        QVERIFY2(said.err.contains(word.toUtf8()), said.err);
}

void TestCommand::checksTellTheMachine()
{
    const Said said = fcos({"checks", "--json"});
    QVERIFY2(said.exitCode == 0, said.all());
    const QJsonObject facts = said.json().object();
    for (const char *fact : {"FCOScope", "LibTorch", "OpenCV", "CPU features", "memory", "sgemm_ is bound to"})
        QVERIFY2(!facts[fact].toString().isEmpty(), fact);
    // LibTorch's own product, not the reference BLAS that OpenCV's codecs load: a factor of ten in speed.
    QVERIFY2(facts["sgemm_ is bound to"].toString().contains("libtorch_cpu"),
             qPrintable(facts["sgemm_ is bound to"].toString()));
}

void TestCommand::demoIsDeterministic()
{
    const QStringList small{"--count", "2", "--width", "160", "--height", "128"};
    const QString first = folder_.filePath("demo-a"), second = folder_.filePath("demo-b"),
                  third = folder_.filePath("demo-c");
    QVERIFY2(Said(fcos(QStringList{"demo", first} + small)).exitCode == 0, "first");
    QCOMPARE(fcos(QStringList{"demo", second} + small).exitCode, 0);
    QCOMPARE(fcos(QStringList{"demo", third, "--seed", "2"} + small).exitCode, 0);
    for (const char *file : {"/00.jpg", "/01.jpg", "/annotations.json"})
        QVERIFY2(!contents(first + file).isEmpty() && contents(first + file) == contents(second + file), file);
    QVERIFY(contents(first + "/00.jpg") != contents(third + "/00.jpg"));
}

void TestCommand::demoRefusesAFullFolder()
{
    const QTemporaryDir full;
    QFile file(full.filePath("mine.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    const Said said = fcos({"demo", full.path()});
    QVERIFY2(said.exitCode == 2 && said.err.contains(full.path().toUtf8()), said.all());
    QVERIFY(QFile::exists(full.filePath("mine.txt")));
}

void TestCommand::resultsIntoAFullDisk()
{
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    startFcos(process, {"checks"});
    const Said said = ended(process);
    QVERIFY2(said.exitCode == 2 && said.err.contains("cannot be written"), said.all());
}

QTEST_GUILESS_MAIN(TestCommand)
#include "tst_command.moc"
