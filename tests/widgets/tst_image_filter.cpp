// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolButton>

#include "tests/widgets/widget_test.h"
#include "widgets/labels/image_filter.h"

using namespace fcoscope;

class TestImageFilter : public QObject {
    Q_OBJECT

    std::unique_ptr<ImageFilter> bar_;
    std::vector<ListFilter> told_;
    template <typename Part> Part *named(const QString &name) { return partNamed<Part>(*bar_, name); }
    QCheckBox *box(const QString &text) { return partSaying<QCheckBox>(*bar_, text); }
    bool says(const QString &text) { return partSaying<QLabel>(*bar_, text); }
    QToolButton *clearButton() { return named<QToolButton>("Clear the filter: show all images"); }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        told_.clear();
        bar_ = std::make_unique<ImageFilter>();
        bar_->setClasses({{7, "cell", Qt::red}, {9, "dot", Qt::green}, {8, "blob", Qt::blue}});
        bar_->resize(260, 300);
        bar_->show();
        QVERIFY(QTest::qWaitForWindowExposed(bar_.get()));
        connect(bar_.get(), &ImageFilter::filterChanged, this, [this](const ListFilter &f) { told_.push_back(f); });
    }
    void cleanup() { bar_.reset(); }

    void isOneLineUntilOpened()
    {
        auto *list = bar_->findChild<QListWidget *>();
        QVERIFY(bar_->findChild<QLineEdit *>()->isVisible());
        QVERIFY(!list->isVisible());
        QVERIFY(!clearButton()->isVisible());
        QTest::mouseClick(named<QToolButton>("More filters and the order"), Qt::LeftButton);
        QVERIFY(bar_->isOpen());
        QVERIFY(list->isVisible());
    }

    void everyControlSpeaks()
    {
        bar_->setOpen(true);
        QTest::keyClicks(bar_->findChild<QLineEdit *>(), "a");
        ListFilter expected;
        expected.name = "a";
        QCOMPARE(told_.back(), expected);

        auto *list = bar_->findChild<QListWidget *>();
        list->setFocus();
        list->setCurrentRow(1);
        QTest::keyClick(list, Qt::Key_Space);
        expected.classes = {9};
        QCOMPARE(told_.back(), expected);

        QTest::mouseClick(box("Verified"), Qt::LeftButton, {}, {8, box("Verified")->height() / 2});
        QTest::mouseClick(box("New"), Qt::LeftButton, {}, {8, box("New")->height() / 2});
        expected.statuses = {ListStatus::New, ListStatus::Verified};
        QCOMPARE(told_.back(), expected);

        auto *least = named<QSpinBox>("Least number of boxes"), *most = named<QSpinBox>("Most boxes");
        QTest::keyClick(least, Qt::Key_Up);
        QTest::keyClick(most, Qt::Key_Up);
        QTest::keyClick(most, Qt::Key_Up);
        expected.least = 1;
        expected.most = 1;
        QCOMPARE(told_.back(), expected);

        QTest::keyClick(bar_->findChild<QComboBox *>(), Qt::Key_End);
        expected.sort = ListFilter::Sort::Score;
        QCOMPARE(told_.back(), expected);
        QTest::mouseClick(named<QToolButton>("Descending order"), Qt::LeftButton);
        expected.descending = true;
        QCOMPARE(told_.back(), expected);
        QCOMPARE(bar_->filter(), expected);

        // Folded away, it still says that something hides images, and one press shows them all.
        bar_->setOpen(false);
        QVERIFY(named<QToolButton>("More filters and the order; some are in use"));
        QVERIFY(clearButton()->isVisible());
        const size_t before = told_.size();
        QTest::mouseClick(clearButton(), Qt::LeftButton);
        QCOMPARE(told_.size(), before + 1);
        QVERIFY(told_.back().neutral());
        QVERIFY(!clearButton()->isVisible());
    }

    void takesAFilterWhole()
    {
        ListFilter filter;
        filter.name = "x";
        filter.classes = {7, 8};
        filter.statuses = {ListStatus::Empty};
        filter.least = 2;
        filter.most = 0;
        filter.sort = ListFilter::Sort::Boxes;
        filter.descending = true;
        bar_->setFilter(filter);
        QCOMPARE(told_.size(), size_t(1));
        QCOMPARE(told_.back(), filter);
        bar_->setFilter(filter);
        QCOMPARE(told_.size(), size_t(1));
        // The classes change: renamed ones stay chosen, one that is gone is given up.
        bar_->setClasses({{7, "red cell", Qt::red}, {9, "dot", Qt::green}, {8, "blob", Qt::blue}});
        QCOMPARE(told_.size(), size_t(1));
        bar_->setClasses({{7, "red cell", Qt::red}});
        QCOMPARE(told_.size(), size_t(2));
        QCOMPARE(told_.back().classes, std::vector<int64_t>{7});
        // All four are as good as none.
        filter = {};
        filter.statuses = {ListStatus::New, ListStatus::Labelled, ListStatus::Verified, ListStatus::Empty};
        bar_->setFilter(filter);
        QVERIFY(told_.back().neutral());
    }

    void countsAreReadAloud()
    {
        bar_->setCounts(37, 1234);
        QVERIFY(says("37 of 1,234 images"));
        bar_->setCounts(1234, 1234);
        QVERIFY(says("Images: 1,234"));
        bar_->setCounts(0, 0);
        QVERIFY(says("No images"));
    }

    void everyControlHasAName()
    {
        bar_->setOpen(true);
        int controls = 0;
        for (QWidget *part : bar_->findChildren<QWidget *>()) {
            if (!part->isVisible() || !(part->focusPolicy() & Qt::TabFocus) || part->focusProxy() ||
                qobject_cast<QLineEdit *>(part) == part->parentWidget()->findChild<QLineEdit *>("qt_spinbox_lineedit"))
                continue;
            ++controls;
            auto *button = qobject_cast<QAbstractButton *>(part);
            QVERIFY2(!part->accessibleName().isEmpty() || (button && !button->text().isEmpty()),
                     part->metaObject()->className());
        }
        QVERIFY(controls >= 12);
    }
};

QTEST_MAIN(TestImageFilter)
#include "tst_image_filter.moc"
