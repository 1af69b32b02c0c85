// SPDX-License-Identifier: GPL-3.0-or-later
// Marks to tick in a table, with a line round them in the colour of the text: the style's own cannot be seen on a dark
// table.
#pragma once

#include <QStyledItemDelegate>

namespace fcoscope {

class MarkDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const override;
};

}  // namespace fcoscope
