// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/survivor_model.h"

#include <QLocale>
#include <algorithm>

#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

void SurvivorModel::setSource(const ReplaySource &source)
{
    beginResetModel();
    source_ = source;
    survivors_ = source.trace ? survivorsOf(*source.trace) : std::vector<Survivor>();
    step_ = rows_ = 0;
    endResetModel();
}

void SurvivorModel::setStep(int step)
{
    const auto end = std::partition_point(survivors_.begin(), survivors_.end(),
                                          [step](const Survivor &s) { return s.candidate < step; });
    const int rows = static_cast<int>(end - survivors_.begin());
    step_ = step;
    if (rows > rows_) {
        beginInsertRows({}, rows_, rows - 1);
        rows_ = rows;
        endInsertRows();
    } else if (rows < rows_) {
        beginRemoveRows({}, rows, rows_ - 1);
        rows_ = rows;
        endRemoveRows();
    }
    if (rows_ > 0)
        Q_EMIT dataChanged(index(0, Removed), index(rows_ - 1, Removed));
}

int SurvivorModel::rowOf(int candidate) const
{
    for (int row = 0; row < rows_; ++row)
        if (candidateAt(row) == candidate)
            return row;
    return -1;
}

QVariant SurvivorModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Survivor &survivor = survivors_[static_cast<size_t>(index.row())];
    const ScoredPair &pair = source_.trace->candidates[static_cast<size_t>(survivor.candidate)].pair;
    if (role == Qt::DecorationRole && index.column() == Class)
        return classSwatch(classColor(pair.classIndex), 2);
    if (role == Qt::TextAlignmentRole)
        return int((index.column() == Class ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Class:
        return classNameIn(source_.classNames, pair.classIndex);
    case Score:
        return QLocale().toString(pair.score, 'f', 3);
    case Removed:
        return QLocale().toString(static_cast<int>(
            std::lower_bound(survivor.removed.begin(), survivor.removed.end(), step_) - survivor.removed.begin()));
    }
    return {};
}

QVariant SurvivorModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Class ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool full = role == Qt::ToolTipRole;
    switch (section) {
    case Class:
        return full ? tr("Class of a box that stays") : tr("Stays");
    case Score:
        return full ? tr("Score by which candidates are looked at in turn") : tr("Score");
    case Removed:
        return full ? tr("How many candidates it has removed so far") : tr("Removed");
    }
    return {};
}

void SurvivorModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (rows_ > 0)
        Q_EMIT dataChanged(index(0, 0), index(rows_ - 1, ColumnCount - 1));
}

}  // namespace fcoscope
