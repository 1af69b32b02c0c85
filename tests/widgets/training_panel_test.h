// SPDX-License-Identifier: GPL-3.0-or-later
// The panel of a run with things to show, for its tests.
#pragma once

#include <QLabel>
#include <QPushButton>

#include <cmath>
#include <memory>
#include <random>

#include "widget_test.h"
#include "widgets/training/training_panel.h"

namespace fcoscope {

using State = TrainingStatus::State;

enum Plot { Loss, Parts, Rate, Speed, Ap, Positives };

inline TrainingStep stepAt(int step, double factor = 1)
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
inline std::vector<TrainingStep> steps(int from, int to, double factor = 1)
{
    std::vector<TrainingStep> made;
    for (int step = from; step <= to; ++step)
        made.push_back(stepAt(step, factor));
    return made;
}
inline TrainingValidation validationAt(int step, double ap)
{
    return {double(step),
            {{"AP", ap}, {"AP50", std::min(1.0, 1.6 * ap)}, {"AP75", 0.8 * ap}},
            {{"platelet", ap * 0.7}, {"red blood cell", ap * 1.1}, {"white blood cell", -1}},
            true};
}
inline TrainingStatus running()
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
inline TrainingPicture pictureOf(const QString &name, int step)
{
    QImage image(640, 480, QImage::Format_RGB32);
    image.fill(QColor(214, 190, 196));
    return {name,
            image,
            {{{80, 60, 160, 150}, "platelet", classColor(0), 0.93},
             {{330, 200, 220, 210}, "red blood cell", classColor(1), 0.81}},
            double(step)};
}

class PanelOfARun {
protected:
    std::unique_ptr<TrainingPanel> panel_;

    QPushButton *button(const char *name) const { return panel_->findChild<QPushButton *>(name); }
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
};

}  // namespace fcoscope
