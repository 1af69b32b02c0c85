// SPDX-License-Identifier: GPL-3.0-or-later
// A run as it is watched: words, buttons by state, curves from steps, AP by class, alarms, pictures.
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QToolButton>
#include <QTranslator>

#include <cmath>
#include <random>

#include "widget_test.h"
#include "widgets/plot/curve_legend.h"
#include "widgets/training/class_ap_table.h"
#include "widgets/training/training_panel.h"

using namespace fcoscope;
using State = TrainingStatus::State;

namespace {

enum Plot { Loss, Parts, Rate, Speed, Ap, Positives };

TrainingStep stepAt(int step, double factor = 1)
{
    static std::mt19937 random(4);
    std::normal_distribution<double> noise(0, 0.15);
    TrainingStep made;
    made.step = step;
    const double fall = factor * 400.0 / (400 + step);
    made.classLoss = 1.1 * fall * std::exp(noise(random));
    made.boxLoss = 0.8 * fall * std::exp(noise(random));
    made.centernessLoss = 0.55 + 0.1 * fall * std::exp(noise(random));
    made.learningRate = step < 100 ? step * 1e-5 : 1e-3 * (1 + std::cos(step / 2000.0 * M_PI)) / 2;
    made.imagesPerSecond = 6 + noise(random);
    for (int level = 0; level < 5; ++level)
        made.levels.push_back({double(std::max(0, 60 - 14 * level + int(20 * noise(random)))),
                               made.classLoss / (2 + level), made.boxLoss / (2 + level),
                               made.centernessLoss / (2 + level)});
    return made;
}
std::vector<TrainingStep> steps(int from, int to, double factor = 1)
{
    std::vector<TrainingStep> made;
    for (int step = from; step <= to; ++step)
        made.push_back(stepAt(step, factor));
    return made;
}
TrainingValidation validationAt(int step, double ap)
{
    return {double(step),
            {{"AP", ap}, {"AP50", std::min(1.0, 1.6 * ap)}, {"AP75", 0.8 * ap}},
            {{"platelet", ap * 0.7}, {"red blood cell", ap * 1.1}, {"white blood cell", -1}},
            true};
}
TrainingStatus running()
{
    TrainingStatus status;
    status.state = State::Running;
    status.step = 1234;
    status.steps = 2000;
    status.epoch = 7;
    status.epochs = 12;
    status.imagesPerSecond = 6.2;
    status.secondsLeft = 720;
    status.memoryBytes = 1.8e9;
    status.device = "cpu";
    status.bestAp = 0.412;
    status.hasModel = true;
    return status;
}
TrainingPicture pictureOf(const QString &name, int step)
{
    QImage image(640, 480, QImage::Format_RGB32);
    image.fill(QColor(214, 190, 196));
    return {name,
            image,
            {{{80, 60, 160, 150}, "platelet", classColor(0), 0.93},
             {{330, 200, 220, 210}, "red blood cell", classColor(1), 0.81}},
            double(step)};
}

/// Every sentence three times as long, as other languages can be, and in another script.
class LongWords : public QTranslator {
public:
    bool isEmpty() const override { return false; }
    QString translate(const char *context, const char *text, const char *, int) const override
    {
        const QString name = QString::fromLatin1(context);
        if (!name.contains("Training") && !name.contains("Curve") && !name.contains("ClassAp"))
            return {};
        return QString::fromUtf8(text) + QStringLiteral(" 训练曲线验证平均精度");
    }
};

}  // namespace

class TrainingPanelTest : public QObject {
    Q_OBJECT
    std::unique_ptr<TrainingPanel> panel_;

    QPushButton *button(const char *name) const { return panel_->findChild<QPushButton *>(name); }
    /// What asks for more room than a dock of 320 has, for the test's log.
    static QStringList wide(QWidget &inside)
    {
        QStringList found;
        for (QWidget *each : inside.findChildren<QWidget *>())
            if (each->isVisible() && each->minimumSizeHint().width() > 280)
                found << QString("%1 %2: %3")
                             .arg(each->metaObject()->className(), each->accessibleName())
                             .arg(each->minimumSizeHint().width());
        return found;
    }
    QString words() const { return panel_->findChild<QLabel *>()->text(); }
    CurvePlot &plot(Plot which) const { return *panel_->plots()[size_t(which)]; }
    void openRun()
    {
        panel_->setRun("runs/3", {"platelet", "red blood cell", "white blood cell"}, {8, 16, 32, 64, 128});
    }
    void show(int width, int height)
    {
        panel_->resize(width, height);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    }
    void fillAll()
    {
        openRun();
        panel_->setRuns({"runs/3", "runs/2", "runs/1"}, "runs/3");
        panel_->setStatus(running());
        panel_->addSteps(steps(1, 1234));
        for (int i = 1; i <= 6; ++i)
            panel_->addValidation(validationAt(200 * i, 0.45 - 0.4 / i));
        panel_->addAlarm({100, "class platelet has 3 boxes"});
        panel_->addAlarm({640, "P7 had no positive in 200 steps", QDateTime({2024, 5, 1}, {14, 3, 20})});
        panel_->addAlarm({1201, "loss is NaN: stepped back to step 1200, learning rate halved"});
        panel_->setPictures({pictureOf("BloodImage_00003.jpg", 1200), pictureOf("BloodImage_00042.jpg", 1200),
                             pictureOf("a picture with quite a long name.png", 1000)});
    }

private Q_SLOTS:
    void initTestCase() { prepareApplication(); }
    void init() { panel_ = std::make_unique<TrainingPanel>(); }
    void cleanup() { panel_.reset(); }

