// SPDX-License-Identifier: GPL-3.0-or-later
// Keys and gestures on one page: every key by menu, in the bindings and the language of the moment, and what the mouse
// does. To be seen in a window that Escape closes, or written as a PDF page for the wall.
#pragma once

#include <QDialog>

#include "app/gui/actions.h"

class QDialogButtonBox;
class QLabel;
class QPushButton;
class QTextBrowser;
class QTextDocument;

namespace fcoscope {

/// Fills `document` with the page, in columns of about equal length; `faint` is the colour of its lines.
void writeCheatSheet(QTextDocument &document, const Actions &actions, const QColor &faint);
/// As a PDF file: one page of A4, landscape. Answers why it could not be written, "" if it was.
QString saveCheatSheet(const Actions &actions, const QString &path);

class CheatSheet : public QDialog {
    Q_OBJECT
public:
    CheatSheet(const Actions &actions, QWidget *parent);
    void refresh();
    QString text() const;  ///< what is on the page, without its form

Q_SIGNALS:
    void customiseRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    void save();

    const Actions &actions_;
    QTextBrowser *page_;
    QLabel *failure_;
    QPushButton *save_, *customise_;
};

}  // namespace fcoscope
