// SPDX-License-Identifier: GPL-3.0-or-later
// A newcomer's first training, with real keys and mouse and the real trainer: label four images, train on the CPU, see
// the curves grow, pause and go on, stop, use the model, detections appear.
#include <QAbstractSpinBox>
#include <QDockWidget>
#include <QPushButton>
#include <QSignalSpy>

#include "app/gui/training_docks.h"
#include "labelling_window.h"
#include "widgets/message_strip.h"
#include "widgets/plot/curve_plot.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"

using namespace fcoscope;

class TrainingWalk : public QObject, private LabellingWindow {
    Q_OBJECT

    Training &training() { return the<TrainingDocks>().training(); }
    LabelSet truth_;

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
    /// Four of the demo's images, without labels; what these say of white cells is what will be drawn.
    QString fourImages()
    {
        const QString folder = demo_->demoFolder();
        truth_ = readLabels((folder + QStringLiteral("/annotations.json")).toStdString(), {}).set;
        plainFolder();
        const QStringList all = QDir(folder).entryList({QStringLiteral("*.jpg")}, QDir::Files, QDir::Name);
        for (const QString &name : all.mid(4))
            QFile::remove(folder + QLatin1Char('/') + name);
        return folder;
    }
    std::vector<Box> whiteCells()
    {
        std::vector<Box> boxes;
        const Key white = truth_.findClass("WBC")->key;
        for (const ImageEntry &entry : truth_.images)
            if (fs::path(entry.path).filename() == fs::path(session_->current()).filename())
                for (const BoxEntry &box : entry.boxes)
                    if (box.classKey == white)
                        boxes.push_back(box.box);
        return boxes;
    }
    QWidget *field(const char *name)
    {
        for (QWidget *part : the<TrainingForm>().findChildren<QWidget *>())
            if (part->accessibleName() == QLatin1String(name))
                return part;
        return nullptr;
    }
    /// In the form, with the keyboard.
    void enter(const char *name, int value)
    {
        auto *number = qobject_cast<QAbstractSpinBox *>(field(name));
        QVERIFY2(number, name);
        number->setFocus();
        number->selectAll();
        QTest::keyClicks(number, QString::number(value));
        QTest::keyClick(number, Qt::Key_Return);
        QVERIFY2(number->text().startsWith(QString::number(value)), qPrintable(number->text()));
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
            training().stopNow(run().folder());
        QTRY_VERIFY_WITH_TIMEOUT(!run().alive(), 120000);
        demo_.reset();
    }

    void fromFourLabelledImagesToAModel()
    {
        key(Qt::Key_W);
        for (int i = 0; i < 4; ++i) {
            if (i == 0)
                whenAsked(QStringLiteral("WBC"));
            const std::vector<Box> cells = whiteCells();
            QVERIFY(!cells.empty());
            for (const Box &cell : cells)
                drag(at(cell.x1, cell.y1), at(cell.x2, cell.y2));
            QCOMPARE(image().boxes.size(), cells.size());
            window_->activateWindow();  // the question for the class was a window, too
            QVERIFY(QTest::qWaitForWindowActive(window_));
            key(Qt::Key_V);
            QCOMPARE(image().status, ReviewStatus::Verified);
            if (i < 3) {
                key(Qt::Key_D);
                QTRY_VERIFY_WITH_TIMEOUT(demo_->settled(), 60000);
            }
        }
        key(Qt::Key_Escape);

        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        if (!the<TrainingForm>().isVisible())
            QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY(the<TrainingForm>().isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        QCOMPARE(training().report().trainingImages + training().report().validationImages, 4u);
        QVERIFY(training().report().validationImages >= 1);
        QCOMPARE(training().data()->training.classNames, std::vector<std::string>{"WBC"});
        enter("Epochs", 400);
        enter("Train width", 256);
        enter("Train height", 192);
        enter("Batch", 2);
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(training().report().seconds > 0, 60000);  // measured, on this machine
        shot("train-1-form");
        press(the<TrainingForm>(), "Start");

        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Running, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(points() >= 3, 120000);
        QVERIFY(!the<TrainingPanel>().visibleRegion().isEmpty());
        const size_t before = points();
        QTRY_VERIFY_WITH_TIMEOUT(points() >= before + 3, 120000);
        // Who watches makes room for the curves.
        auto *dock = window_->findChild<QDockWidget *>(QStringLiteral("trainingDock"));
        window_->resizeDocks({dock}, {520}, Qt::Vertical);
        QTRY_VERIFY_WITH_TIMEOUT(points() >= before + 20, 120000);
        shot("train-2-running");

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

        // Longer than was asked at first, and more slowly.
        const int64_t steps = run().summary().steps;
        press(the<TrainingPanel>(), "Resume");
        QTRY_VERIFY(training().goesOn() && !the<TrainingForm>().visibleRegion().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        QCOMPARE(training().request().train.epochs, 400);
        QVERIFY(field("Epochs")->isEnabled() && !field("Range limits")->isEnabled());
        enter("Epochs", 500);
        QTRY_VERIFY_WITH_TIMEOUT(training().data() && !training().planning(), 30000);
        shot("training-resume");
        press(the<TrainingForm>(), "Go on training");
        const size_t stopped = points();
        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Running && points() >= stopped + 3, 120000);
        QVERIFY(run().summary().steps > steps);
        QVERIFY(!the<MessageStrip>().text().contains(QStringLiteral("was stopped")));  // it goes on
        QVERIFY(!training().goesOn());
        press(the<TrainingPanel>(), "Stop");
        QTRY_VERIFY_WITH_TIMEOUT(state() == RunSummary::State::Stopped && !run().alive(), 60000);

        QTRY_VERIFY(saying<QPushButton>(the<TrainingPanel>(), QStringLiteral("Use")));
        press(the<TrainingPanel>(), "Use");
        QTRY_VERIFY(window_->findChild<ModelComparison *>());
        QSignalSpy compared(&training().trial(), &ModelTrial::ended);
        ModelComparison &comparison = the<ModelComparison>();
        QTRY_VERIFY_WITH_TIMEOUT(saying<QPushButton>(comparison, QStringLiteral("Use the new model")) &&
                                     saying<QPushButton>(comparison, QStringLiteral("Use the new model"))->isEnabled(),
                                 60000);
        QCOMPARE(compared.count(), 1);
        shot("train-3-comparison", &comparison);
        press(comparison, "Use the new model");
        QTRY_VERIFY_WITH_TIMEOUT(demo_->settled() && session_->model() &&
                                     session_->model()->info.classNames == std::vector<std::string>{"WBC"},
                                 60000);
        // White cells are what it was trained on, and what the model it began with knows by the same name.
        QVERIFY(session_->findings() && !session_->findings()->detections.empty());
        shot("training-used");

        // Whoever opens the folder again finds the run in it, and no image more than before.
        const fs::path trained = run().folder();
        session_->closeImages();
        QTRY_VERIFY(run().folder().empty());
        open({QString::fromStdString(trained.parent_path().parent_path().string())});
        QCOMPARE(session_->images().size(), size_t(4));
        QCOMPARE(session_->labels().set().boxCount(), size_t(4));
        QTRY_COMPARE(state(), RunSummary::State::Stopped);
        QCOMPARE(run().folder(), trained);
    }
};

QTEST_MAIN(TrainingWalk)
#include "tst_training_walk.moc"
