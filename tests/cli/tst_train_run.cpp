// SPDX-License-Identifier: GPL-3.0-or-later
// `fcos train --run FOLDER` on a folder as the window makes it: what it tells, pause and stop, other settings.
#include <QJsonArray>
#include <QtTest>

#include "begun_run.h"
#include "core/runs/run_pictures.h"

using namespace fcoscope;

class TestTrainRun : public QObject, private WithTinyRun {
    Q_OBJECT

    void startAndPause(QProcess &process)
    {
        writeTinyRun(run_, data_, tinyRequest(100000));
        startFcos(process, {"train", "--run", run_});
        QTRY_VERIFY_WITH_TIMEOUT(all<RunStep>(run_).size() >= 1, 60000);
        tellTrainer(pathOf(run_), RunCommand::Pause);
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(run_) == State::Paused, 60000);
    }

private Q_SLOTS:
    void initTestCase() { data_ = drawnSmears(path("smears"), 8); }
    void init() { run_ = path(QString("run %1").arg(++count_)); }
    void everythingIsTold();
    void picturesShowWhatItSaw();
    void pausesAndGoesOn();
    void stopsInAPause();
    void killedInAPause_data();
    void killedInAPause();
    void goesOnWithOtherSettings();
    void everyOptionThatMayChangeIsTaken();
    void refusesOtherSettings();
};

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
    // Somebody wishes to see others: one that was measured, one that was not, one that is no picture.
    const QString own = path("own.png");
    QVERIFY(QFile::copy(QString::fromStdString(data_.images[2].file), own));
    choosePictures(pathOf(run_), {more.images[1].file, own.toStdString(), "/nowhere.png"});
    QCOMPARE(train({"--epochs", "4"}).exitCode, 0);
    const RunPictures chosen = readPictures(pathOf(run_) / all<RunValidated>(run_).back().pictures);
    QCOMPARE(chosen.step, int64_t(20));
    QCOMPARE(chosen.images.size(), size_t(2));
    QCOMPARE(chosen.images[0].file, more.images[1].file);
    QCOMPARE(chosen.images[1].file, own.toStdString());
    const Said alone = fcos({"detect", own, "--weights", run_ + "/checkpoints/last", "--json", "--device", "cpu",
                             "--score-threshold", "0.05", "--detections-per-image", "100"});
    QCOMPARE(chosen.images[1].detections.size(),
             size_t(alone.json().array()[0].toObject()["detections"].toArray().size()));
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
    QProcess process;
    startAndPause(process);
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

void TestTrainRun::killedInAPause_data()
{
    QTest::addColumn<bool>("checkpoint");
    QTest::newRow("after its checkpoint") << true;
    QTest::newRow("before its first checkpoint") << false;  // the pause is told first
}

void TestTrainRun::killedInAPause()
{
    QFETCH(bool, checkpoint);
    QProcess process;
    startAndPause(process);
    QTRY_VERIFY_WITH_TIMEOUT(fs::exists(pathOf(run_) / "checkpoints" / "last"), 60000);
    process.kill();
    QVERIFY(process.waitForFinished(60000));
    QVERIFY(stateOf(run_) == State::Interrupted);
    if (!checkpoint)
        fs::remove_all(pathOf(run_) / "checkpoints");
    fs::remove(pathOf(run_) / "control");
    const Said said = train({"--stop-after", QString::number(all<RunStep>(run_).back().report.step + 1)});
    QVERIFY2(said.exitCode == 0, said.all());
    QCOMPARE(all<RunPaused>(run_).size(), size_t(2));  // so it is not shown as resting until its first step
    QVERIFY(!all<RunPaused>(run_)[1].paused);
}

/// As the window's form says them, in one word each, with the values that they have.
void TestTrainRun::everyOptionThatMayChangeIsTaken()
{
    begun();
    TrainRequest request = readRequest(pathOf(run_ + "/run.toml"));
    const RequestTables tables(request);
    const std::vector<std::string> lasting = lastingOptions(tables);
    QStringList flags;
    for (const OptionTable *table : {&tables.train, &tables.augment})
        for (const Option &option : table->all())
            if (std::find(lasting.begin(), lasting.end(), option.name) == lasting.end())
                flags << QString::fromStdString("--" + option.name + "=" + option.get());
    QVERIFY(flags.contains("--flip-x=true") && flags.size() > 20);
    const Said same = train(flags);
    QVERIFY2(same.exitCode == 0, same.all());
    const QString found = goesOnAsIfNothingHappened();  // it is done already
    QVERIFY2(found.isEmpty(), qPrintable(found));
    QVERIFY(train({"--flip-x=false", "--balance-classes=true", "--epochs=3"}).exitCode == 0);
    request = readRequest(pathOf(run_ + "/run.toml"));
    QVERIFY(!request.source.augment.flipX && request.train.balanceClasses);
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

QTEST_GUILESS_MAIN(TestTrainRun)
#include "tst_train_run.moc"
