// SPDX-License-Identifier: GPL-3.0-or-later
// What an image's assignment comes to: how many labels are learnt, positives of each level, ambiguous samples, and box
// by box how many locations learn it and how many it loses.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/rules/layers.h"

class QLabel;
class QTreeWidget;

namespace fcoscope {

class AssignmentSummary : public QWidget {
    Q_OBJECT
public:
    explicit AssignmentSummary(QWidget *parent = nullptr);
    /// Null, or a frame without labels: nothing is shown.
    void setFrame(LensFramePtr frame);
    void setClassNames(const std::vector<std::string> &names);

Q_SIGNALS:
    /// A person chose this label (index into frame.assigned->labels).
    void labelActivated(int label);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void refresh();
    void fillBoxes();
    QString countsText() const;

    LensFramePtr frame_;
    std::vector<std::string> classNames_;
    QLabel *counts_, *more_;
    QTreeWidget *boxes_;
    bool stale_ = false;  ///< the frame came while nothing was to be seen
};

}  // namespace fcoscope
