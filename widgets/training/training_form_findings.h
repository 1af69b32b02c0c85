// SPDX-License-Identifier: GPL-3.0-or-later
// What was found before a training starts, line by line, obstacles first. Each line has the sign and the word of its
// weight before it, and an arrow behind it where it leads to an image or an option: by a click or by Enter.
#pragma once

#include <QListWidget>

#include <vector>

#include "widgets/training/training_form.h"

namespace fcoscope {

class FindingList : public QListWidget {
    Q_OBJECT
public:
    explicit FindingList(QWidget *parent = nullptr);

    void setFindings(const std::vector<FormFinding> &findings);
    const std::vector<FormFinding> &findings() const { return findings_; }
    void retranslate();

Q_SIGNALS:
    void chosen(const fcoscope::FormFinding &finding);  ///< it leads somewhere

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void choose(int row);
    void fit();  ///< as high as its lines, up to a height at which it begins to scroll

    std::vector<FormFinding> findings_;
    int fitted_ = -1;  ///< the width that its height goes with
};

/// "Obstacle", "Warning", "Note".
QString weightWord(FormFinding::Weight weight);

}  // namespace fcoscope
