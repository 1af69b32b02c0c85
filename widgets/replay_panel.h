// SPDX-License-Identifier: GPL-3.0-or-later
// Non-maximum suppression, one candidate at a time: which boxes stay, which go, and which better box took them away. A
// step judges one candidate; step 0 is the state before the first. Left and Right step, Home and End jump, Space plays.
#pragma once

#include <QWidget>

#include "widgets/replay_overlay.h"

class QLabel;
class QSlider;
class QTableView;
class QTimer;
class QToolButton;

namespace fcoscope {

class SurvivorModel;

class ReplayPanel : public QWidget {
    Q_OBJECT
public:
    explicit ReplayPanel(QWidget *parent = nullptr);

    /// Another trace. Of the same image (a threshold was moved): stays at the candidate that was looked at, or, where
    /// it is none any more, at its place; of another image: starts anew.
    void setTrace(const ReplaySource &source);
    int step() const { return step_; }  ///< candidates judged
    int steps() const;
    bool playing() const;
    QString sentence() const;
    /// To be put over the canvas while the panel is open.
    ReplayOverlay &overlay() { return overlay_; }

public Q_SLOTS:
    void setStep(int step);  ///< is held in 0 … steps()
    void togglePlaying();

Q_SIGNALS:
    /// The overlay would paint something else now.
    void overlayChanged();
    /// A row of the table was activated: index into the trace's detections.
    void detectionActivated(int detection);

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void makeTable();
    void showStep();
    void stop();
    void retranslate();
    bool handleKey(int key);
    QString nameOf(const TracedCandidate &candidate) const;
    QString placeOf(const TracedCandidate &candidate) const;
    QString sentenceOf(int step) const;

    ReplaySource source_;
    ReplayOverlay overlay_;
    int step_ = 0;
    bool quiet_ = false;
    QToolButton *first_, *back_, *play_, *forward_, *last_;
    QSlider *slider_;
    QLabel *sentence_;
    SurvivorModel *model_;
    QTableView *table_;
    QTimer *timer_;
};

}  // namespace fcoscope
