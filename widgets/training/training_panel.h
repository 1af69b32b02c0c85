// SPDX-License-Identifier: GPL-3.0-or-later
// A run as it is watched: what it does in one line, its buttons, curves, AP by class, alarms, and pictures with what
// the model finds in them by now. Knows no run folder: it is told values and emits what was pressed.
#pragma once

#include <QString>
#include <QWidget>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "widgets/plot/curve_plot.h"
#include "widgets/training/training_alarms.h"
#include "widgets/training/training_pictures.h"

class QVBoxLayout;

namespace fcoscope {

struct TrainingStatus {
    enum class State { None, Starting, Running, Pausing, Paused, Stopping, Done, Stopped, Failed, Interrupted };
    State state = State::None;
    int64_t step = 0, steps = 0;
    int64_t epoch = 0, epochs = 0;  ///< 1-based
    double imagesPerSecond = 0, secondsLeft = -1, memoryBytes = 0, learningRate = 0, waitShare = 0;
    double bestAp = -1;
    bool hasModel = false;  ///< there are weights of it that could be used
    QString device, words;  ///< words: why it failed or stopped, or ""
};

/// One step, as curves take it. Levels finest first; names come with setRun().
struct TrainingStep {
    struct Level {
        double positives = 0, classLoss = 0, boxLoss = 0, centernessLoss = 0;
    };
    double step = 0, classLoss = 0, boxLoss = 0, centernessLoss = 0, learningRate = 0, gradientNorm = 0;
    double positives = 0, imagesPerSecond = 0, memoryBytes = 0;
    std::vector<Level> levels;
};
struct TrainingValidation {
    double step = 0;
    std::map<std::string, double> figures;  ///< AP, AP50, …; −1: nothing to measure
    std::map<std::string, double> classAp;
    bool best = false;
};
/// Another run whose curves lie under the followed one's.
struct TrainingCurves {
    QString name;
    std::vector<TrainingStep> steps;
    std::vector<TrainingValidation> validations;
};

class TrainingPanel : public QWidget {
    Q_OBJECT
public:
    explicit TrainingPanel(QWidget *parent = nullptr);
    ~TrainingPanel() override;

    /// Another run, or the same read anew: everything that was shown is gone.
    void setRun(const QString &name, const std::vector<std::string> &classNames, const std::vector<int> &strides);
    void setStatus(const TrainingStatus &status);
    /// Many at once are taken in by and by, so that the window stays alive; busy() says whether some wait.
    void addSteps(std::vector<TrainingStep> steps);
    void addValidation(const TrainingValidation &validation) { addValidations({validation}); }
    void addValidations(const std::vector<TrainingValidation> &validations);
    void addAlarm(const TrainingAlarm &alarm);
    void cut(double step);  ///< the run went on from an earlier step: what lies past it did not happen
    void setCompared(std::vector<TrainingCurves> runs);
    void setRuns(const std::vector<QString> &names, const QString &current);  ///< that can be chosen and compared

    /// What the model finds in chosen pictures by now; none: their place is not shown.
    void setPictures(const std::vector<TrainingPicture> &pictures);
    bool busy() const;

    /// The plots, for tests and screenshots: "loss", "parts by level", "rate", "speed", "AP", "positives".
    std::vector<CurvePlot *> plots() const;

Q_SIGNALS:
    void pauseWanted();
    void goOnWanted();
    void stopWanted();
    void resumeWanted();  ///< of a run that is not running, perhaps with other settings
    void useWanted();     ///< its model in place of the one that is loaded
    void runChosen(const QString &name);
    void comparedChosen(const QStringList &names);
    void pictureWanted(const QString &name);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;

    void makeHead(QVBoxLayout &column);
    void makeChoices(QVBoxLayout &column);
    void makeBody(QVBoxLayout &column);
    void makeCompareMenu();
    void retranslate();
    void nameLines();
    void showStatus();
    void takeMore();
    QString statusWords() const;
};

}  // namespace fcoscope
