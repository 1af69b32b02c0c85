// SPDX-License-Identifier: GPL-3.0-or-later
// `fcos train --run FOLDER` on a folder as the window makes it: what it tells, pause and stop, other settings, and what
// goes wrong: a sentence each, nothing lost.
#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "core/base/file.h"
#include "core/fcos/checkpoint.h"
#include "core/runs/run_events.h"
#include "core/runs/run_pictures.h"
#include "core/runs/run_watch.h"
#include "fcos_process.h"
#include "tests/project/in_child.h"
#include "tiny_run.h"

using namespace fcoscope;
namespace fs = std::filesystem;
using State = RunSummary::State;

namespace {

fs::path pathOf(const QString &path)
{
    return path.toStdString();
}

std::vector<RunEvent> eventsOf(const QString &run)
{
    return RunEventReader(pathOf(run + "/events.jsonl")).more();
}

template <typename Facts> std::vector<Facts> all(const QString &run)
{
    std::vector<Facts> found;
    for (const RunEvent &event : eventsOf(run))
        if (const auto *facts = std::get_if<Facts>(&event.facts))
            found.push_back(*facts);
    return found;
}

State stateOf(const QString &run)
{
    return summaryOf(pathOf(run)).state;
}

std::string stepsOf(const QString &run)
{
    return readModelInfo(pathOf(run + "/checkpoints/last")).facts.at("steps");
}

/// What it was refused with, as the command and as the folder say it; the command's words alone if they differ.
QString refusalOf(const QString &run, const Said &said)
{
    const QString words = QString::fromUtf8(said.err).section("fcos: ", -1).trimmed();
    if (said.exitCode != 2)
        return "exit code " + QString::number(said.exitCode) + ": " + said.err;
    const RunSummary summary = summaryOf(pathOf(run));
    if (summary.state != State::Failed || QString::fromStdString(summary.reason.english()) != words)
        return "the folder says otherwise: " + QString::fromStdString(summary.reason.english()) + " / " + words;
    return words;
}

}  // namespace

class TestTrainRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { data_ = drawnSmears(path("smears"), 8); }
    void init() { run_ = path(QString("run %1").arg(++count_)); }
    void everythingIsTold();
    void picturesShowWhatItSaw();
    void pausesAndGoesOn();
    void stopsInAPause();
    void goesOnWithOtherSettings();
    void refusesOtherSettings();
    void aClassRemovedInTheMeantime();
    void dataNobodyWrote();
    void damagedData_data();
    void damagedData();
    void changedImages();
    void imagesThatGoWhileItTrains();
    void noLabels();
    void oneImage();
    void unwritableFolders();
    void filesThatMayNotGrow();
    void fullAndReadOnlyDisks();
    void tornEvents();

private:
    QString path(const QString &name) const { return folder_.filePath(name); }
    Said train(const QStringList &more = {}) const { return fcos(QStringList{"train", "--run", run_} + more); }
    /// A run of `epochs` that was stopped after three steps.
    void begun(int epochs = 2)
    {
        writeTinyRun(run_, data_, tinyRequest(epochs));
        const Said said = train({"--stop-after", "3"});
        QVERIFY2(said.exitCode == 0, said.all());
        QCOMPARE(stepsOf(run_), std::string("3"));
    }
    /// Whether the run comes to the checkpoints of one that nothing happened to.
    QString goesOnAsIfNothingHappened();

    const QTemporaryDir folder_;
    Dataset data_;
    QString run_;
    QByteArray expected_;
    int count_ = 0;
};

QString TestTrainRun::goesOnAsIfNothingHappened()
{
    if (expected_.isEmpty()) {
        writeTinyRun(path("untouched"), data_, tinyRequest(2));
        const Said said = fcos({"train", "--run", path("untouched")});
        expected_ = checkpointsOf(path("untouched"));
        if (said.exitCode != 0 || expected_.isEmpty())
            return said.all();
    }
    const Said said = train();
    if (said.exitCode != 0)
        return said.all();
    return checkpointsOf(run_) == expected_ ? QString() : QString("other checkpoints");
}