    void saysInWordsWhatTheRunDoes()
    {
        QCOMPARE(words(), QString("No run yet"));
        panel_->setStatus(running());
        for (const char *part : {"Training", "step 1,234 of 2,000", "epoch 7 of 12", "about 12 min left",
                                 "6.20 images/s", "1.8 GB", "cpu", "best AP 0.412"})
            QVERIFY2(words().contains(part), qPrintable(words()));
        TrainingStatus status = running();
        status.state = State::Failed;
        status.words = "The disk is full.";
        panel_->setStatus(status);
        QVERIFY(words().startsWith("Failed: The disk is full."));
        QVERIFY(!words().contains("left") && !words().contains("images/s"));
        status = running();
        status.secondsLeft = 2 * 3600 + 290;
        status.waitShare = 0.21;
        panel_->setStatus(status);
        QVERIFY(words().contains("about 2 h 5 min left") && words().contains("waits for data 21 %"));
    }

    void buttonsGoByTheState_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("enabled");
        QTest::addColumn<QString>("pause");
        QTest::newRow("none") << int(State::None) << ""
                              << "Pause";
        QTest::newRow("starting") << int(State::Starting) << "stop"
                                  << "Pause";
        QTest::newRow("running") << int(State::Running) << "pause stop"
                                 << "Pause";
        QTest::newRow("pausing") << int(State::Pausing) << "pause stop"
                                 << "Go on";
        QTest::newRow("paused") << int(State::Paused) << "pause stop"
                                << "Go on";
        QTest::newRow("stopping") << int(State::Stopping) << ""
                                  << "Pause";
        for (const State state : {State::Done, State::Stopped, State::Failed, State::Interrupted})
            QTest::addRow("ended %d", int(state)) << int(state) << "resume"
                                                  << "Pause";
    }
    void buttonsGoByTheState()
    {
        QFETCH(int, state);
        QFETCH(QString, enabled);
        QFETCH(QString, pause);
        TrainingStatus status;
        status.state = State(state);
        for (const bool model : {false, true}) {
            status.hasModel = model;
            panel_->setStatus(status);
            for (const char *name : {"pause", "stop", "resume"})
                QCOMPARE(button(name)->isEnabled(), enabled.contains(name));
            QCOMPARE(button("use")->isEnabled(), model);
            QCOMPARE(button("pause")->text(), pause);
        }
    }

    void buttonsEmitWhatTheySay()
    {
        show(800, 500);
        QSignalSpy paused(panel_.get(), &TrainingPanel::pauseWanted), on(panel_.get(), &TrainingPanel::goOnWanted),
            stopped(panel_.get(), &TrainingPanel::stopWanted), resumed(panel_.get(), &TrainingPanel::resumeWanted),
            used(panel_.get(), &TrainingPanel::useWanted);
        panel_->setStatus(running());
        QTest::mouseClick(button("pause"), Qt::LeftButton);
        button("stop")->setFocus();
        QTest::keyClick(button("stop"), Qt::Key_Space);
        QTest::mouseClick(button("use"), Qt::LeftButton);
        TrainingStatus status = running();
        status.state = State::Paused;
        panel_->setStatus(status);
        QTest::mouseClick(button("pause"), Qt::LeftButton);
        QTest::mouseClick(button("resume"), Qt::LeftButton);  // not while it lives
        status.state = State::Interrupted;
        panel_->setStatus(status);
        QTest::mouseClick(button("resume"), Qt::LeftButton);
        for (QSignalSpy *spy : {&paused, &on, &stopped, &resumed, &used})
            QCOMPARE(spy->count(), 1);
    }

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

    void apOfEachClassInWords()
    {
        openRun();
        panel_->addValidation(validationAt(200, 0.3));
        panel_->addValidation(validationAt(400, 0.4));
        auto *table = panel_->findChild<ClassApTable *>();
        QCOMPARE(table->rowCount(), 3);
        QCOMPARE(table->item(0, 0)->text(), QString("platelet"));
        QCOMPARE(table->item(0, 1)->text(), QString("0.280"));
        QCOMPARE(table->item(0, 2)->text(), QString("+0.070"));
        QCOMPARE(table->item(2, 1)->text(), QString("no labels"));
        panel_->cut(300);
        QCOMPARE(table->item(0, 1)->text(), QString("0.210"));
        QCOMPARE(table->item(0, 2)->text(), QString());
    }

    void alarmsAreListedNewestFirstAndCopied()
    {
        show(900, 700);
        fillAll();
        auto *list = panel_->findChild<QListWidget *>();
        QCOMPARE(list->count(), 3);
        QVERIFY(list->item(0)->text().startsWith("Step 1,201: loss is NaN"));
        QVERIFY(list->item(1)->text().startsWith("Step 640, ") && list->item(1)->text().contains("P7 had no positive"));
        list->item(0)->setSelected(true);
        list->item(2)->setSelected(true);
        list->setFocus();
        QTest::keyClick(list, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), list->item(0)->text() + "\n" + list->item(2)->text());
        list->clearSelection();
        QCOMPARE(panel_->findChild<TrainingAlarms *>()->text().count('\n'), 2);  // all of them
    }

    void picturesWithTheirBoxes()
    {
        show(900, 700);
        fillAll();
        auto *pictures = panel_->findChild<TrainingPictures *>();
        QVERIFY(pictures->isVisible());
        const auto tiles = pictures->findChildren<QAbstractButton *>();
        QCOMPARE(tiles.size(), 3);
        QVERIFY(count(shown(*tiles[0]), classColor(0)) > 100);
        QVERIFY(count(shown(*tiles[0]), classColor(1)) > 100);
        QVERIFY(tiles[0]->accessibleDescription().contains("platelet 0.93"));
        QVERIFY(tiles[0]->accessibleName().contains("Step 1,200"));
        QSignalSpy wanted(panel_.get(), &TrainingPanel::pictureWanted);
        QTest::mouseClick(tiles[1], Qt::LeftButton);
        tiles[2]->setFocus();
        QTest::keyClick(tiles[2], Qt::Key_Space);
        QCOMPARE(wanted.at(0).at(0).toString(), QString("BloodImage_00042.jpg"));
        QCOMPARE(wanted.at(1).at(0).toString(), QString("a picture with quite a long name.png"));
        panel_->setPictures({});
        QVERIFY(!pictures->isVisible());
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

    void fitsAnyWidthAndLanguage()
    {
        show(1600, 420);
        fillAll();
        const QString folder = qEnvironmentVariable("FCOSCOPE_LOOK");
        LongWords longer;
        for (const bool translated : {false, true}) {
            if (translated)
                QCoreApplication::installTranslator(&longer);
            for (const bool dark : {false, true}) {
                applyTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
                for (const QSize size : {QSize(1600, 560), QSize(320, 900), QSize(700, 800)}) {
                    panel_->resize(size);
                    QTest::qWait(300);
                    QCOMPARE(panel_->size(), size);
                    QVERIFY2(panel_->minimumSizeHint().width() <= 320,
                             qPrintable(QString::number(panel_->minimumSizeHint().width())));
                    auto *scroll = panel_->findChild<QScrollArea *>();
                    // Nothing is cut off at the side.
                    QVERIFY2(scroll->widget()->width() <= scroll->viewport()->width(),
                             qPrintable(wide(*scroll->widget()).join(' ')));
                    for (const char *name : {"pause", "stop", "resume", "use"})
                        QVERIFY(panel_->rect().contains(
                            QRect(button(name)->mapTo(panel_.get(), QPoint()), button(name)->size())));
                    if (!folder.isEmpty())
                        panel_->grab().save(QString("%1/panel_%2%3_%4.png")
                                                .arg(folder, dark ? "dark" : "light", translated ? "_long" : "")
                                                .arg(size.width()));
                }
            }
        }
        if (!folder.isEmpty()) {
            QCoreApplication::removeTranslator(&longer);
            panel_->setRuns({"runs/3", "runs/2", "runs/1"}, "runs/3");
            panel_->setCompared({{"runs/2", steps(1, 1900, 1.6), {validationAt(300, 0.2), validationAt(900, 0.3)}}});
            for (const char *look : {"compared", "smoothed", "logarithmic"}) {
                if (QString(look) == "smoothed")
                    panel_->findChild<QComboBox *>("smoothing")->setCurrentIndex(2);
                if (QString(look) == "logarithmic")
                    panel_->findChild<QCheckBox *>("logarithmic")->setChecked(true);
                QTest::qWait(400);
                panel_->grab().save(folder + "/panel_dark_" + look + ".png");
            }
            QCoreApplication::installTranslator(&longer);
        }
        QTRY_VERIFY(words().contains(QStringLiteral("训练")));
        QCoreApplication::removeTranslator(&longer);
        applyTheme(ThemeChoice::Light);
        QTRY_VERIFY(!words().contains(QStringLiteral("训练")));
        QCOMPARE(plot(Loss).curve(0).size(), size_t(1234));  // the curves have no language
    }
};

QTEST_MAIN(TrainingPanelTest)
#include "tst_training_panel.moc"
