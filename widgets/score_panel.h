// SPDX-License-Identifier: GPL-3.0-or-later
// The score plot as a panel: begin and stop, how far it is, the plot.
#pragma once

#include <QWidget>

#include "widgets/plot/score_plot.h"

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace fcoscope {

class ScorePanel : public QWidget {
    Q_OBJECT
public:
    explicit ScorePanel(QWidget *parent = nullptr);

    /// Whether there is a model and a data set with labels to hold it against.
    void setReady(bool ready);
    void setRunning(bool running);
    void setProgress(double done);
    void setScores(ScoreOverlap scores, std::vector<std::string> classNames, bool roots);
    ScorePlot &plot() { return *plot_; }

Q_SIGNALS:
    void startRequested();
    void stopRequested();
    /// The plot as it is seen now is to be written to a file.
    void exportRequested();
    /// A person clicked on a point of plot().data().
    void pointActivated(int point);

protected:
    void changeEvent(QEvent *event) override;

private:
    void refresh();
    void retranslate();

    bool ready_ = false, running_ = false;
    QPushButton *start_, *export_;
    QProgressBar *progress_;
    QCheckBox *roots_;
    QLabel *words_;
    ScorePlot *plot_;
};

}  // namespace fcoscope
