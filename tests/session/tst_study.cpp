// SPDX-License-Identifier: GPL-3.0-or-later
// Whole data sets in the window: the assignment of all labels, and the model held against them while a person goes on
// looking at images.
#include <QSignalSpy>
#include <QTest>

#include <memory>

#include "app/session/study.h"
#include "tests/session/fake_backend.h"

using namespace fcoscope;

class StudyTest : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Lens> lens_;
    std::unique_ptr<Study> study_;

    void make(const QStringList &more)
    {
        cleanup();
        fake_ = std::make_unique<FakeBackend>(12);
        session_ = std::make_unique<Session>(fake_->backend());
        lens_ = std::make_unique<Lens>(*session_);
        study_ = std::make_unique<Study>(*session_, *lens_);
        QStringList names;
        for (const QString &name : more)
            names += fake_->folder() + QLatin1Char('/') + name;
        session_->open(names);
        QTRY_VERIFY(!session_->opening() && !session_->modelLoading() && session_->picture());
    }

private Q_SLOTS:
    void cleanup()
    {
        study_.reset();
        lens_.reset();
        session_.reset();
    }

    void nothingToStudy()
    {
        make({"img03.png"});
        QVERIFY(!study_->dataset());
        study_->assign();
        study_->score();
        QVERIFY(!study_->assigning());
        QVERIFY(!study_->scoring());
        QSignalSpy proposed(study_.get(), &Study::limitsProposed);
        study_->propose();
        QCOMPARE(proposed.count(), 1);
        QVERIFY(proposed[0][0].value<std::vector<double>>().empty());
    }

    void assignsUnderTheWhatIf()
    {
        make({"labels.json"});
        study_->assign();
        QVERIFY(study_->assigning());
        QTRY_VERIFY(study_->statistics());
        QCOMPARE(study_->statistics()->images, 2);
        QCOMPARE(study_->statistics()->labels, 2);
        QCOMPARE(study_->statistics()->pyramid.recall.part, 2);
        const int64_t before = study_->statistics()->pyramid.ambiguous.whole;

        WhatIf whatIf = lens_->whatIf();
        whatIf.profile.centerRegion = CenterRegion::None;
        lens_->setWhatIf(whatIf);
        study_->assign();
        QTRY_VERIFY(!study_->assigning());
        QVERIFY(study_->statistics()->pyramid.ambiguous.whole > before);
    }

    void whatWasFoundGoesWithItsDataSet()
    {
        make({"labels.json"});
        study_->assign();
        QTRY_VERIFY(study_->statistics());
        QDir(fake_->folder()).mkdir(QStringLiteral("other"));
        const QString other = fake_->folder() + QStringLiteral("/other/labels.json");
        QVERIFY(QFile::copy(fake_->folder() + QStringLiteral("/labels.json"), other));
        session_->open({other});
        QTRY_VERIFY(!session_->opening());
        QVERIFY(study_->hasLabels());
        QVERIFY(!study_->statistics());
    }

    void holdsTheModelAgainstTheLabels()
    {
        make({"labels.json", "small.safetensors"});
        QTRY_VERIFY(session_->findings());
        study_->score();
        QVERIFY(study_->scoring());
        QTRY_VERIFY(!study_->scoring());
        QVERIFY(study_->scores());
        QCOMPARE(study_->scores()->images.size(), 2u);
        QCOMPARE(study_->scores()->points.size(), 1u);  // image 0 holds nothing, image 1 one thing
        QCOMPARE(study_->scores()->points[0].image, 1);
        QCOMPARE(study_->scores()->points[0].label, -1);
    }

    void imagesAreDetectedInBetweenAndItStops()
    {
        make({"labels.json", "small.safetensors"});
        QTRY_VERIFY(session_->findings());
        fake_->network.hold();
        study_->score();
        const int before = fake_->network.arrivals();
        QTRY_VERIFY(fake_->network.arrivals() > before || fake_->network.arrivals() >= 2);
        study_->stopScoring();
        QTRY_VERIFY(!study_->scoring());
        fake_->network.release();
        session_->detect();
        QTRY_VERIFY(session_->findings() && !session_->detecting());
    }

    void aDataSetThatIsClosedIsNotStudied()
    {
        make({"labels.json", "small.safetensors"});
        fake_->network.hold();
        study_->score();
        session_->closeImages();
        study_->score();  // there is nothing left to begin with
        fake_->network.release();
        QTRY_VERIFY(!study_->scoring());
        QVERIFY(!study_->dataset());
        QVERIFY(!study_->statistics());
        session_->open({fake_->folder() + QStringLiteral("/labels.json")});
        QTRY_VERIFY(session_->findings());  // the network's thread is past what had been asked of it
        QVERIFY(!study_->scores());
    }
};

QTEST_MAIN(StudyTest)
#include "tst_study.moc"
