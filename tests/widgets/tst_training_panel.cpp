// SPDX-License-Identifier: GPL-3.0-or-later
// A run as it is watched: words, buttons by state, AP by class, alarms, pictures.
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QListWidget>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTranslator>

#include "training_panel_test.h"
#include "widgets/training/class_ap_table.h"

using namespace fcoscope;

namespace {

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

class TrainingPanelTest : public QObject, private PanelOfARun {
    Q_OBJECT

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
                QCOMPARE(button(name)->isEnabled(),
                         enabled.contains(name) && (model || name != QLatin1String("resume")));
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
