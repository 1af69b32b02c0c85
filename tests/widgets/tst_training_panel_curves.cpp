// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of a run as it is watched: from steps and validations, cut, compared, smoothed.
#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QMenu>
#include <QSignalSpy>
#include <QToolButton>

#include <cmath>

#include "training_panel_test.h"

using namespace fcoscope;

class TrainingPanelCurvesTest : public QObject, private PanelOfARun {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { panel_ = std::make_unique<TrainingPanel>(); }
    void cleanup() { panel_.reset(); }

    void stepsBecomeCurves()
    {
        show(900, 700);
        fillAll();
        QCOMPARE(plot(Loss).lines().size(), size_t(4));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1234));
        const double total = plot(Loss).curve(0).at(99).y;
        QVERIFY(std::abs(total - plot(Loss).curve(1).at(99).y - plot(Loss).curve(2).at(99).y -
                         plot(Loss).curve(3).at(99).y) < 1e-12);
        QCOMPARE(plot(Parts).lines().size(), size_t(5));
        QCOMPARE(plot(Parts).lines()[0].name, QString("P3"));
        QCOMPARE(plot(Parts).lines()[4].name, QString("P7"));
        QCOMPARE(plot(Positives).curve(2).size(), size_t(1234));
        QCOMPARE(plot(Ap).curve(0).size(), size_t(6));
        QVERIFY(plot(Ap).lines()[0].marks);
        // The part of the loss is chosen; its curves are there already.
        CurvePlot *before = &plot(Parts);
        panel_->findChild<QComboBox *>("part")->setCurrentIndex(1);
        QVERIFY(&plot(Parts) != before);
        QVERIFY(plot(Parts).isVisible() && !before->isVisible());
        QVERIFY(plot(Parts).curve(0).size() > 1200);
        QVERIFY(plot(Parts).curve(4).size() < 1234);  // P7 had steps without a positive
    }

    void aRunThatGoesOnFromAnEarlierStep()
    {
        fillAll();
        panel_->cut(1000);
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1000));
        QCOMPARE(plot(Ap).curve(0).size(), size_t(5));
        panel_->addSteps(steps(1001, 1100));
        QCOMPARE(plot(Loss).curve(3).size(), size_t(1100));
        QCOMPARE(plot(Positives).curve(4).size(), size_t(1100));
        openRun();
        for (CurvePlot *each : panel_->plots())
            for (size_t line = 0; line < each->lines().size(); ++line)
                QCOMPARE(each->curve(line).size(), size_t(0));
    }

    void aHundredThousandStepsDoNotBlock()
    {
        show(1200, 800);
        openRun();
        const auto many = steps(1, 100000);
        auto copy = many;
        double longest = wallMs([&] { panel_->addSteps(std::move(copy)); });
        const double call = longest;
        QElapsedTimer whole;
        whole.start();
        while (panel_->busy()) {
            QVERIFY(whole.elapsed() < 60000);
            longest = std::max(longest, wallMs([] { QCoreApplication::processEvents(QEventLoop::AllEvents, 1); }));
        }
        qInfo("100,000 steps: the call took %.1f ms, the longest pause %.1f ms, all of it %lld ms", call, longest,
              whole.elapsed());
        QVERIFY2(within(longest, 50), qPrintable(QString::number(longest)));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(100000));
        QCOMPARE(plot(Positives).curve(4).size(), size_t(100000));
        // A cut while steps wait is a cut of those, too.
        openRun();
        panel_->addSteps(many);
        panel_->addSteps(steps(100001, 100010));
        panel_->cut(60000);
        QTRY_VERIFY_WITH_TIMEOUT(!panel_->busy(), 60000);
        QCOMPARE(plot(Loss).curve(0).size(), size_t(60000));
    }

    void runsAreChosenAndCompared()
    {
        show(900, 700);
        fillAll();
        QSignalSpy chosen(panel_.get(), &TrainingPanel::runChosen),
            compared(panel_.get(), &TrainingPanel::comparedChosen);
        auto *box = panel_->findChild<QComboBox *>("run");
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(chosen.takeFirst().at(0).toString(), QString("runs/2"));
        panel_->setRuns({"runs/3", "runs/2", "runs/1"}, "runs/3");
        const auto actions = panel_->findChild<QToolButton *>("compare")->menu()->actions();
        QCOMPARE(actions.size(), 2);  // not with itself
        actions[0]->trigger();
        QCOMPARE(compared.takeFirst().at(0).toStringList(), QStringList{"runs/2"});
        panel_->setCompared({{"runs/2", steps(1, 900, 1.4), {validationAt(300, 0.2)}}, {"runs/1", steps(1, 50), {}}});
        QTRY_VERIFY(!panel_->busy());
        QCOMPARE(plot(Loss).lines().size(), size_t(12));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1234));
        QCOMPARE(plot(Loss).curve(4).size(), size_t(900));
        QCOMPARE(plot(Ap).curve(3).size(), size_t(1));
        QCOMPARE(plot(Positives).curve(14).size(), size_t(50));
        QVERIFY(plot(Loss).lines()[4].style != Qt::SolidLine &&
                plot(Loss).lines()[8].style != plot(Loss).lines()[4].style);
        panel_->addSteps(steps(1235, 1240));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1240));
        QCOMPARE(plot(Loss).curve(4).size(), size_t(900));
        panel_->setCompared({});
        QCOMPARE(plot(Loss).lines().size(), size_t(4));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1240));
    }

    void smoothingAndScaleAreForTheLosses()
    {
        show(900, 700);
        fillAll();
        auto *smoothing = panel_->findChild<QComboBox *>("smoothing");
        smoothing->setFocus();
        QTest::keyClick(smoothing, Qt::Key_Down);
        QCOMPARE(plot(Loss).smoothing(), 0.6);
        QCOMPARE(plot(Ap).smoothing(), 0.0);
        auto *logarithmic = panel_->findChild<QCheckBox *>("logarithmic");
        logarithmic->setFocus();
        QTest::keyClick(logarithmic, Qt::Key_Space);
        QVERIFY(plot(Loss).logarithmic() && plot(Rate).logarithmic() && !plot(Ap).logarithmic());
    }

    void theCursorIsOneForAllPlots()
    {
        show(900, 700);
        fillAll();
        CurvePlot &loss = plot(Loss);
        loss.follow();
        QWidget *canvas = loss.childAt(loss.rect().center() + QPoint(0, 30));
        moveMouse(*canvas, canvas->mapFrom(&loss, loss.placeOf(500, loss.seen().center().y()).toPoint()), Qt::NoButton);
        QVERIFY(std::abs(loss.cursorStep() - 500) < 4);
        for (CurvePlot *each : panel_->plots())
            QCOMPARE(each->cursorStep(), loss.cursorStep());
    }
};

QTEST_MAIN(TrainingPanelCurvesTest)
#include "tst_training_panel_curves.moc"
