// SPDX-License-Identifier: GPL-3.0-or-later
// Training in the window: the form that prepares a run, the panel that watches one, pictures as augmentation makes them
// and the trial before a new model is used, introduced to the session's Training. As in MainWindow each signal of the
// one side becomes a call of the other here.
#pragma once

#include <QObject>
#include <QPointer>

#include "app/gui/actions.h"
#include "app/session/training.h"
#include "core/runs/run_pictures.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_panel.h"

class QDialog;

namespace fcoscope {

class MessageStrip;
class TrainingForm;

class TrainingDocks : public QObject {
    Q_OBJECT
public:
    TrainingDocks(Session &session, Actions &actions, MessageStrip &strip, QWidget *window);
    ~TrainingDocks() override;

    // To be put into docks, which own them.
    QWidget *form();
    QWidget *panel();
    void setSeen(QWidget *panel, bool seen);

    /// True at once if nobody trains. Else asks whether the trainer goes on without the window; false: the window
    /// stays.
    bool mayClose();
    Training &training() { return training_; }

Q_SIGNALS:
    void failed(const fcoscope::Failure &failure);
    /// The form speaks of this image.
    void imageWanted(const fcoscope::ImageId &image);

private:
    void connectForm();
    void connectPanel();
    void connectActions();
    void showStarts();
    void showImages();
    void showPlan();
    void showFindings();
    void showRun();
    void showRuns();
    void took(const std::vector<RunEvent> &events, bool anew);
    void takeStarted(const RunStarted &started);
    void tellEnd(const RunSummary &before);
    void choose(const QString &images);
    void compare();
    void compared(const ModelsCompared &result);
    void preview();
    void showPictures(const std::string &name);
    void showCompared(const QStringList &names);
    void updateEnabled();
    void rebuildForm();
    QString nameOfRun(const std::filesystem::path &run) const;

    Session &session_;
    Actions &actions_;
    MessageStrip &strip_;
    QWidget *window_;
    Training training_;
    TrainingForm *form_;
    TrainingPanel *panel_;
    QPointer<QDialog> previewDialog_;
    QPointer<ModelComparison> comparison_;
    RunStarted started_;
    StepReport latest_;
    double memoryBytes_ = 0, secondsPerStep_ = 0, lastStepTime_ = 0;
    RunSummary shown_;
    WorkThread thread_;
    Job<std::vector<TrainingCurves>> comparing_{thread_};
    WorkThread pictureThread_;
    Job<std::vector<TrainingPicture>> picturing_{pictureThread_};
};

}  // namespace fcoscope
