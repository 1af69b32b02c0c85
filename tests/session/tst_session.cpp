// SPDX-License-Identifier: GPL-3.0-or-later
// Session over a backend whose time the test controls: what is current, what is found in it, and that no result ever
// reaches an image that it was not made from.
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <memory>

#include "app/session/session.h"
#include "tests/session/fake_backend.h"

using namespace fcoscope;
using Stage = ImageStatus::Stage;

class SessionTest : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<Session> session_;
    std::vector<Failure> failures_;
    std::vector<Failure> notices_;

    void make(int images)
    {
        session_.reset();
        fake_ = std::make_unique<FakeBackend>(images);
        session_ = std::make_unique<Session>(fake_->backend());
        connect(session_.get(), &Session::failed, this, [this](const Failure &f) { failures_.push_back(f); });
        connect(session_.get(), &Session::noticed, this, [this](const Failure &f) { notices_.push_back(f); });
        // Whatever else a test looks at: what is shown always belongs to the current image.
        connect(session_.get(), &Session::changed, this, [this](const Change &) {
            if (session_->picture())
                QCOMPARE(session_->picture()->image.id, session_->current());
            if (session_->findings()) {
                QCOMPARE(session_->findings()->raw->imageId, session_->current());
                QVERIFY(session_->findings()->model == session_->model());
            }
        });
    }
    QString model() const { return fake_->folder() + QStringLiteral("/small.safetensors"); }
    Stage stage(int number) const { return session_->status(fake_->id(number)).stage; }
    size_t found() const { return session_->findings() ? session_->findings()->detections.size() : 999; }

