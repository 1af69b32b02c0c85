// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a long panel under a heading that opens and closes it.
#pragma once

#include <QWidget>

class QToolButton;

namespace fcoscope {

class Fold : public QWidget {
    Q_OBJECT
public:
    /// Takes `body`, which is open at first.
    explicit Fold(QWidget *body, QWidget *parent = nullptr);

    void setTitle(const QString &title);
    bool isOpen() const;
    void setOpen(bool open);

private:
    QToolButton *heading_;
    QWidget *body_;
};

}  // namespace fcoscope
