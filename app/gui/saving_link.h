// SPDX-License-Identifier: GPL-3.0-or-later
// How the labels are saved, for people: a word in the status line while all is well, a notice with "Try again" when it
// is not, and the question whose labels count where another program has changed a file.
#pragma once

#include <QObject>

#include "app/session/session.h"

class QWidget;

namespace fcoscope {

class MessageStrip;
class StatusLine;

class SavingLink : public QObject {
    Q_OBJECT
public:
    SavingLink(Session &session, MessageStrip &strip, StatusLine &status, QWidget *window);

    /// Everything is in the project and in the label files, or the person says that it may go. Waits for the latter
    /// with the window alive.
    bool mayClose();
    void retranslate() { show(); }

private:
    void show();
    void tellFailing();
    void tellReadOnly();
    void ask(Key image, const QString &file);
    bool writeLabelFiles();

    Session &session_;
    LabelDocument &document_;
    MessageStrip &strip_;
    StatusLine &status_;
    QWidget *window_;
    LabelDocument::Saving shown_;
    bool waiting_ = false;  ///< in writeLabelFiles()
};

}  // namespace fcoscope
