// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeWidget>
#include <cmath>

#include "tests/widgets/widget_test.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/model_comparison_words.h"

using namespace fcoscope;

namespace {

ComparedModels better()
{
    ComparedModels c;
    c.before = "old.safetensors";
    c.after = "run 3, best";
    c.apBefore = 0.409;
    c.apAfter = 0.512;
    c.ap50Before = 0.7;
    c.ap50After = 0.81;
    c.ap75Before = 0.4;
    c.ap75After = 0.38;
    c.classes = {{"cell", 0.5, 0.55, 200}, {"dot", -1, 0.3, 14}, {"dust", -1, -1, 0}, {"crystal", 0.4, 0.2, 8}};
    c.images = 4;
    c.better = 3;
    c.worse = 1;
    return c;
}

}  // namespace

class TestModelComparison : public QObject {
    Q_OBJECT

    std::unique_ptr<ModelComparison> dialog_;
    QPushButton *button(const QString &text) const
    {
        for (auto *each : dialog_->findChildren<QPushButton *>())
            if (each->text() == text)
                return each;
        return nullptr;
    }
    QPushButton *use() const { return button("Use the new model"); }
    QPushButton *keep() const { return button("Keep the old one"); }
    QTreeWidget *classes() const { return dialog_->findChild<QTreeWidget *>(); }
    bool says(const QString &part) const
    {
        for (auto *label : dialog_->findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(part))
                return true;
        return false;
    }
    bool reads(const QString &accessibleName) const
    {
        for (auto *label : dialog_->findChildren<QLabel *>())
            if (label->isVisible() && label->accessibleName() == accessibleName)
                return true;
        return false;
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init()
    {
        dialog_ = std::make_unique<ModelComparison>();
        dialog_->show();
        QVERIFY(QTest::qWaitForWindowExposed(dialog_.get()));
    }
    void cleanup() { dialog_.reset(); }

    void nothingIsUsedBeforeItWasMeasured()
    {
        QSignalSpy used(dialog_.get(), &ModelComparison::useWanted), kept(dialog_.get(), &ModelComparison::keepWanted);
        dialog_->setProgress(0.25);
        auto *bar = dialog_->findChild<QProgressBar *>();
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->value() * 4, bar->maximum());
        dialog_->setProgress(NAN);
        QCOMPARE(bar->value(), 0);
        QVERIFY(!use()->isEnabled());
        QVERIFY(!use()->toolTip().isEmpty());
        QTest::mouseClick(use(), Qt::LeftButton);
        QCOMPARE(used.count(), 0);
        QTest::keyClick(dialog_.get(), Qt::Key_Escape);
        QCOMPARE(kept.count(), 1);
        QVERIFY(!dialog_->isVisible());
    }

    void figuresStandSideBySide()
    {
        dialog_->setCompared(better());
        QVERIFY(!dialog_->findChild<QProgressBar *>()->isVisible());
        QVERIFY(says("old.safetensors") && says("run 3, best"));
        QVERIFY(reads("AP Before: 0.409") && reads("AP After: 0.512") && reads("AP Difference: ▲ +0.103"));
        QVERIFY(reads("AP75 Difference: ▼ −0.020"));
        QTreeWidget &table = *classes();
        QCOMPARE(table.topLevelItemCount(), 4);
        const auto row = [&](int i) {
            QStringList cells;
            for (int c = 0; c < table.columnCount(); ++c)
                cells += table.topLevelItem(i)->text(c);
            return cells.join('|');
        };
        QCOMPARE(row(0), QString("cell|200|0.500|0.550|▲ +0.050"));
        QCOMPARE(row(1), QString("dot|14|not known|0.300|–"));  // and not 0
        QCOMPARE(row(2), QString("dust|0|no label|no label|–"));
        QCOMPARE(row(3), QString("crystal|8|0.400|0.200|▼ −0.200"));
        // A gain and a loss differ in their colours besides.
        QCOMPARE(table.topLevelItem(0)->foreground(4).color(), successColor(dialog_->palette()));
        QCOMPARE(table.topLevelItem(3)->foreground(4).color(), errorColor(dialog_->palette()));
    }

    void classesAreSortedByFigures()
    {
        dialog_->setCompared(better());
        QTreeWidget &table = *classes();
        const auto click = [&](int column) {
            QHeaderView &header = *table.header();
            QTest::mouseClick(
                header.viewport(), Qt::LeftButton, {},
                {header.sectionViewportPosition(column) + header.sectionSize(column) / 2, header.height() / 2});
        };
        const auto order = [&] {
            QStringList names;
            for (int i = 0; i < table.topLevelItemCount(); ++i)
                names += table.topLevelItem(i)->text(0);
            return names.join(' ');
        };
        QCOMPARE(order(), QString("cell dot dust crystal"));  // as they came
        click(4);
        const QString once = order();
        click(4);
        QVERIFY(QStringList({once, order()}).contains("cell crystal dot dust") ||
                QStringList({once, order()}).contains("cell crystal dust dot"));
        QVERIFY(once != order());
        click(1);
        click(1);
        QVERIFY(order() == "cell dot crystal dust" || order() == "dust crystal dot cell");
    }

