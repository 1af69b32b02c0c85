// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/grouped_tree.h"

#include <QTreeWidget>

#include <algorithm>

namespace fcoscope {

void filterGroups(QTreeWidget &tree, const QString &words, std::initializer_list<int> columns)
{
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int g = 0; g < tree.topLevelItemCount(); ++g) {
        QTreeWidgetItem *group = tree.topLevelItem(g);
        bool any = false;
        for (int i = 0; i < group->childCount(); ++i) {
            QTreeWidgetItem *item = group->child(i);
            QStringList texts{group->text(0), item->toolTip(0)};
            for (int column : columns)
                texts += item->text(column);
            const QString text = texts.join(QLatin1Char(' '));
            const bool meant = std::all_of(wanted.begin(), wanted.end(), [&](const QString &word) {
                return text.contains(word, Qt::CaseInsensitive);
            });
            item->setHidden(!meant);
            any = any || meant;
        }
        group->setHidden(!any);
    }
}

}  // namespace fcoscope
