// SPDX-License-Identifier: GPL-3.0-or-later
// Training in the window: the form that prepares a run, the panel that watches one, pictures as augmentation makes them
// and the trial before a new model is used, introduced to the session's Training. As in MainWindow each signal of the
// one side becomes a call of the other here.
#pragma once

#include <QObject>
#include <QPointer>

#include <optional>

#include "app/gui/actions.h"
#include "app/session/training.h"
#include "core/runs/run_pictures.h"
#include "core/runs/step_pace.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"

class QDialog;

namespace fcoscope {

class MessageStrip;

class TrainingDocks : public QObject {
    Q_OBJECT
public:
    TrainingDocks(Session &session, Actions &actions, MessageStrip &strip, QWidget *window);
    ~TrainingDocks() override;

    // To be put into docks, which own them.
    QWidget *form();
    QWidget *panel();
    void setSeen(QWidget *panel, bool seen);
    void retranslate();

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
    void chooseStart(const QString &id);
    void prepareGoingOn();
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
    void followImage(bool follow);
    void readChosen();
    void lookWithTraining();
    void lookedElsewhere();
    static constexpr const char *lookTopic = "looking with training";
    void showCompared(const QStringList &names);
    void updateEnabled();
    /// Its folds follow from what the training starts from; where they are the same, nothing is made anew under the
    /// hand of whoever types there. `anew`: in another language.
    void rebuildForm(bool anew = false);
    static QString nameOfRun(const std::filesystem::path &run);
    /// A model of a run has the same file name as every other one.
    static QString modelWords(const std::filesystem::path &file);
    std::filesystem::path trains();

    Session &session_;
    Actions &actions_;
    MessageStrip &strip_;
    QWidget *window_;
    Training training_;
    TrainingForm *form_;
    TrainingPanel *panel_;
    std::vector<FormChoice> starts_;  ///< as the form shows them
    QString startShown_, imagesShown_;
    bool resuming_ = false, chosenNothing_ = false;
    int cudaDevices_ = 0;               ///< that the form offers
    std::optional<bool> networkShown_;  ///< whether the form has a fold for it; none: there is no form yet
    RunSummary offered_;                ///< the run that can go on, as it was when it was offered
    QPointer<QDialog> previewDialog_;
    QPointer<ModelComparison> comparison_;
    RunStarted started_;
    StepReport latest_;
    double memoryBytes_ = 0;
    StepPace pace_;
    RunSummary shown_;
    bool lived_ = false;  ///< when it was shown
    WorkThread thread_;
    Job<std::vector<TrainingCurves>> comparing_{thread_};
    WorkThread pictureThread_;
    Job<std::vector<TrainingPicture>> picturing_{pictureThread_};
    std::vector<std::string> chosen_;  ///< images that the followed run shows after each validation
    Job<std::vector<std::string>> choosing_{thread_};
    Job<std::filesystem::path> following_{thread_};
    bool looks_ = false;             ///< through a run's checkpoint, for a while
    ModelPtr looking_, lookedFrom_;  ///< that model, once it is loaded, and the one before
};

}  // namespace fcoscope
