// SPDX-License-Identifier: GPL-3.0-or-later
// What if the profile were another one? Every knob that the maps, the counts and the detections follow without running
// the network: input size, levels, assignment, scores, NMS, whose boxes are assigned. A combination that is none
// (ranges that do not fit the levels) is kept as it was typed and explained; the last valid one stays in force.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/rules/assigned_image.h"
#include "core/rules/what_if.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace fcoscope {

class CountTable;
class Fold;
class OptionForm;

class WhatIfPanel : public QWidget {
    Q_OBJECT
public:
    explicit WhatIfPanel(QWidget *parent = nullptr);
    ~WhatIfPanel() override;

    /// What "the model's" means and Reset goes back to; without a model it is the profile "fcoscope". A what-if that
    /// was this profile follows it. Emits nothing.
    void setModelProfile(const Profile &profile);
    const Profile &modelProfile() const { return modelProfile_; }
    /// Shows another what-if. Emits nothing. One that is in force already disturbs nothing that is being typed.
    void setWhatIf(const WhatIf &whatIf);
    /// The one in force: always valid.
    const WhatIf &whatIf() const { return valid_; }
    /// Why what is shown is not in force: a sentence, or "".
    QString problem() const;

    /// What the shown image comes to under the model's profile and under the what-if: best possible recall, positives,
    /// ambiguity and their difference. Either may be missing.
    void setCounts(const std::optional<AssignmentCounts> &model, const std::optional<AssignmentCounts> &whatIf);
    /// The answer to proposeLimitsRequested(): taken as if it had been typed. Empty: there are too few boxes, which is
    /// said.
    void takeLimits(const std::vector<double> &limits);
    /// "Restore labels" can be pressed.
    void setLabelsEdited(bool edited);
    /// The state of "Draw boxes". Emits nothing.
    void setDrawingBoxes(bool drawing);

public Q_SLOTS:
    void reset();

Q_SIGNALS:
    /// By a person's hand, live while sliding.
    void changed(const fcoscope::WhatIf &whatIf);
    void proposeLimitsRequested();
    void restoreLabelsRequested();
    void drawBoxesToggled(bool drawing);

protected:
    void changeEvent(QEvent *event) override;

private:
    struct Section {
        Fold *fold = nullptr;
        OptionForm *form = nullptr;
    };
    Section &addSection(QWidget *contents, const std::vector<std::string> &names);
    void makeHead(QWidget *head);
    void makeSections(QWidget *contents);
    void makeLevelBoxes();
    void switchLevel(size_t level, bool on);
    void findLevels();
    void edited();
    void adopt(const Profile &profile);
    void showAll();
    void showProfileName();
    void showProblem(const QString &problem);
    void updateButtons();
    void retranslate();

    Profile modelProfile_;
    WhatIf valid_;       ///< in force
    WhatIf draft_;       ///< what is shown: the forms write into it
    Profile allLevels_;  ///< the levels that boxes can be ticked for: draft_ lacks those that are not
    QComboBox *profile_;
    QLabel *profileLabel_, *problem_, *levelsLabel_;
    QPushButton *reset_, *propose_, *another_, *draw_, *restore_;
    CountTable *counts_;
    QGridLayout *levelBoxes_;
    std::vector<QCheckBox *> levels_;
    std::vector<Section> sections_;
    bool quiet_ = false;
};

}  // namespace fcoscope
