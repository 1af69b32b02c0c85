// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/class_ap_table.h"

#include <QEvent>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <cmath>

namespace fcoscope {
namespace {

constexpr int ValueRole = Qt::UserRole;
enum Column { Class, Ap, Difference, Columns };

/// The bar lies behind its number: from nothing to the whole width of the cell is 0 to 1.
class BarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const double value = index.data(ValueRole).toDouble();
        QStyleOptionViewItem cell = option;
        initStyleOption(&cell, index);
        QStyledItemDelegate::paint(painter, cell, index);
        if (!(value >= 0))
            return;
        const int number = option.fontMetrics.horizontalAdvance(cell.text) + 14;
        QRect bar = option.rect.adjusted(2, 4, -number, -4);
        if (bar.width() < 6)
            return;
        const bool selected = option.state & QStyle::State_Selected;
        painter->fillRect(bar,
                          option.palette.color(selected ? QPalette::Highlight : QPalette::AlternateBase).darker(108));
        bar.setWidth(static_cast<int>(std::lround(bar.width() * std::clamp(value, 0.0, 1.0))));
        painter->fillRect(bar, option.palette.color(selected ? QPalette::HighlightedText : QPalette::Highlight));
    }
};

double figureIn(const std::map<std::string, double> &figures, const std::string &name)
{
    const auto found = figures.find(name);
    return found == figures.end() ? std::nan("") : found->second;
}

}  // namespace

ClassApTable::ClassApTable(QWidget *parent) : QTableWidget(parent)
{
    setColumnCount(Columns);
    setItemDelegateForColumn(Ap, new BarDelegate(this));
    setSelectionBehavior(SelectRows);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setTextElideMode(Qt::ElideRight);
    horizontalHeader()->setSectionResizeMode(Class, QHeaderView::Interactive);
    horizontalHeader()->setSectionResizeMode(Ap, QHeaderView::Stretch);
    horizontalHeader()->setSectionResizeMode(Difference, QHeaderView::Interactive);
    fill();
}

void ClassApTable::setFigures(const std::vector<std::string> &classNames, const std::map<std::string, double> &now,
                              const std::map<std::string, double> &before)
{
    classNames_ = classNames;
    for (const auto &[name, figure] : now)
        if (std::find(classNames_.begin(), classNames_.end(), name) == classNames_.end())
            classNames_.push_back(name);
    now_ = now;
    before_ = before;
    fill();
}

void ClassApTable::fill()
{
    setAccessibleName(tr("AP of each class"));
    setHorizontalHeaderLabels({tr("Class"), tr("AP"), tr("Change")});
    horizontalHeaderItem(Difference)->setToolTip(tr("Since the validation before"));
    setRowCount(static_cast<int>(classNames_.size()));
    const auto cell = [this](int row, int column, const QString &text) {
        auto *item = new QTableWidgetItem(text);
        item->setToolTip(text);
        if (column != Class)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        setItem(row, column, item);
        return item;
    };
    for (int row = 0; row < rowCount(); ++row) {
        const std::string &name = classNames_[static_cast<size_t>(row)];
        const double now = figureIn(now_, name), before = figureIn(before_, name);
        cell(row, Class, QString::fromStdString(name));
        const QString figure = now >= 0  ? locale().toString(now, 'f', 3)
                               : now < 0 ? tr("no labels")
                                         : QStringLiteral("–");
        cell(row, Ap, figure)->setData(ValueRole, now >= 0 ? now : -1.0);
        QString change;
        if (now >= 0 && before >= 0) {
            const double by = now - before;
            change = std::abs(by) < 0.0005 ? QStringLiteral("=")
                                           : (by > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) +
                                                 locale().toString(std::abs(by), 'f', 3);
        }
        cell(row, Difference, change);
    }
    for (const auto &[column, most] : {std::pair<int, int>(Class, 140), {Difference, 80}}) {
        resizeColumnToContents(column);
        setColumnWidth(column, std::min(columnWidth(column), most));
    }
}

void ClassApTable::changeEvent(QEvent *event)
{
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        fill();
}

}  // namespace fcoscope
