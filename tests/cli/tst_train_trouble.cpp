// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong around a run: a sentence each, in the command's words and in the folder, and nothing lost. Once it is
// put right the run goes on to the checkpoints of one that nothing happened to.
#include <QDir>
#include <QtTest>

#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "begun_run.h"
#include "core/base/file.h"
#include "tests/project/in_child.h"

using namespace fcoscope;

class TestTrainTrouble : public QObject, private WithTinyRun {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { data_ = drawnSmears(path("smears"), 8); }
    void init() { run_ = path(QString("run %1").arg(++count_)); }
    void aClassRemovedInTheMeantime();
    void dataNobodyWrote();
    void damagedData_data();
    void damagedData();
    void changedImages();
    void imagesThatGoWhileItTrains();
    void imagesToMeasureOnThatGo();
    void aFolderThatGoesWhileItTrains();
    void aDiskThatFillsWhileItTrains();
    void noLabels();
    void nothingToMeasureOn();
    void oneImage();
    void unwritableFolders();
    void filesThatMayNotGrow();
    void fullAndReadOnlyDisks();
    void tornEvents();
};

/// The labels live elsewhere: the run goes by its own data, and other data is refused.
void TestTrainTrouble::aClassRemovedInTheMeantime()
{
    begun();
    const QByteArray before = contents(run_ + "/dataset.json");
    Dataset fewer = data_;
    useClasses(fewer, {data_.classNames[0], data_.classNames[1]});
    writeTinyRun(run_, fewer, tinyRequest(2));
    const QString refused = refusalOf(run_, train());
    QVERIFY2(refused.contains("was started with other classes"), qPrintable(refused));
    QCOMPARE(stepsOf(run_), std::string("3"));
    // Named by data set, as by hand: the data that is there now is compared with the run's.
    QFile file(run_ + "/dataset.json");
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(before) == before.size());
    file.close();
    const Said said = fcos({"train", path("smears"), "--classes", "Platelets,RBC", "--run", run_});
    const QString words = refusalOf(run_, said);
    QVERIFY2(words.contains("was started with the classes Platelets, RBC, WBC, not Platelets, RBC"), qPrintable(words));
    QCOMPARE(contents(run_ + "/dataset.json"), before);
    writeTinyRun(run_, data_, tinyRequest(2));
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

void TestTrainTrouble::dataNobodyWrote()
{
    writeTinyRun(run_, data_, tinyRequest(1));
    QVERIFY(QFile::remove(run_ + "/dataset.json"));
    Said said = train();
    QVERIFY2(said.exitCode == 2 && said.err.contains("needs a data set"), said.all());
    writeTinyRun(run_, data_, tinyRequest(1));
    QVERIFY(QFile::remove(run_ + "/run.toml"));  // the request is written last: without it the run is not whole
    said = train();
    QVERIFY2(said.exitCode == 2 && said.err.contains("needs a data set"), said.all());
}

void TestTrainTrouble::damagedData_data()
{
    QTest::addColumn<int>("keep");  // of 100
    for (const int keep : {0, 70})
        QTest::addRow("%d %%", keep) << keep;
}

void TestTrainTrouble::damagedData()
{
    QFETCH(int, keep);
    begun();
    const QByteArray whole = contents(run_ + "/dataset.json");
    QFile file(run_ + "/dataset.json");
    QVERIFY(file.resize(whole.size() * keep / 100));
    const QString words = refusalOf(run_, train());
    QVERIFY2(words.contains("dataset.json does not hold the data of a run: "), qPrintable(words));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(whole) == whole.size());
    file.close();
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

