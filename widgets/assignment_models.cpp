// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/assignment_models.h"

#include <QLocale>

#include "core/eval/assignment_report.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

/// A verdict as one short phrase, so that equal ones stand together when sorted.
QString shortReason(Verdict verdict)
{
    switch (verdict) {
    case Verdict::NoArea:
        return UnlearnableModel::tr("No area");
    case Verdict::OutsideBox:
        return UnlearnableModel::tr("No location inside");
    case Verdict::OutsideCenterRegion:
        return UnlearnableModel::tr("None in its centre region");
    case Verdict::OutsideRange:
        return UnlearnableModel::tr("Outside every regression range");
    case Verdict::LostToSmaller:
    case Verdict::Positive:
        break;
    }
    return UnlearnableModel::tr("Lost to smaller boxes");
}

QString shortRemedy(const UnlearnableBox &box)
{
    return box.remedies.empty() ? UnlearnableModel::tr("None found") : translated(box.remedies.front().words);
}

QString className(const AssignmentStatisticsPtr &statistics, int classIndex)
{
    return QString::fromStdString(classNameOf(*statistics, classIndex));
}

}  // namespace

QString explanationOf(const UnlearnableBox &box)
{
    QString text = translated(box.reason);
    for (const Message &words : box.remedyWords())
        text += QStringLiteral("\n→ ") + translated(words);
    return text;
}

// --- what both have in common

void AssignmentModel::setStatistics(AssignmentStatisticsPtr statistics)
{
    beginResetModel();
    statistics_ = std::move(statistics);
    endResetModel();
}

void AssignmentModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int AssignmentModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !statistics_ ? 0 : static_cast<int>(rows());
}

QVariant AssignmentModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto row = static_cast<size_t>(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case SortRole:
        return sortKey(row, index.column());
    case Qt::ToolTipRole:
        return toolTip(row, index.column());
    case Qt::TextAlignmentRole:
        return int((isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
        return {};
    }
}

QVariant AssignmentModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole)
        return header(section);
    if (role == Qt::TextAlignmentRole)
        return int((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

// --- boxes that no location can learn

size_t UnlearnableModel::rows() const
{
    return statistics()->unlearnable.size();
}

QString UnlearnableModel::text(size_t row, int column) const
{
    const UnlearnableBox &box = statistics()->unlearnable[row];
    const QLocale locale;
    switch (column) {
    case Image:
        return fileName(box.imageId);
    case Class:
        return className(statistics(), box.classIndex);
    case Width:
        return locale.toString(box.box.width(), 'f', 1);
    case Height:
        return locale.toString(box.box.height(), 'f', 1);
    case Reason:
        return shortReason(box.verdict);
    default:
        return shortRemedy(box);
    }
}

QVariant UnlearnableModel::sortKey(size_t row, int column) const
{
    const UnlearnableBox &box = statistics()->unlearnable[row];
    switch (column) {
    case Image:
        return static_cast<qulonglong>(row);  // the order of the data set
    case Width:
        return box.box.width();
    case Height:
        return box.box.height();
    default:
        return text(row, column);
    }
}

QString UnlearnableModel::header(int column) const
{
    switch (column) {
    case Image:
        return tr("Image");
    case Class:
        return tr("Class");
    case Width:
        return tr("Width");
    case Height:
        return tr("Height");
    case Reason:
        return tr("Reason");
    default:
        return tr("Remedy");
    }
}

QString UnlearnableModel::toolTip(size_t row, int column) const
{
    const UnlearnableBox &box = statistics()->unlearnable[row];
    return column == Image ? QString::fromStdString(box.imageId) : explanationOf(box);
}

// --- pairs of classes

size_t ClassPairModel::rows() const
{
    return statistics()->pairs.size();
}

QString ClassPairModel::text(size_t row, int column) const
{
    const ClassPair &pair = statistics()->pairs[row];
    const QLocale locale;
    switch (column) {
    case First:
        return className(statistics(), pair.first);
    case Second:
        return className(statistics(), pair.second);
    case Locations:
        return locale.toString(static_cast<qlonglong>(pair.locations));
    case LearnFirst:
        return locale.toString(static_cast<qlonglong>(pair.learnFirst));
    default:
        return pair.first == pair.second ? QString() : locale.toString(static_cast<qlonglong>(pair.learnSecond));
    }
}

QVariant ClassPairModel::sortKey(size_t row, int column) const
{
    const ClassPair &pair = statistics()->pairs[row];
    switch (column) {
    case Locations:
        return static_cast<qlonglong>(pair.locations);
    case LearnFirst:
        return static_cast<qlonglong>(pair.learnFirst);
    case LearnSecond:
        return static_cast<qlonglong>(pair.first == pair.second ? -1 : pair.learnSecond);
    default:
        return text(row, column);
    }
}

QString ClassPairModel::header(int column) const
{
    switch (column) {
    case First:
        return tr("Class");
    case Second:
        return tr("and class");
    case Locations:
        return tr("Locations");
    case LearnFirst:
        return tr("learn the first");
    default:
        return tr("the second");
    }
}

QString ClassPairModel::toolTip(size_t row, int) const
{
    const ClassPair &pair = statistics()->pairs[row];
    return tr("Locations that a label of %1 and one of %2 claim; the smaller box is learnt.")
        .arg(className(statistics(), pair.first), className(statistics(), pair.second));
}

}  // namespace fcoscope