    void theFiguresChooseTheDefault_data()
    {
        QTest::addColumn<double>("before");
        QTest::addColumn<double>("after");
        QTest::addColumn<int>("better");
        QTest::addColumn<int>("worse");
        QTest::addColumn<bool>("useIt");
        QTest::addColumn<QString>("words");
        QTest::newRow("better") << 0.4 << 0.5 << 3 << 1 << true
                                << "The new model is better: AP 0.500 instead of 0.400.";
        QTest::newRow("worse") << 0.5 << 0.4 << 1 << 3 << false << "The new model is worse: AP 0.400 instead of 0.500.";
        QTest::newRow("equal") << 0.5 << 0.5 << 2 << 2 << false << "Both models are equally good: AP 0.500.";
        QTest::newRow("same AP, more images") << 0.5 << 0.5001 << 3 << 0 << true << "slightly better, with the same AP";
        QTest::newRow("same AP, fewer images") << 0.5 << 0.5 << 0 << 3 << false << "slightly worse, with the same AP";
        QTest::newRow("disagreeing") << 0.4 << 0.5 << 1 << 3 << true
                                     << "The images disagree with AP: It does better on 1";
        QTest::newRow("only the new one") << -1.0 << 0.5 << 4 << 0 << true << "The old model knows none of the classes";
        QTest::newRow("nothing") << -1.0 << -1.0 << 0 << 0 << false << "Nothing could be measured";
    }
    void theFiguresChooseTheDefault()
    {
        QFETCH(double, before);
        QFETCH(double, after);
        QFETCH(int, better);
        QFETCH(int, worse);
        QFETCH(bool, useIt);
        QFETCH(QString, words);
        ComparedModels compared;
        compared.apBefore = before;
        compared.apAfter = after;
        compared.images = 4;
        compared.better = better;
        compared.worse = worse;
        QSignalSpy used(dialog_.get(), &ModelComparison::useWanted), kept(dialog_.get(), &ModelComparison::keepWanted);
        dialog_->setCompared(compared);
        QVERIFY2(says(words), qPrintable(judgement(compared)));
        QVERIFY(use()->isEnabled());
        QCOMPARE(use()->isDefault(), useIt);
        QVERIFY((useIt ? use() : keep())->hasFocus());
        QTest::keyClick(dialog_->focusWidget(), Qt::Key_Return);
        QCOMPARE(used.count(), useIt ? 1 : 0);
        QCOMPARE(kept.count(), useIt ? 0 : 1);
    }

    void fewImagesAreSaidToBeFew()
    {
        ComparedModels compared = better();
        dialog_->setCompared(compared);
        QVERIFY(says("It does better on 3 of 4 images and worse on 1."));
        QVERIFY(says("4 images say little"));
        QVERIFY(says("It lost what the old one knew of: crystal."));
        compared.images = 1;
        compared.better = 1;
        compared.worse = 0;
        dialog_->setCompared(compared);
        QVERIFY(says("One image says little"));
        compared.images = 40;
        compared.better = 25;
        compared.worse = 9;
        dialog_->setCompared(compared);
        QVERIFY(!says("say little"));
        QVERIFY(says("in fewer than 1 of 100 cases"));
        compared.better = 6;
        compared.worse = 4;
        dialog_->setCompared(compared);
        QVERIFY(says("would differ on so many in 75 of 100 cases"));
        for (int i = 0; i < 5; ++i)
            compared.classes.push_back({"c" + std::to_string(i), 0.9, 0.1 * i, 5});
        dialog_->setCompared(compared);
        QVERIFY(says("It lost what the old one knew of: c0, c1, c2 and 3 more."));
    }

    // Binomial tails by hand: 10 of 10, twice 1/1024; 6 of 10, twice 386/1024; 5 of 10 is as even as can be.
    void theSignTestIsExact()
    {
        QVERIFY(std::abs(chanceOfSigns(10, 0) - 2.0 / 1024) < 1e-12);
        QVERIFY(std::abs(chanceOfSigns(4, 6) - 772.0 / 1024) < 1e-12);
        QCOMPARE(chanceOfSigns(5, 5), 1.0);
        QCOMPARE(chanceOfSigns(0, 0), 1.0);
        QVERIFY(chanceOfSigns(30000, 29000) < 0.001);
        QVERIFY(std::isfinite(chanceOfSigns(100000, 1)));
    }

    void aFailureIsSaidAndBothCanStillBeChosen()
    {
        QSignalSpy used(dialog_.get(), &ModelComparison::useWanted);
        dialog_->setFailed("The image x.png cannot be read.");
        QVERIFY(says("The models could not be compared: The image x.png cannot be read."));
        QVERIFY(!classes()->isVisible() && !dialog_->findChild<QProgressBar *>()->isVisible());
        QVERIFY(keep()->isDefault() && keep()->hasFocus());
        QTest::keyClick(keep(), Qt::Key_Tab, Qt::ShiftModifier);
        QVERIFY(use()->hasFocus());
        QTest::keyClick(use(), Qt::Key_Space);
        QCOMPARE(used.count(), 1);
    }

    void aThousandClassesAreQuick()
    {
        ComparedModels compared = better();
        for (int i = 0; i < 1200; ++i)
            compared.classes.push_back({"class " + std::to_string(i), 0.001 * (i % 900), 0.4, i});
        QVERIFY(within(timed("1,200 classes", [&] { dialog_->setCompared(compared); }), 60));
    }

    // Light and dark: the difference is read on the table's own ground.
    void coloursFollowThePalette()
    {
        dialog_->setCompared(better());
        applyTheme(ThemeChoice::Dark);
        QCoreApplication::processEvents();
        const QColor on = classes()->palette().color(QPalette::Base);
        const QColor ink = classes()->topLevelItem(0)->foreground(4).color();
        applyTheme(ThemeChoice::Light);
        QVERIFY(contrastRatio(ink, on) >= 4.5);
    }
};

QTEST_MAIN(TestModelComparison)
#include "tst_model_comparison.moc"
