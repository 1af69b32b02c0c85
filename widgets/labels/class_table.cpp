// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/class_table.h"

#include <QDropEvent>
#include <QHeaderView>
#include <QLocale>
#include <QPainter>

namespace fcoscope {

QIcon colourSwatch(const QColor &colour)
{
    QPixmap pixmap(28, 28);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setPen(QPen(QColor(128, 128, 128), 1));
    painter.setBrush(colour);
    painter.drawRect(QRectF(0.5, 0.5, 13, 13));
    painter.end();
    QIcon swatch(pixmap);
    swatch.addPixmap(pixmap, QIcon::Selected);  // or the style would tint it
    return swatch;
}

ClassTable::ClassTable(QWidget *parent) : QTreeWidget(parent)
{
    setColumnCount(4);
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(SingleSelection);
    setEditTriggers(DoubleClicked | EditKeyPressed);
    setDragDropMode(InternalMove);
    setDropIndicatorShown(true);
    header()->setSectionsMovable(false);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    for (const Column column : {Digit, Boxes, Images})
        header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    connect(this, &QTreeWidget::itemChanged, this, &ClassTable::takeName);
    retranslate();
}

void ClassTable::setEditable(bool editable)
{
    editable_ = editable;
    setDragEnabled(editable);
    setEditTriggers(editable ? DoubleClicked | EditKeyPressed : EditTriggers(NoEditTriggers));
    retranslate();
}

const ClassRow *ClassTable::chosen() const
{
    const int row = indexOfTopLevelItem(currentItem());
    return row < 0 ? nullptr : &classes_[static_cast<size_t>(row)];
}

int ClassTable::rowOf(int64_t key) const
{
    for (size_t i = 0; i < classes_.size(); ++i)
        if (classes_[i].key == key)
            return static_cast<int>(i);
    return -1;
}

void ClassTable::choose(int row)
{
    if (row >= 0 && row < topLevelItemCount())
        setCurrentItem(topLevelItem(row));
}

void ClassTable::editName()
{
    if (currentItem() && editable_)
        editItem(currentItem(), Name);
}

void ClassTable::setClasses(const std::vector<ClassRow> &classes)
{
    if (classes == classes_)
        return;
    const int64_t before = chosen() ? chosen()->key : 0;
    const int rowBefore = indexOfTopLevelItem(currentItem());
    filling_ = true;
    classes_ = classes;
    while (topLevelItemCount() > static_cast<int>(classes_.size()))
        delete takeTopLevelItem(topLevelItemCount() - 1);
    while (topLevelItemCount() < static_cast<int>(classes_.size()))
        addTopLevelItem(new QTreeWidgetItem);
    for (int row = 0; row < topLevelItemCount(); ++row)
        fill(*topLevelItem(row), row);
    filling_ = false;
    const int row = rowOf(before);
    choose(row >= 0 ? row : std::clamp(rowBefore, 0, std::max(0, topLevelItemCount() - 1)));
}

void ClassTable::fill(QTreeWidgetItem &item, int row)
{
    const ClassRow &each = classes_[static_cast<size_t>(row)];
    const QLocale locale;
    const QString digit = row < 10 ? locale.toString((row + 1) % 10) : QString();
    item.setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable |
                  (editable_ ? Qt::ItemIsEditable | Qt::ItemIsDragEnabled : Qt::NoItemFlags));
    item.setText(Digit, digit);
    item.setTextAlignment(Digit, Qt::AlignCenter);
    item.setIcon(Name, colourSwatch(each.colour));
    item.setText(Name, each.name);
    item.setToolTip(Name, each.name);
    item.setText(Boxes, locale.toString(static_cast<qulonglong>(each.boxes)));
    item.setText(Images, locale.toString(static_cast<qulonglong>(each.images)));
    for (const Column column : {Boxes, Images})
        item.setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    item.setData(Digit, Qt::AccessibleTextRole, digit.isEmpty() ? tr("no number key") : tr("number key %1").arg(digit));
    item.setData(Boxes, Qt::AccessibleTextRole, tr("boxes: %1").arg(item.text(Boxes)));
    item.setData(Images, Qt::AccessibleTextRole, tr("images: %1").arg(item.text(Images)));
}

// Whether the name is taken is for others to say: until they have, the old one stands.
void ClassTable::takeName(QTreeWidgetItem *item, int column)
{
    const int row = indexOfTopLevelItem(item);
    if (filling_ || column != Name || row < 0)
        return;
    const ClassRow &each = classes_[static_cast<size_t>(row)];
    const int64_t key = each.key;
    const QString name = item->text(Name).trimmed(), before = each.name;
    filling_ = true;
    item->setText(Name, before);
    filling_ = false;
    if (!name.isEmpty() && name != before)
        Q_EMIT renamed(key, name);
}

void ClassTable::dropEvent(QDropEvent *event)
{
    const ClassRow *each = chosen();
    if ((event->source() && event->source() != this) || !each || !editable_)
        return;
    const QModelIndex at = indexAt(event->position().toPoint());
    const int from = rowOf(each->key);
    int to = at.isValid() ? at.row() : topLevelItemCount();
    if (at.isValid() && event->position().y() > visualRect(at).center().y())
        ++to;
    if (to > from)
        --to;
    event->setDropAction(Qt::IgnoreAction);  // nothing was taken out of the table
    event->accept();
    setState(NoState);
    if (to != from)
        Q_EMIT dragged(each->key, to);
}

void ClassTable::retranslate()
{
    setAccessibleName(tr("Classes"));
    setHeaderLabels({tr("Key"), tr("Name"), tr("Boxes"), tr("Images")});
    headerItem()->setToolTip(Digit, tr("The number key that gives this class"));
    headerItem()->setTextAlignment(Boxes, Qt::AlignRight | Qt::AlignVCenter);
    headerItem()->setTextAlignment(Images, Qt::AlignRight | Qt::AlignVCenter);
    filling_ = true;
    for (int row = 0; row < topLevelItemCount(); ++row)
        fill(*topLevelItem(row), row);
    filling_ = false;
}

}  // namespace fcoscope
