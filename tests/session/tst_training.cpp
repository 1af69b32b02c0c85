// SPDX-License-Identifier: GPL-3.0-or-later
// What a training would be asked, as the window prepares it: a new run, or that one goes on. The trainer is a shell
// script that writes down how it was called.
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include "app/session/training.h"
#include "core/base/file.h"
#include "core/data/image.h"
#include "core/data/project/edits.h"
#include "tests/runs/made_run.h"
#include "tests/session/fake_backend.h"

using namespace fcoscope;
namespace fs = std::filesystem;

class TrainingTest : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Training> training_;

    fs::path folder() const { return fake_->folder().toStdString(); }
    bool settled() const { return !training_->planning() && training_->report().seconds > 0; }
    bool says(const QString &words) const
    {
        for (const PlanFinding &finding : training_->report().findings)
            if (QString::fromStdString(finding.words.english()).contains(words))
                return true;
        return false;
    }
    void set(const char *option, const char *value)
    {
        const RequestTables tables(training_->request());
        for (const SettingsTable &table : tables.inFile())
            if (table.options->find(option))
                table.options->set(option, value, "");
        training_->requestChanged(option);
    }
    fs::path stoppedRun() { return madeRun(training_->runsFolder(), *training_->data()); }

private Q_SLOTS:
    void init()
    {
        fake_ = std::make_unique<FakeBackend>(2);
        Image image;
        image.size = {640, 480};
        image.pixels.assign(640 * 480 * 3, 90);
        for (int i : {0, 1})
            writePng(fake_->id(i), image);
        QFile script(fake_->folder() + QStringLiteral("/trainer"));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\necho \"$@\" > \"$3/called\"\n");
        script.close();
        script.setPermissions(script.permissions() | QFile::ExeOwner);
        session_ = std::make_unique<Session>(fake_->backend());
        training_ = std::make_unique<Training>(*session_, folder() / "trainer");
        session_->open({fake_->folder() + QStringLiteral("/labels.json")});
        QTRY_VERIFY(!session_->opening() && session_->labels().set().boxCount() == 2);
    }
    void cleanup()
    {
        training_.reset();
        session_.reset();
    }

    void nothingIsPlannedBeforeSomebodyLooks()
    {
        QTest::qWait(500);
        QVERIFY(!training_->data() && fake_->paces == 0);
        training_->setActive(true);
        QTRY_VERIFY(settled());
        QCOMPARE(training_->report().trainingImages + training_->report().validationImages, size_t(2));
    }

    void paceIsMeasuredOnceForEachKindOfTraining()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        QCOMPARE(fake_->paces.load(), 1);
        const PlanReport &report = training_->report();
        QCOMPARE(report.seconds, expectedSeconds(training_->request(), report, 0.1));
        const double before = report.seconds;
        set("epochs", "1000");
        QTRY_VERIFY(settled() && training_->report().seconds > 2 * before);
        QCOMPARE(fake_->paces.load(), 1);
        set("train-width", "320");
        QTRY_VERIFY(settled() && fake_->paces == 2);
        set("train-width", "512");
        QTRY_VERIFY(settled());
        QCOMPARE(fake_->paces.load(), 2);
    }

    void whatAPersonSaidStaysWhileTheyLabel()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const int suggested = training_->request().train.batch;
        set("epochs", "77");
        QTRY_VERIFY(settled());
        // The second edit comes while the first is being planned.
        for (const ReviewStatus status : {ReviewStatus::Verified, ReviewStatus::Labelled}) {
            const ImageEntry *image = session_->labels().find(fake_->id(0));
            QVERIFY(session_->labels().apply(setStatus(std::span(&image, 1), status)));
            QVERIFY(training_->planning());
        }
        QTRY_VERIFY(settled());
        QCOMPARE(training_->request().train.epochs, 77);
        QCOMPARE(training_->request().train.batch, suggested);
    }

    void aRunGoesOnWithItsOwnSettingsAndWhatIsChanged()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        QVERIFY(!training_->canGoOn());
        training_->prepareGoingOn(true);
        QVERIFY(!training_->goesOn());
        set("epochs", "77");
        QTRY_VERIFY(settled());
        const fs::path run = stoppedRun();
        training_->process().follow(run);
        QTRY_VERIFY(training_->canGoOn());

        training_->prepareGoingOn(true);
        QVERIFY(training_->goesOn());
        QTRY_VERIFY(settled());
        QCOMPARE(training_->request().train.epochs, 8);
        QCOMPARE(training_->request().train.learningRate, 0.00025);
        QCOMPARE(training_->request().source.augment.width, 64);
        const int64_t images = static_cast<int64_t>(training_->report().trainingImages);
        QCOMPARE(training_->report().steps, 4 * images);  // the other half
        set("epochs", "4");
        QTRY_VERIFY(!training_->planning() && says("has been through all its 4 epochs"));
        set("epochs", "20");
        set("learning-rate", "0.002");
        QTRY_VERIFY(settled());
        QCOMPARE(training_->report().steps, 16 * images);

        // A new run can be looked at meanwhile, as it was.
        training_->prepareGoingOn(false);
        QTRY_VERIFY(settled());
        QCOMPARE(training_->request().train.epochs, 77);
        training_->prepareGoingOn(true);
        set("learning-rate", "0.002");
        QTRY_VERIFY(settled());

        training_->start();
        QTRY_VERIFY(fs::exists(run / "called"));
        QTRY_COMPARE(QString::fromStdString(readFile(run / "called")).simplified(),
                     QStringLiteral("train --run %1 --learning-rate=0.002").arg(QString::fromStdString(run.string())));
        QTRY_VERIFY(!training_->goesOn());  // it was started
        QTRY_VERIFY(settled());
        QCOMPARE(training_->request().train.epochs, 77);
    }

    void resumingAtOnceTakesNothingFromTheForm()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path run = stoppedRun();
        training_->process().follow(run);
        QTRY_VERIFY(training_->canGoOn());
        set("batch", "2");
        training_->resume();
        QTRY_VERIFY(fs::exists(run / "called"));
        QTRY_COMPARE(QString::fromStdString(readFile(run / "called")).simplified(),
                     QStringLiteral("train --run %1").arg(QString::fromStdString(run.string())));
    }

    void switchesAreToldToTheTrainerInOneWord()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path run = stoppedRun();
        training_->process().follow(run);
        QTRY_VERIFY(training_->canGoOn());
        training_->prepareGoingOn(true);
        QTRY_VERIFY(settled());
        set("flip-x", "false");
        set("balance-classes", "true");
        QTRY_VERIFY(settled());
        training_->start();
        QTRY_VERIFY(fs::exists(run / "called"));
        QTRY_VERIFY(readFile(run / "called").ends_with(" --flip-x=false --balance-classes=true\n"));
    }

    /// Nobody trains on labels that have changed since they were looked at.
    void whatIsChangedBehindAHiddenFormVoidsItsPlan()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        training_->setActive(false);
        QVERIFY(training_->data());
        const ImageEntry *image = session_->labels().find(fake_->id(1));  // not the one that is shown
        QVERIFY(session_->labels().apply(setStatus(std::span(&image, 1), ReviewStatus::New)));
        QVERIFY(!training_->data());
        QTest::qWait(500);
        QVERIFY(!training_->data());
        training_->setActive(true);
        QTRY_VERIFY(settled());
        QCOMPARE(training_->data()->training.images[0].file, fake_->id(0));
        QCOMPARE(training_->data()->validation->images[0].file, fake_->id(0));  // there is no other
    }

    void oneTrainsAtATime()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path living = stoppedRun(), followed = stoppedRun();
        auto trainer = std::make_unique<RunFolder>(living);  // locked, by a process that lives: this one
        training_->watch(followed);
        QTRY_COMPARE(training_->otherAlive(), living);
        QSignalSpy failed(training_.get(), &Training::failed);
        training_->start();
        QTRY_COMPARE(failed.count(), 1);
        training_->resume();
        QTRY_COMPARE(failed.count(), 2);
        QVERIFY(QString::fromStdString(failed[1][0].value<Failure>().reason.english()).contains("goes on"));
        QVERIFY(!fs::exists(followed / "called") && !fs::exists(followed.parent_path() / "3"));
        trainer.reset();
        QTRY_VERIFY(training_->otherAlive().empty());
        training_->resume();
        QTRY_VERIFY(fs::exists(followed / "called"));
    }

    /// One that was begun elsewhere since this window last looked.
    void nothingGoesOnBesideATrainingThatWasNotSeenYet()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path followed = stoppedRun();
        training_->process().follow(followed);
        QTRY_VERIFY(training_->canGoOn());
        auto trainer = std::make_unique<RunFolder>(stoppedRun());
        QVERIFY(training_->otherAlive().empty());
        QSignalSpy failed(training_.get(), &Training::failed);
        training_->resume();
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(!fs::exists(followed / "called"));
        trainer.reset();
        training_->resume();
        QTRY_VERIFY(fs::exists(followed / "called"));
    }

    void theRunThatTrainsIsFoundFirst()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path living = stoppedRun();
        const RunFolder trainer(living);
        stoppedRun();  // newer
        session_->closeImages();
        session_->open({fake_->folder() + QStringLiteral("/labels.json")});
        QTRY_COMPARE(training_->process().folder(), living);
        QTRY_VERIFY(training_->process().alive());
    }

    void aRunThatStoppedByItselfAsksForPatience()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path run = stoppedRun();
        TrainRequest request = readRequest(run / "run.toml");
        request.train.patience = 3;
        {
            RunFolder trainer(run);
            trainer.writeRun(requestText(request));
            trainer.tell(
                RunEnded{RunEnded::How::Stopped, 4, message("core", "No better AP in {0} validations.").with(3), {}});
        }
        training_->process().follow(run);
        QTRY_VERIFY(training_->canGoOn());
        training_->prepareGoingOn(true);
        QTRY_VERIFY(!training_->planning() && says("higher patience"));
        set("patience", "0");
        QTRY_VERIFY(settled() && !says("higher patience"));
    }

    /// The network that was thought of for random weights is none for those that bring their own.
    void weightsForgetWhatWasSaidOfTheNetwork()
    {
        const fs::path weights = folder() / "small.safetensors";
        TrainRequest small = madeRequest(2);
        writeRandomModel(weights, small.network, small.profile, {"square", "triangle"}, 1);
        training_->setActive(true);
        QTRY_VERIFY(settled());
        set("backbone-depth", "34");
        set("epochs", "77");
        QTRY_VERIFY(settled());
        training_->setStartFrom(weights);
        QTRY_VERIFY(settled());
        QCOMPARE(training_->request().network.backboneDepth, 18);
        QCOMPARE(training_->request().network.pyramidChannels, 32);
        QCOMPARE(training_->request().train.epochs, 77);
    }

    void aProfileSetsItsOwnDefaults()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        set("profile", "tz-orig");
        QTRY_VERIFY(settled());
        const Profile own = profileNamed("tz-orig");
        QCOMPARE(training_->request().profileName, std::string("tz-orig"));
        QVERIFY(training_->request().profile.centerRegion == own.centerRegion);
        QCOMPARE(training_->request().profile.boxLoss, own.boxLoss);
    }

    void aRunWhoseDataAreGoneSaysSo()
    {
        training_->setActive(true);
        QTRY_VERIFY(settled());
        const fs::path run = stoppedRun();
        training_->process().follow(run);
        QTRY_VERIFY(training_->canGoOn());
        fs::remove(run / "dataset.json");
        training_->prepareGoingOn(true);
        QTRY_VERIFY(!training_->planning() && !training_->data());
        QVERIFY(QString::fromStdString(training_->reason().english()).contains("dataset.json"));
        training_->start();
        QVERIFY(!training_->process().alive());
    }
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "tst_training.moc"
