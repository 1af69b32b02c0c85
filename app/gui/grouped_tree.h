// SPDX-License-Identifier: GPL-3.0-or-later
// A list in groups, as dialogs show many things of few kinds: rows below headings, and a field that filters them.
#pragma once

#include <QString>

#include <initializer_list>

class QTreeWidget;

namespace fcoscope {

/// Leaves the rows that have every word of `words`, in whatever case, in their heading, in one of `columns` or in the
/// first one's tip; and the headings of these rows.
void filterGroups(QTreeWidget &tree, const QString &words, std::initializer_list<int> columns);

}  // namespace fcoscope
