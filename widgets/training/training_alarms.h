// SPDX-License-Identifier: GPL-3.0-or-later
// What a person should know of a run, the newest first: lines that can be chosen and copied.
#pragma once

#include <QDateTime>
#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QListWidget;
class QToolButton;

namespace fcoscope {

struct TrainingAlarm {
    double step = 0;
    QString words;
    QDateTime at = {};  ///< when it was said; may be invalid: not known
};

class TrainingAlarms : public QWidget {
    Q_OBJECT
public:
    explicit TrainingAlarms(QWidget *parent = nullptr);

    void add(const TrainingAlarm &alarm);
    void clear();
    size_t count() const { return alarms_.size(); }
    /// The lines that are chosen, or all of them, as text.
    QString text() const;

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QString lineOf(const TrainingAlarm &alarm) const;
    void copy() const;
    void retranslate();
    void countThem();

    std::vector<TrainingAlarm> alarms_;  ///< oldest first
    QLabel *title_, *none_;
    QToolButton *copy_;
    QListWidget *list_;
};

}  // namespace fcoscope
