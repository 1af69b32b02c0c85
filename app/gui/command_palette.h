// SPDX-License-Identifier: GPL-3.0-or-later
// Every action by its words: a field to type into and the list of what is meant, best first; before anything is typed,
// those used last from here. Words are looked for in the language of the moment and in English, in any order, also in
// parts ("zo in") and by initials ("lp" for "Layers panel"). What is disabled stands there grey with the reason.
#pragma once

#include <QDialog>
#include <QSettings>

#include <vector>

#include "app/gui/actions.h"

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace fcoscope {

/// How well `query` means an action: above 0 if every word of it is found in what is said of the action.
struct Searched {
    QStringList names;   ///< what it is called, in every language that counts
    QStringList beside;  ///< its menus and its sentence: count less
};
int matchScore(const QString &query, const Searched &entry);

/// What an action waits for while it is disabled, in one sentence; "" if there is nothing to say.
QString whyDisabled(ActionId id);

class CommandPalette : public QDialog {
    Q_OBJECT
public:
    CommandPalette(Actions &actions, QSettings &settings, QWidget *window);

    /// Opens below the upper edge of the window, empty.
    void popUp();
    QList<ActionId> listed() const;  ///< best first

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fill();
    void retranslate();
    void run();
    QStringList recent() const;

    Actions &actions_;
    QSettings &settings_;
    QLineEdit *field_;
    QListView *list_;
    QStandardItemModel *model_;
};

}  // namespace fcoscope
