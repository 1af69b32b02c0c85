// SPDX-License-Identifier: GPL-3.0-or-later
// Which weights are here, and fetching one, over a backend whose time the test controls.
#include <QFile>
#include <QTest>

#include <memory>

#include "app/session/weights_shelf.h"
#include "tests/session/fake_backend.h"

using namespace fcoscope;

class WeightsShelfTest : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeBackend> fake_;
    std::unique_ptr<WeightsShelf> shelf_;
    std::vector<const PublishedWeights *> got_;
    std::vector<Message> failures_;
    const PublishedWeights &free_ = weightsNamed("fcos_resnet50_fpn_coco"), &bound_ = weightsNamed("FCOS_R_50_1x");

private Q_SLOTS:
    void init()
    {
        got_.clear();
        failures_.clear();
        fake_ = std::make_unique<FakeBackend>(0);
        shelf_ = std::make_unique<WeightsShelf>(fake_->backend());
        connect(shelf_.get(), &WeightsShelf::got, this, [this](const PublishedWeights *e) { got_.push_back(e); });
        connect(shelf_.get(), &WeightsShelf::failed, this,
                [this](const PublishedWeights *, const Message &reason) { failures_.push_back(reason); });
    }
    void cleanup() { shelf_.reset(); }

    void looks()
    {
        QFile file(fake_->weightsFile(bound_.name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(shelf_->here(bound_).empty());  // nobody has looked yet
        shelf_->look();
        QTRY_COMPARE(QString::fromStdString(shelf_->here(bound_).string()), file.fileName());
        QVERIFY(shelf_->here(free_).empty());
        QVERIFY(file.remove());
        shelf_->look();
        QTRY_VERIFY(shelf_->here(bound_).empty());
    }

    void getsOneAtATime()
    {
        fake_->getting.hold();
        int told = 0;
        connect(shelf_.get(), &WeightsShelf::progressed, this, [&] { ++told; });
        shelf_->get(bound_, true);
        QCOMPARE(shelf_->getting(), &bound_);
        shelf_->get(free_, false);
        QCOMPARE(shelf_->getting(), &bound_);
        QTRY_COMPARE(told, 1);
        QCOMPARE(shelf_->progress().fraction, 0.5);
        QVERIFY(fake_->termsAccepted);
        QVERIFY(shelf_->here(bound_).empty());
        fake_->getting.release();
        QTRY_COMPARE(got_.size(), 1u);
        QCOMPARE(got_[0], &bound_);
        QVERIFY(!shelf_->getting());
        QCOMPARE(QString::fromStdString(shelf_->here(bound_).string()), fake_->weightsFile(bound_.name));
        shelf_->get(free_, false);
        QTRY_COMPARE(got_.size(), 2u);
        QVERIFY(!fake_->termsAccepted);
    }

    void stops()
    {
        fake_->getting.hold();
        shelf_->get(free_, false);
        QTRY_COMPARE(fake_->getting.arrivals(), 1);
        shelf_->stop();
        QTRY_VERIFY(!shelf_->getting());
        QVERIFY(got_.empty() && failures_.empty());  // stopping is no failure
        fake_->getting.release();
        shelf_->get(free_, false);
        QTRY_COMPARE(got_.size(), 1u);
    }

    void fails()
    {
        fake_->breakGetting = true;
        shelf_->get(free_, false);
        QTRY_COMPARE(failures_.size(), 1u);
        QCOMPARE(failures_[0].english(), std::string("weights.example sends an empty file."));
        QVERIFY(!shelf_->getting() && shelf_->here(free_).empty());
    }

    void goesAwayWhileBusy()
    {
        fake_->getting.hold();
        shelf_->look();
        shelf_->get(free_, false);
        QTRY_COMPARE(fake_->getting.arrivals(), 1);
        shelf_.reset();  // asks the download to stop and waits for it
        QVERIFY(got_.empty());
    }
};

QTEST_GUILESS_MAIN(WeightsShelfTest)
#include "tst_weights_shelf.moc"