void TestTrainTrouble::changedImages()
{
    begun();
    const QString image = QString::fromStdString(data_.images[5].file);
    const QByteArray bytes = contents(image);
    QFile file(image);
    QVERIFY(file.open(QIODevice::Append) && file.write("x") == 1);
    file.close();
    QCOMPARE(refusalOf(run_, train()), "The image " + image + " is no longer the file that the run was started with.");
    QVERIFY(file.remove());
    QCOMPARE(refusalOf(run_, train()), "The file " + image + " cannot be read: No such file or directory.");
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    file.close();
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

/// The training stops at it, with a checkpoint of what was learnt until then, and goes on once the image is back.
void TestTrainTrouble::imagesThatGoWhileItTrains()
{
    const Dataset own = drawnSmears(path("going"), 8);
    TrainRequest request = tinyRequest(100000);
    request.source.cacheMegabytes = 0;  // it reads them each time
    request.train.checkpointEverySteps = 1000000;
    writeTinyRun(run_, own, request);
    QProcess process;
    startFcos(process, {"train", "--run", run_});
    QTRY_VERIFY_WITH_TIMEOUT(all<RunStep>(run_).size() >= 2, 60000);
    const QString image = QString::fromStdString(own.images[5].file);
    QVERIFY(QFile::rename(image, image + ".away"));
    const QString words = refusalOf(run_, ended(process));
    QVERIFY2(words.contains(image) && words.count('.') <= 3, qPrintable(words));
    QCOMPARE(stepsOf(run_), std::to_string(all<RunStep>(run_).back().report.step));
    QVERIFY(QFile::rename(image + ".away", image));
    const int64_t until = all<RunStep>(run_).back().report.step + 2;
    QCOMPARE(train({"--stop-after", QString::number(until)}).exitCode, 0);
}

/// They do not count as pictures in which nothing was found: no AP comes of it, and nothing is best.
void TestTrainTrouble::imagesToMeasureOnThatGo()
{
    const Dataset kept = drawnSmears(path("kept"), 8);
    TrainRequest request = tinyRequest(100000);
    request.train.validateEvery = 20;
    writeTinyRun(run_, data_, request);
    writeFile(pathOf(run_) / "dataset.json", snapshotText({data_, kept}, {}));
    QProcess process;
    startFcos(process, {"train", "--run", run_});
    QTRY_VERIFY_WITH_TIMEOUT(trainerOf(pathOf(run_)).has_value(), 60000);
    tellTrainer(pathOf(run_), RunCommand::Pause);
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(run_) == State::Paused, 60000);
    const size_t before = all<RunValidated>(run_).size();
    const QString gone = QString::fromStdString(kept.images[1].file);
    QVERIFY(QFile::rename(gone, gone + ".away"));
    tellTrainer(pathOf(run_), RunCommand::GoOn);
    QTRY_VERIFY_WITH_TIMEOUT(all<RunValidated>(run_).size() >= before + 2, 60000);
    QVERIFY(QFile::rename(gone + ".away", gone));
    QTRY_VERIFY_WITH_TIMEOUT(all<RunValidated>(run_).back().figures.contains("AP"), 60000);
    tellTrainer(pathOf(run_), RunCommand::Stop);
    QCOMPARE(ended(process).exitCode, 130);
    for (size_t i : {before, before + 1}) {
        const RunValidated told = all<RunValidated>(run_)[i];
        QCOMPARE(told.figures, (Figures{{"unread", 1}}));
        QVERIFY(!told.best && told.classAp.empty());
    }
    int said = 0;
    for (const RunWarning &warning : all<RunWarning>(run_))
        said += QString::fromStdString(warning.words.english())
                    .startsWith("Of the 8 images to measure on 1 could not be read, the first is " + gone);
    QCOMPARE(said, 1);  // once
}

void TestTrainTrouble::aFolderThatGoesWhileItTrains()
{
    writeTinyRun(run_, data_, tinyRequest(100000));
    QProcess process;
    startFcos(process, {"train", "--run", run_});
    QTRY_VERIFY_WITH_TIMEOUT(trainerOf(pathOf(run_)).has_value(), 60000);
    tellTrainer(pathOf(run_), RunCommand::Pause);
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(run_) == State::Paused, 60000);
    QTRY_VERIFY_WITH_TIMEOUT(fs::exists(pathOf(run_) / "checkpoints/last"), 60000);
    QTRY_COMPARE_WITH_TIMEOUT(stepsOf(run_), std::to_string(all<RunPaused>(run_).at(0).step), 60000);
    // As a file manager does it: into the rubbish first.
    fs::rename(pathOf(run_), pathOf(path("rubbish")));
    const Said said = ended(process);
    QVERIFY2(said.exitCode == 2 && said.err.contains(": No such file or directory") && said.err.contains(run_.toUtf8()),
             said.all());
    QVERIFY(!QFile::exists(run_));  // nor half of it anew
    QVERIFY(fs::exists(pathOf(path("rubbish/checkpoints/last"))));
}

