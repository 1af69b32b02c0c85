// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the labels panel: columns, selection, keys.
#include <QHeaderView>
#include <QTableView>

#include <algorithm>

#include "widgets/labels/labels_model.h"
#include "widgets/labels/labels_panel.h"
#include "widgets/labels/mark_delegate.h"

namespace fcoscope {

void LabelsPanel::makeTable()
{
    table_->setModel(model_);
    table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    table_->horizontalHeader()->setSortIndicatorClearable(true);  // a third click: as they were given
    table_->setSortingEnabled(true);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);  // Tab leaves the table
    table_->setFrameShape(QFrame::NoFrame);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setIconSize({12, 12});
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setMinimumSectionSize(28);
    table_->horizontalHeader()->setFixedHeight(fontMetrics().height() + 10);
    table_->installEventFilter(this);
    auto *marks = new MarkDelegate(table_);
    for (int column = LabelsModel::Difficult; column < LabelsModel::ColumnCount; ++column)
        table_->setItemDelegateForColumn(column, marks);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LabelsPanel::selectedByHand);
    connect(model_, &LabelsModel::modelAboutToBeReset, this, [this] { quiet_ = true; });
    connect(model_, &LabelsModel::modelReset, this, [this] { restoreSelection(); });
    connect(model_, &LabelsModel::boxEdited, this, [this](int64_t key, const Box &box) {
        say({});
        Q_EMIT boxEdited(key, box);
    });
    connect(model_, &LabelsModel::toggled, this, &LabelsPanel::toggled);
    connect(model_, &LabelsModel::refused, this, &LabelsPanel::say);
    connect(table_, &QTableView::doubleClicked, this, [this](const QModelIndex &at) {
        if (!model_->flags(at).testFlag(Qt::ItemIsEditable))
            Q_EMIT labelActivated(model_->boxAt(at.row()).key);
    });
}

void LabelsPanel::fitColumns()
{
    const QFontMetrics metrics(font());
    const auto wide = [&](const QString &text) { return metrics.horizontalAdvance(text) + 20; };
    int name = wide(QStringLiteral("platelets")) + 22;
    for (const CanvasClass &one : model_->classes())
        name = std::max(name, std::min(wide(one.name) + 22, 220));
    const int sortMark = 14;
    const QString number = QLocale().toString(std::max(1000, longest_) + 0.5, 'f', 1);
    const QString widest[] = {{}, number, number, number, number, "0.00", "   000", {}, {}, {}, {}};
    for (int c = 0; c < LabelsModel::ColumnCount; ++c) {
        const QString header = model_->headerData(c, Qt::Horizontal, Qt::DisplayRole).toString();
        table_->setColumnWidth(c, std::max(c == LabelsModel::Class ? name : wide(widest[c]), wide(header) + sortMark));
    }
}

// --- Selection

std::vector<int64_t> LabelsPanel::selection() const
{
    return selection_;
}

void LabelsPanel::select(const std::vector<int64_t> &keys)
{
    std::vector<int64_t> wanted = keys, there;
    std::sort(wanted.begin(), wanted.end());
    for (int row = 0; row < model_->rowCount(); ++row)
        there.push_back(model_->boxAt(row).key);
    std::vector<int64_t> known = keysAmong(wanted, std::move(there));
    if (known == selection_)
        return;
    refused_ = false;
    selection_ = std::move(known);
    restoreSelection();
    showSelection();
}

// The rows of selection_, in as few ranges as there are.
void LabelsPanel::restoreSelection()
{
    QItemSelection rows;
    int from = -1, first = -1;
    const int count = model_->rowCount();
    for (int row = 0; row <= count; ++row) {
        const bool on = row < count && std::binary_search(selection_.begin(), selection_.end(), model_->boxAt(row).key);
        if (on && from < 0)
            from = row;
        if (!on && from >= 0) {
            rows.append(
                QItemSelectionRange(model_->index(from, 0), model_->index(row - 1, LabelsModel::ColumnCount - 1)));
            first = first < 0 ? from : first;
            from = -1;
        }
    }
    quiet_ = true;
    if (selection_.size() == 1 && first >= 0) {
        const QModelIndex at = model_->index(first, std::max(0, table_->currentIndex().column()));
        table_->selectionModel()->setCurrentIndex(at, QItemSelectionModel::NoUpdate);
        table_->scrollTo(at);
    }
    table_->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
    quiet_ = false;
}

void LabelsPanel::selectedByHand()
{
    if (quiet_)
        return;
    std::vector<int64_t> keys;
    for (const QItemSelectionRange &range : table_->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            keys.push_back(model_->boxAt(row).key);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys == selection_)
        return;
    refused_ = false;
    selection_ = std::move(keys);
    showSelection();
    Q_EMIT selectionChanged(selection_);
}

// --- What a person does

void LabelsPanel::toggled(int64_t key, int column, bool on)
{
    const bool among = std::binary_search(selection_.begin(), selection_.end(), key);
    const std::vector<int64_t> keys = among ? selection_ : std::vector<int64_t>{key};
    switch (column) {
    case LabelsModel::Difficult:
        Q_EMIT flagToggled(keys, LabelFlag::Difficult, on);
        break;
    case LabelsModel::Crowd:
        Q_EMIT flagToggled(keys, LabelFlag::Crowd, on);
        break;
    case LabelsModel::Locked:
        Q_EMIT flagToggled(keys, LabelFlag::Locked, on);
        break;
    case LabelsModel::Hidden:
        Q_EMIT hiddenToggled(keys, on);
        break;
    default:
        break;
    }
}

bool LabelsPanel::keyInTable(int key)
{
    const QModelIndex at = table_->currentIndex();
    if (!table_->hasFocus())  // what the editor of a number has no use for
        return false;
    if ((key == Qt::Key_Delete || key == Qt::Key_Backspace) && !selection_.empty() && !readOnly_)
        Q_EMIT deleteWanted(selection_);
    else if ((key != Qt::Key_Return && key != Qt::Key_Enter) || !at.isValid())
        return false;
    else if (model_->flags(at).testFlag(Qt::ItemIsEditable))
        table_->edit(at);
    else
        Q_EMIT labelActivated(model_->boxAt(at.row()).key);
    return true;
}

}  // namespace fcoscope