void TestTrainRun::everythingIsTold()
{
    writeTinyRun(run_, data_, tinyRequest(4));
    QVERIFY(stateOf(run_) == State::New);
    const Said said = train();
    QVERIFY2(said.exitCode == 0, said.all());
    const RunSummary summary = summaryOf(pathOf(run_));
    QVERIFY(summary.state == State::Done);
    QCOMPARE(summary.step, int64_t(16));
    QCOMPARE(summary.steps, int64_t(16));
    QVERIFY(summary.bestAp >= 0 && summary.hasCheckpoint && !summary.best.empty());

    const auto starts = all<RunStarted>(run_);
    QCOMPARE(starts.size(), size_t(1));
    QCOMPARE(starts[0].trainingImages, int64_t(8));
    QCOMPARE(starts[0].validationImages, int64_t(8));
    QCOMPARE(starts[0].strides, (std::vector<int>{8, 16, 32, 64, 128}));
    QCOMPARE(starts[0].classNames, data_.classNames);
    const auto steps = all<RunStep>(run_);
    QCOMPARE(steps.size(), size_t(16));
    for (const RunStep &step : steps) {
        QCOMPARE(step.report.steps, int64_t(16));
        QCOMPARE(step.report.levels.size(), size_t(5));
        QCOMPARE(step.report.positivesOfClass.size(), data_.classNames.size());
        int positives = 0;
        for (const LevelReport &level : step.report.levels)
            positives += level.positives;
        QCOMPARE(positives, step.report.positives);
        QVERIFY(step.memoryBytes > 1e7 && step.memoryBytes < 1e11);
    }
    const auto validations = all<RunValidated>(run_);
    QCOMPARE(validations.size(), size_t(2));
    QCOMPARE(validations[0].step, int64_t(8));
    QCOMPARE(validations[1].epoch, int64_t(3));
    QVERIFY(validations[0].best);
    QCOMPARE(validations[1].best, validations[1].figures.at("AP") > validations[0].figures.at("AP"));
    QCOMPARE(validations[1].classAp.size(), data_.classNames.size());
    bool few = false;  // eight small smears hold few platelets
    for (const RunWarning &warning : all<RunWarning>(run_))
        few = few || (warning.words.text.starts_with("Class {0} has") && warning.step == 0);
    QVERIFY(few);
    QVERIFY(all<RunEnded>(run_).size() == 1 && all<RunEnded>(run_)[0].how == RunEnded::How::Done);
}

void TestTrainRun::picturesShowWhatItSaw()
{
    Dataset more = data_;
    more.images.push_back(data_.images[0]);
    more.images.push_back(data_.images[1]);
    writeTinyRun(run_, more, tinyRequest(2));
    QVERIFY(train().exitCode == 0);
    const auto validations = all<RunValidated>(run_);
    QCOMPARE(validations.size(), size_t(1));
    QCOMPARE(validations[0].pictures, std::string("pictures/10.json"));
    const RunPictures pictures = readPictures(pathOf(run_) / validations[0].pictures);
    QCOMPARE(pictures.step, int64_t(10));
    QCOMPARE(pictures.classNames, data_.classNames);
    QCOMPARE(pictures.images.size(), mostRunPictures);  // of ten
    // The very detections that the checkpoint of that step gives.
    const Said seen =
        fcos({"detect", QString::fromStdString(pictures.images[3].file), "--weights", run_ + "/checkpoints/last",
              "--json", "--device", "cpu", "--score-threshold", "0.05", "--detections-per-image", "100"});
    const QJsonArray detections = seen.json().array()[0].toObject()["detections"].toArray();
    QVERIFY2(!detections.isEmpty(), seen.all());
    QCOMPARE(pictures.images[3].detections.size(), size_t(detections.size()));
    for (int i = 0; i < detections.size(); ++i) {
        const Detection &detection = pictures.images[3].detections[size_t(i)];
        QVERIFY(std::abs(detection.score - detections[i].toObject()["score"].toDouble()) < 1e-5);
        QVERIFY(std::abs(detection.box.x1 - detections[i].toObject()["box"].toArray()[0].toDouble()) < 0.01);
    }
}

void TestTrainRun::pausesAndGoesOn()
{
    writeTinyRun(run_, data_, tinyRequest(100000));
    QProcess process;
    startFcos(process, {"train", "--run", run_});
    QTRY_VERIFY_WITH_TIMEOUT(all<RunStep>(run_).size() >= 2, 60000);
    tellTrainer(pathOf(run_), RunCommand::Pause);
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(run_) == State::Paused, 60000);
    const auto paused = all<RunPaused>(run_);
    QTRY_COMPARE_WITH_TIMEOUT(stepsOf(run_), std::to_string(paused.at(0).step), 60000);  // a usable checkpoint of it
    QCOMPARE(all<RunStep>(run_).back().report.step, paused.at(0).step);                  // and it rests
    tellTrainer(pathOf(run_), RunCommand::GoOn);
    QTRY_VERIFY_WITH_TIMEOUT(all<RunStep>(run_).back().report.step > paused.at(0).step + 2, 60000);
    QVERIFY(stateOf(run_) == State::Running);
    QCOMPARE(all<RunPaused>(run_).size(), size_t(2));
    tellTrainer(pathOf(run_), RunCommand::Stop);
    QCOMPARE(ended(process).exitCode, 130);
    QVERIFY(stateOf(run_) == State::Stopped);
}