private Q_SLOTS:
    void init()
    {
        failures_.clear();
        notices_.clear();
    }
    void cleanup() { session_.reset(); }

    void opensAndDetects()
    {
        make(6);
        session_->open({fake_->folder(), model()});
        QVERIFY(session_->images().empty());  // open() only asks
        QTRY_COMPARE(stage(0), Stage::Detected);
        QCOMPARE(session_->images().size(), 6u);
        QCOMPARE(session_->current(), fake_->id(0));
        QCOMPARE(found(), 0u);
        session_->setCurrent(fake_->id(5));
        QCOMPARE(session_->findings(), nullptr);
        QTRY_COMPARE(stage(5), Stage::Detected);
        QCOMPARE(found(), 5u);
        QCOMPARE(session_->status(fake_->id(5)).detections, 5);
        QCOMPARE(shownImage(session_->picture()).pixel(3, 3), FakeBackend::colourOf(5));
        for (int i = 0; i < 5; ++i) {
            const Detection &d = session_->findings()->detections[static_cast<size_t>(i)];
            QVERIFY(std::abs(d.score - FakeBackend::scoreOf(i)) < 1e-4);
            QCOMPARE(d.box, FakeBackend::boxOf(i));
            QCOMPARE(d.classIndex, i % 2);
        }
        QVERIFY(failures_.empty());
    }

    void modelThatComesLateDetectsTheCurrentImage()
    {
        make(4);
        session_->open({fake_->file(3)});
        QTRY_VERIFY(session_->picture());
        QCOMPARE(stage(3), Stage::None);
        session_->openModel(model().toStdString());
        QVERIFY(session_->modelLoading());
        QTRY_COMPARE(found(), 3u);
        QVERIFY(!session_->modelLoading());
    }

    void sliderDoesNotRunTheNetwork()
    {
        make(20);
        session_->open({fake_->file(19), model()});
        QTRY_COMPARE(found(), 19u);
        QCOMPARE(fake_->runs.load(), 1);
        DecodeOptions options = session_->decodeOptions();
        for (double threshold : {0.7, 0.8, 0.9}) {
            options.scoreThreshold = threshold;
            session_->setDecodeOptions(options);
            QTRY_COMPARE(session_->findings()->decoding.rules.decode.scoreThreshold, threshold);
            size_t expected = 0;
            while (expected < 19 && FakeBackend::scoreOf(static_cast<int>(expected)) > threshold)
                ++expected;
            QCOMPARE(found(), expected);
            QCOMPARE(session_->status(fake_->id(19)).detections, static_cast<int>(expected));
        }
        // Many moves in one go end at the last.
        for (int i = 1; i <= 100; ++i) {
            options.scoreThreshold = 0.9 - i * 0.005;
            session_->setDecodeOptions(options);
        }
        QTRY_COMPARE(session_->findings()->decoding.rules.decode.scoreThreshold, options.scoreThreshold);
        QCOMPARE(found(), 19u);
        QCOMPARE(fake_->runs.load(), 1);
    }

    void sliderWhileDetecting()
    {
        make(20);
        fake_->network.hold();
        session_->open({fake_->file(19), model()});
        QTRY_VERIFY(fake_->network.arrivals() >= 1);
        QTRY_VERIFY(session_->model());
        DecodeOptions options = session_->decodeOptions();
        options.scoreThreshold = 0.9;
        session_->setDecodeOptions(options);
        fake_->network.release();
        QTRY_COMPARE(found(), 3u);  // 0.95, 0.93, 0.91
        QCOMPARE(fake_->runs.load(), 1);
    }

    void fastSwitching()
    {
        make(30);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detected);
        fake_->network.hold();
        for (int i = 1; i < 30; ++i) {
            session_->setCurrent(fake_->id(i));
            QCoreApplication::processEvents();
        }
        fake_->network.release();
        QTRY_COMPARE(stage(29), Stage::Detected);
        QCOMPARE(found(), 29u);
        for (int i = 1; i < 29; ++i)
            QVERIFY2(stage(i) == Stage::None || stage(i) == Stage::Detected, qPrintable(QString::number(i)));
    }

    void aNetworkThatDoesNotListenCannotReachAnotherImage()
    {
        make(10);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detected);
        fake_->network.setDeaf(true);
        fake_->network.hold();
        session_->setCurrent(fake_->id(7));
        QTRY_VERIFY(fake_->network.arrivals() >= 2);
        session_->setCurrent(fake_->id(2));
        QTRY_COMPARE(stage(2), Stage::Detecting);
        QCOMPARE(stage(7), Stage::None);
        QCOMPARE(session_->findings(), nullptr);
        fake_->network.release();
        QTRY_COMPARE(stage(2), Stage::Detected);
        QCOMPARE(found(), 2u);
    }

    void goingBackRunsNothing()
    {
        make(5);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detected);
        session_->setCurrent(fake_->id(4));
        QTRY_COMPARE(stage(4), Stage::Detected);
        const int runs = fake_->runs, reads = fake_->reading.arrivals();
        session_->setCurrent(fake_->id(0));
        QVERIFY(session_->picture());  // at once
        QCOMPARE(found(), 0u);
        session_->setCurrent(fake_->id(4));
        QCOMPARE(found(), 4u);
        QCOMPARE(fake_->runs.load(), runs);
        QVERIFY(fake_->reading.arrivals() <= reads + 2);  // neighbours may be read ahead
        // Other options: decoded anew when it is shown again, still without the network.
        DecodeOptions options = session_->decodeOptions();
        options.scoreThreshold = 0.92;
        session_->setCurrent(fake_->id(0));
        session_->setDecodeOptions(options);
        session_->setCurrent(fake_->id(4));
        QTRY_COMPARE(found(), 2u);
        QCOMPARE(fake_->runs.load(), runs);
    }

    void nextImageIsReadAhead()
    {
        make(3);
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detected);
        QTRY_VERIFY(fake_->reading.arrivals() >= 2);  // the second of its own accord
        session_->setCurrent(fake_->id(1));
        QTRY_COMPARE(stage(1), Stage::Detected);
        QTRY_VERIFY(fake_->reading.arrivals() >= 3);
        session_->setCurrent(fake_->id(2));
        QTRY_COMPARE(stage(2), Stage::Detected);
        QCOMPARE(fake_->reading.arrivals(), 3);  // none was read twice
    }

    void unreadable()
    {
        make(3);
        fake_->unreadable = {1};
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detected);
        QTRY_COMPARE(stage(1), Stage::Failed);  // known from reading ahead,
        QVERIFY(failures_.empty());             // but nobody looks at it yet
        session_->setCurrent(fake_->id(1));
        QTRY_COMPARE(failures_.size(), 1u);
        QCOMPARE(failures_[0].topic, fake_->id(1));
        QVERIFY(QString::fromStdString(failures_[0].reason.english()).contains(fake_->file(1)));
        QVERIFY(!session_->picture() && !session_->findings());
        session_->setCurrent(fake_->id(2));
        QTRY_COMPARE(found(), 2u);
        // The file is repaired: looked at again, it is read again.
        fake_->reading.hold();
        session_->setCurrent(fake_->id(1));
        QCOMPARE(stage(1), Stage::Loading);
        fake_->unreadable.clear();
        fake_->reading.release();
        QTRY_COMPARE(found(), 1u);
    }

    void modelThatFailsLeavesTheOldOne()
    {
        make(4);
        session_->open({fake_->file(3), model()});
        QTRY_COMPARE(found(), 3u);
        const ModelPtr before = session_->model();
        fake_->breakModel = true;
        session_->open({fake_->folder() + QStringLiteral("/other.safetensors")});
        QTRY_COMPARE(failures_.size(), 1u);
        QCOMPARE(failures_[0].topic, std::string("model"));
        QVERIFY(session_->model() == before);
        QCOMPARE(found(), 3u);
        fake_->breakModel = false;
        session_->open({fake_->folder() + QStringLiteral("/other.safetensors")});
        QTRY_VERIFY(session_->model() != before);
        QTRY_COMPARE(found(), 3u);
        QCOMPARE(fake_->runs.load(), 2);
    }

    void stopAndDetectAgain()
    {
        make(6);
        fake_->network.hold();
        session_->open({fake_->file(5), model()});
        QTRY_COMPARE(stage(5), Stage::Detecting);
        session_->stop();
        QTRY_COMPARE(stage(5), Stage::None);
        QVERIFY(failures_.empty());  // stopping is no failure
        fake_->network.release();
        session_->detect();
        QTRY_COMPARE(found(), 5u);
    }

    void dataSetEntriesThatCannotBeUsedAreTold()
    {
        make(3);
        fake_->dataSetProblems = {{"a.xml", message("core", "no area")}, {"b.xml", message("core", "no area")}};
        session_->open({fake_->folder() + QStringLiteral("/labels.json"), QStringLiteral("/nowhere/x.png")});
        QTRY_COMPARE(notices_.size(), 1u);
        QCOMPARE(session_->skippedEntries().size(), 2u);
        QCOMPARE(session_->images().size(), 2u);
        QCOMPARE(failures_.size(), 1u);
        QVERIFY(QString::fromStdString(failures_[0].reason.english()).contains(QStringLiteral("/nowhere/x.png")));
    }

    void labelsOfAnotherSizeAreTold()
    {
        make(2);
        fake_->declared = {480, 640};
        session_->open({fake_->folder() + QStringLiteral("/labels.json")});
        QTRY_COMPARE(failures_.size(), 1u);
        const std::string words = failures_[0].reason.english();
        QVERIFY(words.find("480 × 640") != std::string::npos && words.find("640 × 480") != std::string::npos);
        QCOMPARE(session_->labels().find(fake_->id(0))->size, (Size{640, 480}));  // the picture knows better
        session_->setCurrent(fake_->id(1));  // it has no labels that could lie wrong
        QTRY_VERIFY(session_->picture());
        QCOMPARE(failures_.size(), 1u);
    }

    void aFolderThatCannotBeReadLeavesNothingBehind()
    {
        make(3);
        Backend backend = fake_->backend();
        backend.holdsLabels = [](const std::filesystem::path &) { return true; };
        backend.readLabels = [](const std::filesystem::path &path, const RunContext &) -> ReadLabels {
            throw UserError(message("core", "The file {0} cannot be read.").with(path.string()));
        };
        Session session(backend);
        QSignalSpy failed(&session, &Session::failed);
        session.open({fake_->folder()});  // its first image is shown while its labels are read
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(!session.opening());
        QVERIFY(session.images().empty() && session.current().empty());
        QCOMPARE(session.labels().saving().state, LabelDocument::Saving::State::Saved);
    }

    void openedOneAfterTheOther()
    {
        make(4);
        for (int i = 0; i < 4; ++i)
            session_->open({fake_->file(i)});
        QTRY_COMPARE(session_->images().size(), 4u);  // none of the four is lost
        QCOMPARE(session_->current(), fake_->id(1));  // the first of what was opened last, in one go
        session_->closeImages();
        QVERIFY(session_->images().empty());
        QVERIFY(session_->current().empty());
        QVERIFY(!session_->picture());
    }

    void goesAwayWhileBusy()
    {
        make(5);
        fake_->network.hold();
        fake_->reading.release();
        session_->open({fake_->folder(), model()});
        QTRY_COMPARE(stage(0), Stage::Detecting);
        session_.reset();  // asks the network to stop and waits for it
        QCOMPARE(fake_->runs.load(), 1);
    }
};

QTEST_GUILESS_MAIN(SessionTest)
#include "tst_session.moc"
