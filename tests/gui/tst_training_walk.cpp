// SPDX-License-Identifier: GPL-3.0-or-later
// A newcomer's first training, with real keys and mouse and the real trainer: label four images, train on the CPU, see
// the curves grow, pause and go on, stop, use the model, detections appear.
#include <QDockWidget>
#include <QPushButton>
#include <QSpinBox>

#include "app/gui/training_docks.h"
#include "labelling_window.h"
#include "widgets/plot/curve_plot.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"

using namespace fcoscope;

class TrainingWalk : public QObject, private LabellingWindow {
    Q_OBJECT

    Training &training() { return the<TrainingDocks>().training(); }
    RunProcess &run() { return training().process(); }
    RunSummary::State state() { return run().summary().state; }
    size_t points() { return the<TrainingPanel>().plots().front()->curve(0).size(); }
    template <typename Part> Part *saying(QWidget &in, const QString &words)
    {
        for (Part *part : in.findChildren<Part *>())
            if (part->text().startsWith(words) && part->isVisible())
                return part;
        return nullptr;
    }
    void press(QWidget &in, const char *words)
    {
        QPushButton *button = saying<QPushButton>(in, QString::fromUtf8(words));
        QVERIFY2(button && button->isEnabled(), words);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    /// Four of the demo's images, without labels.
    QString fourImages()
    {
        const QString folder = plainFolder();
        const QStringList all = QDir(folder).entryList({QStringLiteral("*.jpg")}, QDir::Files, QDir::Name);
        for (const QString &name : all.mid(4))
            QFile::remove(folder + QLatin1Char('/') + name);
        return folder;
    }
    /// In the form, with the keyboard.
    void enter(const char *name, int value)
    {
        auto *field = the<TrainingForm>().findChild<QSpinBox *>(QString::fromLatin1(name));
        QVERIFY2(field, name);
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, QString::number(value));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(field->value(), value);
    }

private Q_SLOTS:
    void init()
    {
        makeWindow();
        open({resource("models/default.safetensors"), fourImages()});
    }
    void cleanup()
    {
        if (run().alive())
            run().tellNow(RunCommand::Stop);
        QTRY_VERIFY_WITH_TIMEOUT(!run().alive(), 120000);
        demo_.reset();
    }

    void fromFourLabelledImagesToAModel()
    {
        key(Qt::Key_W);
        for (int i = 0; i < 4; ++i) {
            if (i == 0)
                whenAsked(QStringLiteral("cell"));
            drag(at(40 + 10 * i, 30), at(150 + 10 * i, 140));
            drag(at(300, 200 + 10 * i), at(420, 330 + 10 * i));
            QCOMPARE(image().boxes.size(), 2u);
            key(Qt::Key_V);
            QCOMPARE(image().status, ReviewStatus::Verified);
            if (i < 3) {
                key(Qt::Key_D);
                QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
            }
        }
        key(Qt::Key_Escape);
        shot("training-labelled");

        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        if (!the<TrainingForm>().isVisible())
            QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(the<TrainingForm>().isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        QCOMPARE(training().report().trainingImages + training().report().validationImages, 4u);
        QVERIFY(training().report().validationImages >= 1);
        QCOMPARE(training().data()->training.classNames, std::vector<std::string>{"cell"});
        enter("epochs", 400);
        enter("train-width", 128);
        enter("train-height", 96);
        enter("batch", 1);
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        shot("training-form");
        press(the<TrainingForm>(), "Start");

        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Running, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(points() >= 3, 120000);
        const size_t before = points();
        QTRY_VERIFY_WITH_TIMEOUT(points() >= before + 3, 120000);
        shot("training-running");

        press(the<TrainingPanel>(), "Pause");
        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Paused, 60000);
        const size_t paused = points();
        QTest::qWait(1500);  // several steps long
        QCOMPARE(points(), paused);
        press(the<TrainingPanel>(), "Go on");
        QTRY_VERIFY_WITH_TIMEOUT(points() >= paused + 3, 120000);

        press(the<TrainingPanel>(), "Stop");
        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Stopped && !run().alive(), 60000);
        QVERIFY(run().summary().hasCheckpoint);
        QVERIFY(run().summary().step < run().summary().steps);
        shot("training-stopped");

        QTRY_VERIFY(saying<QPushButton>(the<TrainingPanel>(), QStringLiteral("Use")));
        press(the<TrainingPanel>(), "Use");
        QTRY_VERIFY(window_->findChild<ModelComparison *>());
        ModelComparison &comparison = the<ModelComparison>();
        QTRY_VERIFY_WITH_TIMEOUT(saying<QPushButton>(comparison, QStringLiteral("Use the new model")) &&
                                     saying<QPushButton>(comparison, QStringLiteral("Use the new model"))->isEnabled(),
                                 60000);
        shot("training-comparison", &comparison);
        press(comparison, "Use the new model");
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled() && session_->model() &&
                                     session_->model()->info.classNames == std::vector<std::string>{"cell"},
                                 60000);
        QVERIFY(session_->findings());
        shot("training-used");
    }
};

QTEST_MAIN(TrainingWalk)
#include "tst_training_walk.moc"
