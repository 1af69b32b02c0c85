// SPDX-License-Identifier: GPL-3.0-or-later
// What a TrainingPanel is made of; for its own files.
#pragma once

#include <QTimer>

#include <array>
#include <deque>
#include <vector>

#include "widgets/training/class_ap_table.h"
#include "widgets/training/training_panel.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QToolButton;

namespace fcoscope {

struct TrainingPanel::Parts {
    TrainingStatus status;
    QString followed;  // its name
    std::vector<std::string> classNames;
    std::vector<int> strides;
    std::vector<QString> compared, runs;  // names
    std::vector<TrainingValidation> validations;

    QLabel *words = nullptr;
    QProgressBar *progress = nullptr;
    QPushButton *pause = nullptr, *stop = nullptr, *resume = nullptr, *use = nullptr;
    QLabel *runLabel = nullptr, *smoothLabel = nullptr, *partLabel = nullptr, *classTitle = nullptr;
    QComboBox *runChoice = nullptr, *smoothing = nullptr, *part = nullptr;
    QToolButton *compare = nullptr;
    QMenu *compareMenu = nullptr;
    QCheckBox *logarithmic = nullptr;
    QScrollArea *scroll = nullptr;

    CurvePlot *loss = nullptr, *rate = nullptr, *speed = nullptr, *ap = nullptr, *positives = nullptr;
    std::array<CurvePlot *, 3> partOfLevel{};  // class, box, centerness
    QStackedWidget *parts = nullptr;
    ClassApTable *table = nullptr;
    TrainingAlarms *alarms = nullptr;
    TrainingPictures *pictures = nullptr;

    /// Steps that wait to be taken into the curves: of the run that is followed (0) or of one that is compared.
    struct Waiting {
        size_t run = 0;
        std::vector<TrainingStep> steps;
        size_t taken = 0;
    };
    std::deque<Waiting> waiting;
    QTimer taking;

    std::vector<CurvePlot *> all() const
    {
        return {loss, partOfLevel[0], partOfLevel[1], partOfLevel[2], positives, rate, speed, ap};
    }
    void take(size_t run, const TrainingStep &step);
    void take(size_t run, const TrainingValidation &validation);
    /// Those that fit into the time; how many.
    size_t takeSome(size_t run, const std::vector<TrainingStep> &steps, size_t from, double budgetMs);
    void showTable();
};

}  // namespace fcoscope
