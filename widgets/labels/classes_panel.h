// SPDX-License-Identifier: GPL-3.0-or-later
// The classes of a project: add, rename, merge, delete, colour, order. It changes nothing and knows no label: every
// wish is a signal, and whoever owns the classes gives them back with setClasses(). What cannot be seen at a glance,
// merging and deleting, is first put into a sentence that whoever knows the labels was asked for, and then confirmed.
//
// Keys in the table: F2 renames, Delete asks to delete, Ctrl+Up and Ctrl+Down move, Insert goes to the new name.
#pragma once

#include <QWidget>

#include "widgets/labels/class_table.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QToolButton;

namespace fcoscope {

/// What is asked about before it is done.
struct ClassQuestion {
    enum class Kind { None, Merge, Delete };
    Kind kind = Kind::None;
    int64_t key = 0;
    int64_t into = 0;  ///< Merge: the class that is left
    bool operator==(const ClassQuestion &) const = default;
};

class ClassesPanel : public QWidget {
    Q_OBJECT
public:
    explicit ClassesPanel(QWidget *parent = nullptr);

    /// By rank: the first ten are those of the keys 1 … 9, 0.
    void setClasses(const std::vector<ClassRow> &classes);
    void setReadOnly(bool readOnly);
    int64_t current() const;  ///< 0: none
    void setCurrent(int64_t key);
    /// What `change` would touch, a whole sentence; nothing happens if something else is asked by now.
    void setPreview(const ClassQuestion &change, const QString &sentence);
    /// A sentence below the table, why a wish was not granted; "" takes it away.
    void setNotice(const QString &sentence);

Q_SIGNALS:
    void currentChanged(int64_t key);
    void addWanted(const QString &name);
    void renameWanted(int64_t key, const QString &name);
    void recolourWanted(int64_t key, const QColor &colour);  ///< invalid: the colour of its place again
    void moveWanted(int64_t key, int rank);                  ///< rank from 0, counted without the class itself
    void previewWanted(const fcoscope::ClassQuestion &change);
    void mergeWanted(int64_t key, int64_t into);
    void deleteWanted(int64_t key);

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *makeQuestion();
    void connectAll();
    void add();
    void move(int by);
    void ask(ClassQuestion::Kind kind);
    void askPreview();
    void closeQuestion();
    void confirm();
    void fillColours();
    void chooseOtherColour();
    void showState();
    void retranslate();
    bool refusesName(const QString &name, int64_t but);

    ClassTable *table_;
    QToolButton *up_, *down_, *rename_, *merge_, *delete_, *colour_;
    QMenu *colours_;
    QLineEdit *name_;
    QPushButton *add_, *yes_, *no_;
    QWidget *question_;
    QLabel *asked_, *preview_, *notice_;
    QComboBox *into_;
    ClassQuestion change_;  ///< that is being asked about
    bool readOnly_ = false;
};

}  // namespace fcoscope
