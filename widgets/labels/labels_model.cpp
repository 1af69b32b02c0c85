// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/labels_model.h"

#include <QGuiApplication>
#include <QLocale>
#include <QPalette>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/detection_table.h"
#include "widgets/labels/box_gestures.h"
#include "widgets/labels/label_painter.h"
#include "widgets/theme.h"

namespace fcoscope {

LabelsModel::LabelsModel(QObject *parent) : QAbstractTableModel(parent) {}

// --- What there is

void LabelsModel::setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image)
{
    image_ = image;
    const bool sameRows = id == id_ && std::equal(boxes.begin(), boxes.end(), boxes_.begin(), boxes_.end(),
                                                  [](const auto &a, const auto &b) { return a.key == b.key; });
    if (!sameRows) {
        beginResetModel();
        id_ = id;
        boxes_ = std::move(boxes);
        arrange();
        endResetModel();
        return;
    }
    std::vector<char> changed(boxes.size(), 0);
    for (size_t i = 0; i < boxes.size(); ++i)
        changed[i] = !(boxes[i] == boxes_[i]);
    boxes_ = std::move(boxes);
    int first = -1, last = -1;
    for (size_t row = 0; row < rows_.size(); ++row)
        if (changed[rows_[row]]) {
            first = first < 0 ? static_cast<int>(row) : first;
            last = static_cast<int>(row);
        }
    if (first >= 0)  // a row keeps its place though its sorting column changed: what one works on does not run away
        Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
}

void LabelsModel::setClasses(std::vector<CanvasClass> classes)
{
    classes_ = std::move(classes);
    swatches_.clear();
    if (!boxes_.empty())
        Q_EMIT dataChanged(index(0, Class), index(rowCount() - 1, Class));
}

QString LabelsModel::className(int classIndex) const
{
    const auto at = static_cast<size_t>(classIndex);
    return classIndex >= 0 && at < classes_.size() ? classes_[at].name : QLocale().toString(classIndex);
}

const QPixmap &LabelsModel::swatch(int classIndex) const
{
    const auto at = static_cast<size_t>(std::clamp(classIndex, 0, 9999));
    if (at >= swatches_.size())
        swatches_.resize(at + 1);
    QPixmap &kept = swatches_[at];
    const double ratio = qApp->devicePixelRatio();
    if (kept.isNull() || kept.devicePixelRatio() != ratio)
        kept = classSwatch(labelColour(classIndex, classes_), ratio);
    return kept;
}

// --- Rows

void LabelsModel::arrange()
{
    rows_.resize(boxes_.size());
    std::iota(rows_.begin(), rows_.end(), size_t(0));
    if (sortColumn_ < 0)
        return;
    std::vector<double> values(boxes_.size());
    for (size_t i = 0; i < boxes_.size(); ++i) {
        values[i] = number(boxes_[i], sortColumn_);
        if (std::isnan(values[i]))
            values[i] = -std::numeric_limits<double>::infinity();
    }
    if (sortColumn_ == Class) {  // by name, each of which is compared once
        std::vector<std::pair<QString, int>> names;
        for (size_t i = 0; i < classes_.size(); ++i)
            names.emplace_back(classes_[i].name, static_cast<int>(i));
        std::sort(names.begin(), names.end(), [](const auto &a, const auto &b) {
            const int order = QString::localeAwareCompare(a.first, b.first);
            return order != 0 ? order < 0 : a.second < b.second;
        });
        std::vector<double> rank(classes_.size());
        for (size_t i = 0; i < names.size(); ++i)
            rank[static_cast<size_t>(names[i].second)] = static_cast<double>(i);
        for (size_t i = 0; i < boxes_.size(); ++i)
            if (values[i] >= 0 && values[i] < static_cast<double>(rank.size()))
                values[i] = rank[static_cast<size_t>(values[i])];
    }
    const bool up = sortOrder_ == Qt::AscendingOrder;
    std::stable_sort(rows_.begin(), rows_.end(),
                     [&](size_t a, size_t b) { return up ? values[a] < values[b] : values[a] > values[b]; });
}

void LabelsModel::sort(int column, Qt::SortOrder order)
{
    beginResetModel();
    sortColumn_ = column;
    sortOrder_ = order;
    arrange();
    endResetModel();
}

int LabelsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}
int LabelsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

bool LabelsModel::isOn(const CanvasBox &box, int column) const
{
    switch (column) {
    case Difficult:
        return box.label.difficult;
    case Crowd:
        return box.label.crowd;
    case Locked:
        return box.locked;
    case Hidden:
        return box.hidden;
    }
    return false;
}

double LabelsModel::number(const CanvasBox &box, int column) const
{
    switch (column) {
    case Class:
        return box.label.classIndex;
    case Left:
        return box.label.box.x1;
    case Top:
        return box.label.box.y1;
    case Width:
        return box.label.box.width();
    case Height:
        return box.label.box.height();
    case Score:
        return box.score ? static_cast<double>(*box.score) : -1.0;
    case Learnt:
        return box.unlearnable ? 0 : 1;
    default:
        return isOn(box, column);
    }
}

QString LabelsModel::text(const CanvasBox &box, int column) const
{
    switch (column) {
    case Class:
        return className(box.label.classIndex);
    case Left:
    case Top:
    case Width:
    case Height:
        return QLocale().toString(number(box, column), 'f', 1);
    case Score:
        return box.score ? QLocale().toString(*box.score, 'f', 2) : QString();
    case Learnt:
        return box.unlearnable ? tr("no", "no location learns it") : QString();
    }
    return {};
}

