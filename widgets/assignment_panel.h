// SPDX-License-Identifier: GPL-3.0-or-later
// What a profile's assignment makes of the open data set: best possible recall, ambiguous samples of the pyramid
// against a single level P4, positives of each level, the boxes that no location can learn and the pairs of classes
// that claim the same locations. Starts and stops nothing itself: whoever listens to startRequested() runs
// assignmentStatistics() off this thread and brings back its progress and its answer.
#pragma once

#include <QWidget>

#include "core/base/run_context.h"
#include "widgets/assignment_models.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSortFilterProxyModel;
class QTabWidget;
class QTableView;

namespace fcoscope {

class LevelBars;

class AssignmentPanel : public QWidget {
    Q_OBJECT
public:
    explicit AssignmentPanel(QWidget *parent = nullptr);

    /// Whether a data set with labels is open: without one there is nothing to start, and the panel says so. Figures of
    /// an earlier one are taken away.
    void setDataAvailable(bool available);
    /// Work is on the way; the button now stops it. The figures of before stay until new ones come.
    void setProgress(const Progress &progress);
    /// The answer, or null for none yet. Ends the work, as the two below do.
    void setStatistics(AssignmentStatisticsPtr statistics);
    void setFailed(const Message &reason);
    void setStopped();

    const AssignmentStatisticsPtr &statistics() const { return boxes_->statistics(); }

Q_SIGNALS:
    void startRequested();
    void stopRequested();
    /// The figures shown are to be written to files (assignmentJson(), assignmentCsv() of core/eval make their texts).
    void exportRequested();
    /// Enter or a double click on a box that no location can learn: open its image and show the box (image
    /// coordinates).
    void boxActivated(const std::string &imageId, const fcoscope::Box &box);

protected:
    void changeEvent(QEvent *event) override;

private:
    enum class State { NoData, Ready, Running, Failed, Stopped };

    QWidget *makeHead();
    QWidget *makeSummary();
    QTableView *makeTable(AssignmentModel *model, int stretched);
    void enter(State state);
    void retranslate();
    void retranslateSummary();
    void fillSummary();
    void fitColumns();
    void showExplanation();

    State state_ = State::NoData;
    Progress progress_;
    Message failure_;
    UnlearnableModel *boxes_;
    ClassPairModel *pairs_;
    QPushButton *start_, *export_;
    QProgressBar *bar_;
    QLabel *status_, *heading_;
    QWidget *figures_ = nullptr;  ///< everything that needs statistics
    QLabel *rowNames_[3] = {}, *columnNames_[2] = {}, *values_[3][2] = {};
    QLabel *levelsTitle_, *explanation_;
    LevelBars *levels_;
    QTabWidget *tabs_;
    QTableView *boxTable_, *pairTable_;
};

}  // namespace fcoscope
