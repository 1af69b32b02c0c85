// SPDX-License-Identifier: GPL-3.0-or-later
// The boxes that non-maximum suppression has let stay so far, as a table: ReplayPanel shows it.
#pragma once

#include <QAbstractTableModel>

#include "widgets/replay_overlay.h"

namespace fcoscope {

/// Those that have stayed after `step` candidates, and how many each of them has removed by then.
class SurvivorModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Class, Score, Removed, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;
    void setSource(const ReplaySource &source);
    void setStep(int step);
    int candidateAt(int row) const { return survivors_[static_cast<size_t>(row)].candidate; }
    int rowOf(int candidate) const;  ///< -1: it has not stayed, or not yet
    void retranslate();

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : rows_; }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    ReplaySource source_;
    std::vector<Survivor> survivors_;
    int step_ = 0, rows_ = 0;
};

}  // namespace fcoscope
