// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QSignalSpy>

#include "tests/widgets/widget_test.h"
#include "widgets/image_list.h"

using namespace fcoscope;

class TestImageList : public QObject {
    Q_OBJECT

    std::unique_ptr<ImageList> list_;
    std::vector<ImageId> told_;
    QListView *view() { return list_->findChild<QListView *>(); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        told_.clear();
        list_ = std::make_unique<ImageList>();
        list_->resize(240, 400);
        list_->show();
        connect(list_.get(), &ImageList::activated, this, [this](const ImageId &id) { told_.push_back(id); });
        list_->addImages({"/a/one.png", "/a/two.png", "/b/three.jpg", "/b/Two again.jpg"});
    }
    void cleanup() { list_.reset(); }

    void modelObeysTheRules()
    {
        ImageListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.add({"/a/x.png", "/a/y.png", "/a/x.png"}), 2);
        QCOMPARE(model.add({"/a/y.png", "/a/z.png"}), 1);
        QCOMPARE(model.rowOf("/a/z.png"), 2);
        model.setState("/a/z.png", {ImageState::Kind::Detected, 7, {}});
        QCOMPARE(model.stateOf("/a/z.png").detections, 7);
        QCOMPARE(model.index(2).data().toString(), QString("z.png"));
        QVERIFY(model.index(2).data(Qt::AccessibleTextRole).toString().contains("7"));
        model.setState("/a/y.png", {ImageState::Kind::Failed, 0, "It is cut short."});
        QVERIFY(model.index(1).data(Qt::ToolTipRole).toString().contains("It is cut short."));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.rowOf("/a/x.png"), -1);
    }

    void walksWithSlotsKeysAndMouse()
    {
        QCOMPARE(list_->current(), ImageId());
        list_->next();
        QCOMPARE(list_->current(), ImageId("/a/one.png"));
        list_->next();
        list_->previous();
        list_->previous();  // stays at the first
        QCOMPARE(told_, (std::vector<ImageId>{"/a/one.png", "/a/two.png", "/a/one.png"}));
        QTest::keyClick(view(), Qt::Key_End);
        QCOMPARE(told_.back(), ImageId("/b/Two again.jpg"));
        list_->next();
        QCOMPARE(told_.size(), size_t(4));
        QTest::mouseClick(view()->viewport(), Qt::LeftButton, {},
                          view()->visualRect(view()->model()->index(2, 0)).center());
        QCOMPARE(told_.back(), ImageId("/b/three.jpg"));
        list_->setCurrent("/a/two.png");
        QCOMPARE(told_.back(), ImageId("/a/two.png"));
        list_->setCurrent("/a/two.png");
        list_->setCurrent("/not/there.png");
        QCOMPARE(told_.size(), size_t(6));
    }

    void filtersByName()
    {
        list_->setCurrent("/a/one.png");
        auto *filter = list_->findChild<QLineEdit *>();
        filter->setFocus();
        QTest::keyClicks(filter, "TWO");
        QCOMPARE(list_->visible(), 2);
        QCOMPARE(list_->count(), 4);
        QCOMPARE(told_.size(), size_t(1));  // hiding the current image opens no other
        QCOMPARE(list_->current(), ImageId("/a/one.png"));
        QTest::keyClick(filter, Qt::Key_Down);
        QCOMPARE(told_.back(), ImageId("/a/two.png"));
        QTest::keyClick(filter, Qt::Key_Down);
        QTest::keyClick(filter, Qt::Key_Down);
        QCOMPARE(told_.back(), ImageId("/b/Two again.jpg"));
        QTest::keyClick(filter, Qt::Key_Escape);
        QCOMPARE(list_->visible(), 4);
        QCOMPARE(list_->current(), ImageId("/b/Two again.jpg"));
        QCOMPARE(told_.size(), size_t(3));
        list_->setFilter("three");
        list_->setCurrent("/a/one.png");  // hidden: the filter gives way
        QCOMPARE(list_->filter(), QString());
        QCOMPARE(told_.back(), ImageId("/a/one.png"));
    }

    void statesAreSeen()
    {
        const auto row = [&](int i) {
            const QRect place = view()->visualRect(view()->model()->index(i, 0));
            return shown(*view()->viewport())
                .copy(QRect((QPointF(place.topLeft()) * view()->devicePixelRatioF()).toPoint(),
                            QSizeF(QSizeF(place.size()) * view()->devicePixelRatioF()).toSize()));
        };
        const QImage before = row(0);
        list_->setState("/a/one.png", {ImageState::Kind::Detected, 12, {}});
        QVERIFY(row(0) != before);
        QVERIFY(count(row(0), successColor(list_->palette())) > 4);
        list_->setState("/a/one.png", {ImageState::Kind::Failed, 0, "No."});
        QCOMPARE(count(row(0), successColor(list_->palette())), 0);
        QVERIFY(count(row(0), errorColor(list_->palette())) > 2);
        list_->setState("/a/one.png", {});
        QCOMPARE(row(0), before);
    }

    void aHundredThousandImages()
    {
        std::vector<ImageId> many;
        for (int i = 0; i < 100000; ++i)
            many.push_back("/m/" + std::to_string(i) + ".png");
        QElapsedTimer timer;
        timer.start();
        list_->setImages(many);
        list_->setCurrent("/m/99999.png");
        shown(*list_);
        QCOMPARE(list_->count(), 100000);
        QCOMPARE(told_.back(), ImageId("/m/99999.png"));
        QVERIFY(view()->uniformItemSizes());
        list_->setFilter("9999");
        QCOMPARE(list_->visible(), 19);
        qInfo("100,000 images: %lld ms", timer.elapsed());
    }

    void filesAreDropped()
    {
        QSignalSpy dropped(list_.get(), &ImageList::filesDropped);
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile("/x/a.png")});
        QDragEnterEvent enter({50, 50}, Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(list_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({50, 50}, Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(list_.get(), &drop);
        QCOMPARE(dropped.count(), 1);
    }
};

QTEST_MAIN(TestImageList)
#include "tst_image_list.moc"