/// It rests until there is room, and then it is as if nothing had happened.
void TestTrainTrouble::aDiskThatFillsWhileItTrains()
{
    const QString disk = path("small disk"), log = path("said while waiting");
    QVERIFY(QDir().mkpath(disk));
    TrainRequest request = tinyRequest(100000);
    const std::string answer = inChild([&]() -> std::string {
        if (!mountSmallDisk(disk.toStdString(), "16m"))
            return "no mount";
        const QString run = disk + "/run";
        writeTinyRun(run, data_, request);
        QProcess process;
        process.setStandardErrorFile(log);
        startFcos(process, {"train", "--run", run});
        const auto until = [](const std::function<bool()> &is) { return QTest::qWaitFor(is, 60000); };
        if (!until([&] { return all<RunStep>(run).size() >= 2; }))
            return "no steps";
        std::ofstream filler(pathOf(disk) / "filler");
        while (filler << std::string(1000, 'x') << std::flush) {
        }
        const auto doing = [&] { return trainerOf(pathOf(run)).value_or(TrainerNow()).doing.words.english(); };
        if (!until([&] { return doing().find("there is no room") != std::string::npos; }))
            return "it does not say that it waits";
        const size_t before = all<RunStep>(run).size();
        filler.close();
        fs::remove(pathOf(disk) / "filler");
        if (!until([&] { return all<RunStep>(run).size() > before + 3; }))
            return "it does not go on";
        tellTrainer(pathOf(run), RunCommand::Stop);
        if (!process.waitForFinished(60000) || process.exitCode() != 130)
            return "it does not end: " + std::to_string(process.exitCode());
        int64_t next = 1;
        for (const RunStep &step : all<RunStep>(run))
            if (step.report.step != next++)
                return "a step is missing";
        return stepsOf(run) == std::to_string(next - 1) ? "" : "the checkpoint is of step " + stepsOf(run);
    });
    if (answer == "no mount")
        QSKIP("nothing may be mounted here");
    QVERIFY2(answer.empty(), answer.c_str());
}

void TestTrainTrouble::noLabels()
{
    Dataset bare = data_;
    for (DatasetImage &image : bare.images)
        image.labels.clear();
    bare.name = "mine";
    writeTinyRun(run_, bare, tinyRequest(1), false);
    QCOMPARE(refusalOf(run_, train()), QString("The data set mine has no labels."));
    bare.images.clear();
    writeTinyRun(run_, bare, tinyRequest(1), false);
    QCOMPARE(refusalOf(run_, train()), QString("The data set mine has no images that can be used."));
}

/// The plan says so before the start; here it goes without measuring.
void TestTrainTrouble::nothingToMeasureOn()
{
    writeTinyRun(run_, data_, tinyRequest(2));
    Snapshot snapshot{data_, data_};
    for (DatasetImage &image : snapshot.validation->images)
        image.labels.clear();
    writeFile(pathOf(run_) / "dataset.json", snapshotText(snapshot, {}));
    const Said said = train();
    QVERIFY2(said.exitCode == 0, said.all());
    QVERIFY(all<RunValidated>(run_).empty() && all<RunStarted>(run_)[0].validationImages == 0);
    QVERIFY(summaryOf(pathOf(run_)).hasCheckpoint);
}

void TestTrainTrouble::oneImage()
{
    Dataset one = data_;
    one.images.resize(1);
    writeTinyRun(run_, one, tinyRequest(4));
    const Said said = train();
    QVERIFY2(said.exitCode == 0, said.all());
    QCOMPARE(summaryOf(pathOf(run_)).steps, int64_t(2));  // two of it in each step
    QVERIFY(summaryOf(pathOf(run_)).bestAp >= 0);
}

