// SPDX-License-Identifier: GPL-3.0-or-later
// The detection table as a whole panel of the window: number of detections and choice of class above, the table below.
#pragma once

#include <QWidget>

#include "widgets/detection_table.h"

class QComboBox;
class QLabel;

namespace fcoscope {

/// The table under a line with the number of detections and a choice of class.
class DetectionPanel : public QWidget {
    Q_OBJECT
public:
    explicit DetectionPanel(QWidget *parent = nullptr);

    void setDetections(std::vector<Detection> detections, std::vector<std::string> classNames,
                       std::vector<LevelGrid> levels);
    DetectionTable &table() { return *table_; }

Q_SIGNALS:
    /// For Canvas::setClassFilter.
    void classFilterChanged(int classIndex);

protected:
    void changeEvent(QEvent *event) override;

private:
    void fillClasses();

    QComboBox *classes_;
    QLabel *count_;
    DetectionTable *table_;
};

}  // namespace fcoscope
