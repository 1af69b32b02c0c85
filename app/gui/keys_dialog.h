// SPDX-License-Identifier: GPL-3.0-or-later
// Customise keys: every action with its keys, to be searched and changed. A key is given by pressing it; when it is
// another action's, that action is named and asked to give it up. What is changed holds at once and is remembered.
#pragma once

#include <QDialog>
#include <QPushButton>

#include <functional>

#include "app/gui/key_bindings.h"

class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace fcoscope {

class MessageStrip;

/// A button that waits for a key: click it, or press Space on it, then press the key. Escape, Tab or going elsewhere
/// gives up, so that nobody who uses the keyboard alone is caught in it.
class KeyRecorder : public QPushButton {
    Q_OBJECT
public:
    explicit KeyRecorder(QWidget *parent = nullptr);
    bool recording() const { return isChecked(); }
    void setWords(const QString &idle);

Q_SIGNALS:
    void recorded(const QKeySequence &key);

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void showState();
    QString idle_;
};

class KeysDialog : public QDialog {
    Q_OBJECT
public:
    KeysDialog(KeyBindings &bindings, Actions &actions, QWidget *parent = nullptr);

    std::optional<ActionId> selected() const;
    void select(ActionId id);

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeParts();
    void makeLayout();
    void fill();
    void filter(const QString &words);
    void showKeys();
    void askToResetAll();
    void showSelected();
    void recorded(const QKeySequence &key, bool add);
    void give(const QKeySequence &key, bool add);
    /// Below the list, with a button if there is something to decide.
    void say(const QString &sentence, const QString &button = {}, std::function<void()> decide = {});
    void retranslate();

    KeyBindings &bindings_;
    Actions &actions_;
    QLineEdit *filter_;
    QTreeWidget *tree_;
    QLabel *name_, *note_;
    KeyRecorder *set_, *add_;
    QPushButton *clear_, *reset_, *resetAll_, *decide_;
    QDialogButtonBox *close_;
    std::function<void()> decision_;
};

/// Everything about keys in one call: reads the bindings, complains of broken ones in `strip`, and connects the actions
/// CustomiseKeys, CommandPalette and CheatSheet. What it makes belongs to `window`.
KeyBindings &connectKeys(Actions &actions, QWidget *window, QSettings &settings, MessageStrip &strip);

}  // namespace fcoscope
