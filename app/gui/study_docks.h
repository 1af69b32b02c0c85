// SPDX-License-Identifier: GPL-3.0-or-later
// Whole data sets in the window: the panel of the assignment and that of scores against overlaps, introduced to the
// study and to the canvas, where an image opens at a box.
#pragma once

#include <QObject>

#include <optional>
#include <utility>

#include "app/session/study.h"

class QSettings;

namespace fcoscope {

class AssignmentPanel;
class Canvas;
class ScorePanel;

class StudyDocks : public QObject {
    Q_OBJECT
public:
    StudyDocks(Session &session, Lens &lens, Canvas &canvas, QSettings &settings, QWidget *parent);

    // To be put into docks, which own them.
    QWidget *assignment();
    QWidget *scores();
    /// Answered with limitsProposed().
    void proposeLimits();

Q_SIGNALS:
    void limitsProposed(const std::vector<double> &limits);
    void failed(const fcoscope::Failure &failure);

private:
    void connectPanels();
    void refresh();
    void openAt(const ImageId &image, const Box &box);
    void save();

    Session &session_;
    Canvas &canvas_;
    QSettings &settings_;
    Study study_;
    AssignmentPanel *assignment_;
    ScorePanel *scores_;
    ScoreOverlapPtr shownScores_;
    std::optional<std::pair<ImageId, Box>> awaited_;  ///< to be shown when its picture has come
};

}  // namespace fcoscope
