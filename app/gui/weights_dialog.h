// SPDX-License-Identifier: GPL-3.0-or-later
// Get weights: what others have published, what of it is here, its terms, and fetching it. The work is the shelf's: a
// download goes on when the dialog is closed, and the window says when it has come.
#pragma once

#include <QDialog>

#include <filesystem>
#include <functional>
#include <string>

#include "app/session/weights_shelf.h"

class QAction;
class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTextBrowser;
class QTreeWidget;

namespace fcoscope {

class MessageStrip;
class Session;

class WeightsDialog : public QDialog {
    Q_OBJECT
public:
    explicit WeightsDialog(WeightsShelf &shelf, QWidget *parent = nullptr);

    const PublishedWeights *selected() const { return selected_; }
    void select(const PublishedWeights &entry);

Q_SIGNALS:
    void useRequested(const std::filesystem::path &model);

protected:
    void changeEvent(QEvent *event) override;

private:
    void makeParts();
    void makeLayout();
    void fill();
    void filter(const QString &words);
    void showSelected();
    void showDetails();
    void showState();
    void showProgress();
    void showFailure(const PublishedWeights *entry, const Message &reason);
    void retranslate();

    WeightsShelf &shelf_;
    const PublishedWeights *selected_ = nullptr;
    QString shownDetails_;
    Message failure_;
    const PublishedWeights *failed_ = nullptr;  ///< what failure_ is about

    QLineEdit *filter_;
    QTreeWidget *list_;
    QTextBrowser *details_;
    QCheckBox *accept_;
    QLabel *hint_, *status_;
    QProgressBar *bar_;
    QPushButton *get_, *stop_, *use_, *close_;
};

/// Opens the dialog, or raises the one that is open.
WeightsDialog *showWeights(QWidget *parent, Session &session);

/// Makes `action` open the dialog. While none is open, `strip` tells what became of a download and offers to use it.
void connectWeights(QAction &action, QWidget *window, Session &session, MessageStrip &strip);

}  // namespace fcoscope
