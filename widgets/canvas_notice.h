// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in the middle of a canvas without a picture: nothing is open, or the image cannot be shown.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace fcoscope {

class CanvasNotice : public QWidget {
    Q_OBJECT
public:
    explicit CanvasNotice(QWidget *parent = nullptr);

    /// `button` empty: none.
    void setContents(const QString &iconName, const QString &title, const QString &text, const QString &button);
    QString title() const;
    QString text() const;

Q_SIGNALS:
    void pressed();

protected:
    void changeEvent(QEvent *event) override;

private:
    void refreshIcon();

    QString iconName_;
    QLabel *icon_;
    QLabel *title_;
    QLabel *text_;
    QPushButton *button_;
};

}  // namespace fcoscope
