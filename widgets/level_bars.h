// SPDX-License-Identifier: GPL-3.0-or-later
// Positives of each level as bars, with their number and share: which levels do the work on this data.
#pragma once

#include <QWidget>

#include "widgets/assignment_models.h"

namespace fcoscope {

class LevelBars : public QWidget {
    Q_OBJECT
public:
    explicit LevelBars(QWidget *parent = nullptr);

    void setStatistics(AssignmentStatisticsPtr statistics);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool event(QEvent *event) override;

private:
    int rowHeight() const;
    QRect barOf(int level) const;
    QString shareOf(const LevelStatistics &level) const;
    int shareWidth() const;
    void describe();

    AssignmentStatisticsPtr statistics_;
};

}  // namespace fcoscope