void TestTrainRun::stopsInAPause()
{
    writeTinyRun(run_, data_, tinyRequest(100000));
    QProcess process;
    startFcos(process, {"train", "--run", run_});
    QTRY_VERIFY_WITH_TIMEOUT(all<RunStep>(run_).size() >= 1, 60000);
    tellTrainer(pathOf(run_), RunCommand::Pause);
    QTRY_VERIFY_WITH_TIMEOUT(stateOf(run_) == State::Paused, 60000);
    tellTrainer(pathOf(run_), RunCommand::Stop);
    QCOMPARE(ended(process).exitCode, 130);
    QCOMPARE(stepsOf(run_), std::to_string(all<RunStep>(run_).back().report.step));
}

void TestTrainRun::goesOnWithOtherSettings()
{
    begun(2);
    const Said said = train({"--learning-rate", "0.0005", "--batch", "4", "--epochs", "3", "--loaders", "2"});
    QVERIFY2(said.exitCode == 0, said.all());
    const TrainRequest request = readRequest(pathOf(run_ + "/run.toml"));  // the next call goes on with these
    QCOMPARE(request.train.learningRate, 0.0005);
    QCOMPARE(request.train.batch, 4);
    QCOMPARE(request.train.epochs, 3);
    QVERIFY(request.datasets.empty());
    const auto starts = all<RunStarted>(run_);
    QCOMPARE(starts.size(), size_t(2));
    QCOMPARE(starts[1].fromStep, int64_t(3));
    QCOMPARE(starts[1].steps, int64_t(3 + 5));    // 24 images in all, 6 seen, 4 a step
    QCOMPARE(all<RunWarning>(run_).size(), [&] {  // the classes with few boxes are not told again
        size_t few = 0;
        for (const RunWarning &warning : all<RunWarning>(run_))
            few += warning.step == 0;
        return few;
    }());
    QVERIFY(stateOf(run_) == State::Done);
}

void TestTrainRun::refusesOtherSettings()
{
    begun();
    const QByteArray asked = contents(run_ + "/run.toml");
    const Said said = train({"--tower-depth", "2"});
    QCOMPARE(refusalOf(run_, said),
             "The run in " + run_ + " was started with tower-depth 1, not 2; train into another folder.");
    QCOMPARE(contents(run_ + "/run.toml"), asked);  // what was refused is not what the next call goes on with
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
}

/// The labels live elsewhere: the run goes by its own data, and other data is refused.
void TestTrainRun::aClassRemovedInTheMeantime()
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

void TestTrainRun::dataNobodyWrote()
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

void TestTrainRun::damagedData_data()
{
    QTest::addColumn<int>("keep");  // of 100
    for (const int keep : {0, 70})
        QTest::addRow("%d %%", keep) << keep;
}

void TestTrainRun::damagedData()
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

void TestTrainRun::changedImages()
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
void TestTrainRun::imagesThatGoWhileItTrains()
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

void TestTrainRun::noLabels()
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

void TestTrainRun::oneImage()
{
    Dataset one = data_;
    one.images.resize(1);
    writeTinyRun(run_, one, tinyRequest(4));
    const Said said = train();
    QVERIFY2(said.exitCode == 0, said.all());
    QCOMPARE(summaryOf(pathOf(run_)).steps, int64_t(2));  // two of it in each step
    QVERIFY(summaryOf(pathOf(run_)).bestAp >= 0);
}

void TestTrainRun::unwritableFolders()
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
void TestTrainRun::filesThatMayNotGrow()
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
void TestTrainRun::fullAndReadOnlyDisks()
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

void TestTrainRun::tornEvents()
{
    begun();
    QFile file(run_ + "/events.jsonl");
    QVERIFY(file.open(QIODevice::Append) && file.write("{\"event\":\"step\",\"time\":17,\"st") > 0);
    file.close();
    const QString found = goesOnAsIfNothingHappened();
    QVERIFY2(found.isEmpty(), qPrintable(found));
    QCOMPARE(all<RunStep>(run_).size(), size_t(8));
}

QTEST_GUILESS_MAIN(TestTrainRun)
#include "tst_train_run.moc"
