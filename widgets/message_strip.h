// SPDX-License-Identifier: GPL-3.0-or-later
// The strip above the canvas for failures and notices. Several may wait: the newest is shown, failures and warnings
// before what is for information only; closing it uncovers the one before. Hidden when there is none. Screen readers
// are alerted to each new one.
#pragma once

#include <QFrame>
#include <QString>
#include <functional>
#include <vector>

#include "core/base/message.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace fcoscope {

class MessageStrip : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };

    struct Notice {
        Kind kind = Kind::Error;
        std::function<QString()> text;  ///< asked again when the language changes
        /// What the notice is about, an image or "model"; a new notice takes the place of the one with its topic.
        std::string topic;
        std::function<QString()> actionText;  ///< no button without it
        std::function<void()> action;         ///< the notice is closed after it was called
    };

    explicit MessageStrip(QWidget *parent = nullptr);

    void show(Notice notice);
    /// Shorthands; the Message is translated when shown and again when the language changes.
    void show(Kind kind, const Message &message, const std::string &topic = {});
    void show(Kind kind, const QString &text, const std::string &topic = {});
    using QFrame::show;

    int count() const { return static_cast<int>(notices_.size()); }
    QString text() const;  ///< of the one shown; "" if none
    Kind kind() const;     ///< of the one shown

public Q_SLOTS:
    void closeCurrent();
    void clear();
    /// Closes the notice about `topic`, if there is one.
    void clearTopic(const std::string &topic);

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void refresh();

    std::vector<Notice> notices_;  ///< the last is shown
    QLabel *icon_;
    QLabel *text_;
    QLabel *more_;
    QPushButton *action_;
    QToolButton *close_;
};

}  // namespace fcoscope