QVariant LabelsModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const CanvasBox &box = boxAt(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(box, column);
    case Qt::EditRole:
        return column >= Left && column <= Height ? QLocale().toString(number(box, column), 'f', 2) : QVariant();
    case Qt::CheckStateRole:
        return column >= Difficult ? QVariant(isOn(box, column) ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::DecorationRole:
        if (column == Learnt && box.unlearnable)
            return icon(QStringLiteral("warning"));
        return column == Class ? QVariant(swatch(box.label.classIndex)) : QVariant();
    case Qt::ForegroundRole:
        return box.hidden ? QVariant(QGuiApplication::palette().color(QPalette::Disabled, QPalette::Text)) : QVariant();
    case Qt::TextAlignmentRole:
        return int((column >= Left && column <= Score ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return column == Learnt && box.unlearnable ? tr("No location can learn this label.") : QVariant();
    case Qt::AccessibleTextRole:
        if (column == Learnt && box.unlearnable)
            return tr("No location can learn this label.");
        return headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString() + QStringLiteral(": ") +
               (column < Difficult  ? text(box, column)
                : isOn(box, column) ? tr("yes")
                                    : tr("no"));
    default:
        return {};
    }
}

QVariant LabelsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(QLocale().toString(section + 1)) : QVariant();
    if (role == Qt::TextAlignmentRole)
        return int((section >= Left && section <= Score ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool full = role == Qt::ToolTipRole;
    switch (section) {
    case Class:
        return full ? tr("Class of the object") : tr("Class");
    case Left:
        return full ? tr("Left side in image pixels") : tr("x", "left side");
    case Top:
        return full ? tr("Upper side in image pixels") : tr("y", "upper side");
    case Width:
        return full ? tr("Width in image pixels") : tr("w", "width");
    case Height:
        return full ? tr("Height in image pixels") : tr("h", "height");
    case Score:
        return full ? tr("Score of the detection it was accepted from") : tr("Score");
    case Learnt:
        return full ? tr("Whether a location can learn it") : tr("Learnt");
    case Difficult:
        return full ? tr("Difficult: kept apart in evaluation") : tr("Difficult");
    case Crowd:
        return full ? tr("A crowd of objects in one box: never trained on") : tr("Crowd");
    case Locked:
        return full ? tr("Locked: no gesture changes it") : tr("Locked");
    case Hidden:
        return full ? tr("Hidden: not shown over the picture") : tr("Hidden");
    }
    return {};
}

Qt::ItemFlags LabelsModel::flags(const QModelIndex &index) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    const int column = index.column();
    // Hiding is a matter of looking, not of labels.
    if (column >= Difficult && (!readOnly_ || column == Hidden))
        flags |= Qt::ItemIsUserCheckable;
    if (column >= Left && column <= Height && !readOnly_ && !boxAt(index.row()).locked)
        flags |= Qt::ItemIsEditable;
    return flags;
}

// --- What a person does

bool LabelsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || index.row() >= rowCount())
        return false;
    const CanvasBox &box = boxAt(index.row());
    if (role == Qt::CheckStateRole && flags(index).testFlag(Qt::ItemIsUserCheckable)) {
        const int64_t key = box.key;
        Q_EMIT toggled(key, index.column(), value.toInt() == Qt::Checked);
        return true;
    }
    if (role == Qt::EditRole && flags(index).testFlag(Qt::ItemIsEditable))
        return tryEdit(box, index.column(), value.toString());
    return false;
}

bool LabelsModel::tryEdit(const CanvasBox &box, int column, const QString &typed)
{
    const QString text = typed.trimmed();
    if (text == QLocale().toString(number(box, column), 'f', 2))
        return true;  // looked at and left as it is, to the last fraction
    bool understood = false;
    double value = QLocale().toDouble(text, &understood);
    if (!understood)
        value = QLocale::c().toDouble(text, &understood);
    Box next = box.label.box;
    switch (column) {
    case Left:
        next.x2 += value - next.x1;
        next.x1 = value;
        break;
    case Top:
        next.y2 += value - next.y1;
        next.y1 = value;
        break;
    case Width:
        next.x2 = next.x1 + value;
        break;
    default:
        next.y2 = next.y1 + value;
        break;
    }
    const double width = image_.width, height = image_.height;
    constexpr double rounding = 1e-6;
    if (!understood || !std::isfinite(value)) {
        Q_EMIT refused(tr("“%1” is no number.").arg(text));
        return false;
    }
    if (!canBeLabel(next)) {
        Q_EMIT refused(LabelTool::tooThinSentence());
        return false;
    }
    if (next.x1 < 0 || next.y1 < 0 || next.x2 > width + rounding || next.y2 > height + rounding) {
        Q_EMIT refused(tr("With %1 the label would reach beyond the image of %2 × %3 pixels.")
                           .arg(text, QLocale().toString(image_.width), QLocale().toString(image_.height)));
        return false;
    }
    const int64_t key = box.key;
    Q_EMIT boxEdited(key, clipped(next, width, height));
    return true;
}

void LabelsModel::retranslate()
{
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!boxes_.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

}  // namespace fcoscope
