// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of AssignmentPanel: boxes that no location can learn, and pairs of classes at ambiguous locations.
#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/eval/assignment_statistics.h"

namespace fcoscope {

using AssignmentStatisticsPtr = std::shared_ptr<const AssignmentStatistics>;

/// What both have in common: the statistics, numbers to the right, sorting by SortRole.
class AssignmentModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { SortRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setStatistics(AssignmentStatisticsPtr statistics);
    const AssignmentStatisticsPtr &statistics() const { return statistics_; }
    /// The language has changed: headers and cells are written anew.
    void retranslate();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

protected:
    virtual size_t rows() const = 0;
    virtual QString text(size_t row, int column) const = 0;
    /// The number or the text by which a column is sorted.
    virtual QVariant sortKey(size_t row, int column) const = 0;
    virtual QString header(int column) const = 0;
    virtual QString toolTip(size_t row, int column) const = 0;
    virtual bool isNumber(int column) const = 0;

private:
    AssignmentStatisticsPtr statistics_;
};

/// One row for each of AssignmentStatistics::unlearnable, in that order.
class UnlearnableModel : public AssignmentModel {
    Q_OBJECT
public:
    enum Column { Image, Class, Reason, Width, Height, Remedy, ColumnCount };

    using AssignmentModel::AssignmentModel;
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }

protected:
    size_t rows() const override;
    QString text(size_t row, int column) const override;
    QVariant sortKey(size_t row, int column) const override;
    QString header(int column) const override;
    QString toolTip(size_t row, int column) const override;
    bool isNumber(int column) const override { return column == Width || column == Height; }
};

/// One row for each of AssignmentStatistics::pairs.
class ClassPairModel : public AssignmentModel {
    Q_OBJECT
public:
    enum Column { First, Second, Locations, LearnFirst, LearnSecond, ColumnCount };

    using AssignmentModel::AssignmentModel;
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : ColumnCount; }

protected:
    size_t rows() const override;
    QString text(size_t row, int column) const override;
    QVariant sortKey(size_t row, int column) const override;
    QString header(int column) const override;
    QString toolTip(size_t row, int column) const override;
    bool isNumber(int column) const override { return column >= Locations; }
};

/// The whole of a row of UnlearnableModel as a text for people: reason, then remedies.
QString explanationOf(const UnlearnableBox &box);

}  // namespace fcoscope