void TestTrainTrouble::unwritableFolders()
{
    Said said = fcos({"train", path("smears"), "--run", "/proc/runs/1"});
    QVERIFY2(said.exitCode == 2 && said.err.contains("The folder /proc/runs/1 cannot be made: "), said.all());
    QFile file(path("file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    said = fcos({"train", path("smears"), "--run", file.fileName()});
    QVERIFY2(said.exitCode == 2 && said.err.contains("cannot be made: Not a directory"), said.all());
    // Each of the files that a trainer writes, in its turn; what was trained stays.
    begun();
    for (const char *name : {"lock", "events.jsonl"}) {
        QFile::rename(run_ + "/" + name, run_ + "/aside");
        QVERIFY(QDir(run_).mkpath(QString(name) + "/x"));
        said = train();
        QVERIFY2(said.exitCode == 2 && said.err.contains(name) &&
                     said.err.contains("cannot be written: Is a directory"),
                 said.all());
        QVERIFY(QDir(run_ + "/" + name).removeRecursively());
        QFile::rename(run_ + "/aside", run_ + "/" + name);
    }
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

/// No file may become larger than some bytes: the events end at a line, the checkpoint is the one before.
void TestTrainTrouble::filesThatMayNotGrow()
{
    begun();
    const auto limited = [&](rlim_t bytes) {
        QProcess process;
        process.setChildProcessModifier([bytes] {
            std::signal(SIGXFSZ, SIG_IGN);
            rlimit limit{};
            ::getrlimit(RLIMIT_FSIZE, &limit);
            limit.rlim_cur = bytes;
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
        startFcos(process, {"train", "--run", run_});
        return ended(process);
    };
    const QByteArray checkpoint = contents(run_ + "/checkpoints/last/training.safetensors");
    const QString words = refusalOf(run_, limited(30000));  // less than the weights need
    QVERIFY2(words.contains("cannot be written: File too large"), qPrintable(words));
    QCOMPARE(contents(run_ + "/checkpoints/last/training.safetensors"), checkpoint);
    const Said said = limited(rlim_t(contents(run_ + "/events.jsonl").size()) + 300);  // the second line of a step
    QVERIFY2(said.exitCode == 2 && said.err.contains("cannot be written: File too large"), said.all());
    QVERIFY(contents(run_ + "/events.jsonl").endsWith("}\n"));
    QCOMPARE(contents(run_ + "/checkpoints/last/training.safetensors"), checkpoint);
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

/// A disk of its own for the run: filled, emptied, made read-only, and writable again.
void TestTrainTrouble::fullAndReadOnlyDisks()
{
    begun();
    const QString disk = path("disk"), log = path("said");
    QVERIFY(QDir().mkpath(disk));
    const std::string answer = inChild([&]() -> std::string {
        if (!mountSmallDisk(disk.toStdString(), "16m"))
            return "no mount";
        const fs::path run = pathOf(disk) / "run", last = run / "checkpoints/last/training.safetensors";
        fs::copy(pathOf(run_), run, fs::copy_options::recursive);
        const std::string before = readFile(last);
        const std::string command = FCOS_PROGRAM " train --run " + run.string() + " > " + log.toStdString() + " 2>&1";
        const auto train = [&] { return WEXITSTATUS(std::system(command.c_str())); };
        const auto refused = [&](const char *words) {
            if (train() != 2 || readFile(pathOf(log)).find(words) == std::string::npos)
                return std::string(words) + " expected: " + readFile(pathOf(log));
            return readFile(last) == before ? std::string() : "another checkpoint behind " + std::string(words);
        };
        std::ofstream filler(pathOf(disk) / "filler");
        while (filler << std::string(1000, 'x') << std::flush) {
        }
        std::string found = refused("cannot be written: No space left on device");
        filler.close();
        fs::remove(pathOf(disk) / "filler");
        if (::mount("none", disk.toStdString().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
            return "cannot be made read-only";
        found += refused("lock cannot be written: Read-only file system");
        if (::mount("none", disk.toStdString().c_str(), nullptr, MS_REMOUNT, nullptr) != 0)
            return "cannot be made writable";
        if (train() != 0)
            found += "it does not go on: " + readFile(pathOf(log));
        fs::copy(run / "checkpoints", pathOf(run_ + "/checkpoints"),
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        return found;
    });
    if (answer == "no mount")
        QSKIP("nothing may be mounted here; filesThatMayNotGrow() stands for the full disk");
    QVERIFY2(answer.empty(), answer.c_str());
    const QString found = goesOnAsIfNothingHappened();  // it is done already, and the same
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

void TestTrainTrouble::tornEvents()
{
    begun();
    QFile file(run_ + "/events.jsonl");
    QVERIFY(file.open(QIODevice::Append) && file.write("{\"event\":\"step\",\"time\":17,\"st") > 0);
    file.close();
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
    QCOMPARE(all<RunStep>(run_).size(), size_t(8));
}

QTEST_GUILESS_MAIN(TestTrainTrouble)
#include "tst_train_trouble.moc"
