// SPDX-License-Identifier: GPL-3.0-or-later
// The training of a window with runs that were made before, without a trainer: what the form offers to start from, runs
// over one another, a model that cannot be compared.
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

#include "app/gui/training_docks.h"
#include "labelling_window.h"
#include "tests/runs/made_run.h"
#include "widgets/fold.h"
#include "widgets/message_strip.h"
#include "widgets/plot/curve_plot.h"

using namespace fcoscope;

class TrainingDocksTest : public QObject, private LabellingWindow {
    Q_OBJECT

    Training &training() { return the<TrainingDocks>().training(); }
    TrainingForm &form() { return the<TrainingForm>(); }
    bool planned() { return training().data() && !training().planning(); }
    /// The runs are found as if the folder had been opened with them in it.
    void openAgain()
    {
        const QString folder = demo_->demoFolder();
        session_->closeImages();
        open({folder});
        QTRY_VERIFY(training().canGoOn());
    }
    fs::path madeRun(double loss = 1)
    {
        return fcoscope::madeRun(training().runsFolder(), chosenData(session_->labels().set(), {}), loss);
    }
    template <typename Widget> Widget *named(QWidget &in, const QString &name)
    {
        for (auto *widget : in.findChildren<Widget *>())
            if (widget->accessibleName() == name)
                return widget;
        return nullptr;
    }
    QComboBox &starts() { return *named<QComboBox>(form(), QStringLiteral("Start from")); }
    void startFrom(const QString &words)
    {
        const int index = starts().findText(words, Qt::MatchStartsWith);
        QVERIFY2(index >= 0, qPrintable(words));
        starts().setFocus();
        while (starts().currentIndex() != index)
            QTest::keyClick(&starts(), starts().currentIndex() < index ? Qt::Key_Down : Qt::Key_Up);
        QTRY_VERIFY_WITH_TIMEOUT(planned(), 30000);
    }
    bool hasFold(const QString &title)
    {
        for (Fold *fold : form().findChildren<Fold *>())
            for (QToolButton *button : fold->findChildren<QToolButton *>())
                if (button->text() == title && fold->isVisible())
                    return true;
        return false;
    }
    bool says(QWidget &in, const QString &words)
    {
        for (QLabel *label : in.findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    }
    QPushButton *button(QWidget &in, const QString &words)
    {
        for (auto *button : in.findChildren<QPushButton *>())
            if (button->text() == words)
                return button;
        return nullptr;
    }

private Q_SLOTS:
    void init()
    {
        makeWindow();
        demo_->openDemo();
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
    }
    void cleanup() { demo_.reset(); }

    void startingFromNothingOffersTheNetwork()
    {
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(planned(), 30000);
        QVERIFY(hasFold(QStringLiteral("Training")) && !hasFold(QStringLiteral("Network")));
        startFrom(QStringLiteral("Nothing"));
        QVERIFY(hasFold(QStringLiteral("Network")));
        QVERIFY(named<QWidget>(form(), QStringLiteral("Backbone depth")));
        QVERIFY(!named<QWidget>(form(), QStringLiteral("Class count")));
        // The choice stands, whatever model is loaded meanwhile.
        session_->openModel(resource("models/default.safetensors").toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
        QVERIFY(starts().currentText().startsWith(QStringLiteral("Nothing")));
        QVERIFY(training().request().startFrom.empty());
        startFrom(QStringLiteral("The loaded model (default.safetensors)"));
        QVERIFY(!hasFold(QStringLiteral("Network")));
        QTRY_VERIFY_WITH_TIMEOUT(training().report().seconds > 0, 60000);  // measured, on this machine
    }

    void aRunIsGoneOnWithFromTheForm()
    {
        madeRun();
        openAgain();
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(planned(), 30000);
        startFrom(QStringLiteral("Training 1, where it stopped (step 4)"));
        QVERIFY(training().goesOn());
        QCOMPARE(training().request().source.augment.width, 64);
        QVERIFY(button(form(), QStringLiteral("Go on training")));
        QVERIFY(!named<QComboBox>(form(), QStringLiteral("Images"))->isEnabled());
        startFrom(QStringLiteral("The loaded model"));
        QVERIFY(!training().goesOn());
        QVERIFY(training().request().source.augment.width > 64);
        QVERIFY(button(form(), QStringLiteral("Start training")));
        QVERIFY(named<QComboBox>(form(), QStringLiteral("Images"))->isEnabled());
    }

    void runsAreLaidOverOneAnother()
    {
        // Each was gone on with from step 2: what came after it before did not happen.
        for (const double loss : {1, 2}) {
            RunFolder again(madeRun(loss));
            RunStarted started;
            started.fromStep = 2;
            started.steps = 8;
            started.strides = {8, 16, 32, 64, 128};
            started.classNames = session_->labels().set().classNames();
            again.tell(started);
            RunStep step;
            step.report.step = 3;
            step.report.steps = 8;
            step.report.classLoss = 7;
            again.tell(step);
            again.tell(RunEnded{RunEnded::How::Stopped, 3, {}, {}});
        }
        openAgain();
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        TrainingPanel &panel = the<TrainingPanel>();
        CurvePlot &loss = *panel.plots().front();
        QTRY_VERIFY(loss.curve(0).size() == 3);
        const size_t alone = loss.lines().size();
        QAction *other = nullptr;
        for (QMenu *menu : panel.findChildren<QMenu *>())
            for (QAction *action : menu->actions())
                if (action->data().toString() == QStringLiteral("1") ||
                    action->data().toString() == QStringLiteral("2"))
                    other = action;
        QVERIFY(other);
        const QString name = other->data().toString();
        other->trigger();  // the menu is made anew with what comes of it
        QTRY_VERIFY(loss.lines().size() > alone);
        const auto compared = [&]() -> const Curve * {
            for (size_t i = 0; i < loss.lines().size(); ++i)
                if (loss.lines()[i].run == name && loss.curve(i).size() > 0)
                    return &loss.curve(i);
            return nullptr;
        };
        QTRY_VERIFY(compared() && compared()->size() == 3);
        QCOMPARE(compared()->span(0, 10).high, 7.0);
        shot("training-compared");
    }

    void aModelThatCannotBeComparedSaysWhy()
    {
        const fs::path run = madeRun();
        openAgain();
        fs::remove(run / "dataset.json");
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QPushButton *use = button(the<TrainingPanel>(), QStringLiteral("Use this model"));
        QVERIFY(use);
        QTRY_VERIFY(use->isEnabled());
        QTest::mouseClick(use, Qt::LeftButton);
        QTRY_VERIFY(window_->findChild<ModelComparison *>());
        QTRY_VERIFY(says(the<ModelComparison>(), QStringLiteral("dataset.json")));
    }

    /// A run that goes on may have written another model by then.
    void theModelThatWasMeasuredIsUsed()
    {
        const fs::path run = madeRun();
        openAgain();
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QPushButton *compare = button(the<TrainingPanel>(), QStringLiteral("Use this model"));
        QTRY_VERIFY(compare && compare->isEnabled());
        QTest::mouseClick(compare, Qt::LeftButton);
        QTRY_VERIFY(window_->findChild<ModelComparison *>());
        QPushButton *use = button(the<ModelComparison>(), QStringLiteral("Use the new model"));
        QTRY_VERIFY_WITH_TIMEOUT(use && use->isEnabled(), 60000);
        TrainRequest other = readRequest(run / "run.toml");
        other.network.pyramidChannels = 16;
        writeRandomModel(run / "checkpoints/last/model.safetensors", other.network, other.profile,
                         session_->labels().set().classNames(), 2);
        QTest::mouseClick(use, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(session_->model()->info.path.string().starts_with(run.string()) && demo_->settled(),
                                 60000);
        QCOMPARE(session_->model()->info.network.pyramidChannels, 32);
    }

    void whatTheTrainerIsAtIsSaid()
    {
        RunFolder trainer(madeRun());  // whose trainer this process is
        const QString folder = demo_->demoFolder();
        session_->closeImages();
        open({folder});
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        TrainingPanel &panel = the<TrainingPanel>();
        const auto saysWhat = [&] {
            trainer.doing({0.25, message("core", "taking stock of the images")});
            return says(panel, QStringLiteral("Training: taking stock of the images, 25 %"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(saysWhat(), 30000);
        const auto silent = std::chrono::seconds(700);
        fs::last_write_time(trainer.path() / "lock", fs::file_time_type::clock::now() - silent);
        QTRY_VERIFY(says(panel, QStringLiteral("no sign of life for 11 minutes")));
        trainer.stopWritten();  // which gives one
        QTRY_VERIFY(!says(panel, QStringLiteral("no sign of life")));
        trainer.tell(RunPaused{4, true});
        QTRY_VERIFY(says(panel, QStringLiteral("Paused · step 4 of 8")));
    }

    void closingTheWindowAsksWhetherTrainingGoesOn_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<bool>("closes");
        QTest::addColumn<bool>("stops");
        QTest::newRow("keep") << QStringLiteral("Keep the window") << false << false;
        QTest::newRow("on") << QStringLiteral("Let it go on") << true << false;
        QTest::newRow("stop") << QStringLiteral("Stop it, keep its model") << true << true;
    }

    void closingTheWindowAsksWhetherTrainingGoesOn()
    {
        QFETCH(QString, answer);
        QFETCH(bool, closes);
        QFETCH(bool, stops);
        RunFolder trainer(madeRun());
        const QString folder = demo_->demoFolder();
        session_->closeImages();
        open({folder});
        QTRY_VERIFY(training().process().alive());
        bool asked = false;
        QTimer answering;
        connect(&answering, &QTimer::timeout, this, [&] {
            auto *box = window_->findChild<QMessageBox *>(QStringLiteral("trainingQuestion"));
            QPushButton *wanted = box && box->isVisible() ? button(*box, answer) : nullptr;
            if (!wanted)
                return;
            asked = true;
            QTest::mouseClick(wanted, Qt::LeftButton);
        });
        answering.start(50);
        QCOMPARE(window_->close(), closes);
        QVERIFY(asked);
        QCOMPARE(trainer.stopWritten(), stops);
        QVERIFY(trainerOf(trainer.path()).has_value());  // it needs no window
    }

    void imagesAreChosenToBeShown()
    {
        const fs::path run = madeRun();
        openAgain();
        Actions &actions = the<Actions>();
        QAction &follow = actions[ActionId::FollowImage];
        QTRY_VERIFY(follow.isEnabled() && !follow.isChecked());
        const std::string first = session_->current();
        follow.trigger();
        QTRY_COMPARE(chosenPictures(run), std::vector<std::string>{first});
        QTRY_VERIFY(follow.isEnabled() && follow.isChecked());
        key(Qt::Key_D);  // the next image
        QTRY_VERIFY(session_->current() != first && !follow.isChecked());
        session_->setCurrent(first);
        QTRY_VERIFY(follow.isEnabled() && follow.isChecked());
        follow.trigger();
        QTRY_VERIFY(chosenPictures(run).empty());
        QTRY_VERIFY(follow.isEnabled() && !follow.isChecked());
    }

    void theModelInTrainingIsLookedThrough()
    {
        madeRun();
        openAgain();
        const ModelPtr mine = session_->model();
        Actions &actions = the<Actions>();
        QTRY_VERIFY(actions[ActionId::LookWithTraining].isEnabled());
        actions[ActionId::LookWithTraining].trigger();
        QTRY_VERIFY_WITH_TIMEOUT(session_->model() != mine && demo_->settled(), 60000);
        QCOMPARE(session_->model()->info.network.pyramidChannels, 32);
        MessageStrip &strip = the<MessageStrip>();
        QVERIFY2(strip.text().contains(QStringLiteral("the model of training 1")), qPrintable(strip.text()));
        QPushButton *back = button(strip, QStringLiteral("Back to default.safetensors"));
        QVERIFY(back);
        QTest::mouseClick(back, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(session_->model() == mine && demo_->settled(), 60000);
        QVERIFY(!strip.text().contains(QStringLiteral("training 1")));
    }

    void theFormFollowsTheLanguage()
    {
        madeRun();
        openAgain();
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(planned(), 30000);
        window_->setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(button(form(), QStringLiteral("开始训练")));
        for (QComboBox *box : form().findChildren<QComboBox *>())
            if (box->isVisible())
                QVERIFY2(!box->itemText(0).startsWith(QStringLiteral("The loaded")) &&
                             !box->itemText(0).startsWith(QStringLiteral("All that")),
                         qPrintable(box->itemText(0)));
        QVERIFY(!hasFold(QStringLiteral("Augmentation")));
        window_->setTheme(QStringLiteral("dark"));
        shot("training-dark-chinese");
        window_->setLanguage(QStringLiteral("en"));
    }
};

QTEST_MAIN(TrainingDocksTest)
#include "tst_training_docks.moc"
