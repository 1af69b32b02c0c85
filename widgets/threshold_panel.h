// SPDX-License-Identifier: GPL-3.0-or-later
// Sliders for what turns raw outputs into detections: score threshold, NMS overlap, numbers of boxes. Moving one never
// runs the network; whoever listens to changed() decodes again.
#pragma once

#include <QWidget>

#include "core/rules/profile.h"

class QPushButton;

namespace fcoscope {

class OptionForm;

class ThresholdPanel : public QWidget {
    Q_OBJECT
public:
    explicit ThresholdPanel(QWidget *parent = nullptr);

    const DecodeOptions &options() const { return options_; }
    /// The values of the loaded model's profile: shown, and what "Reset" goes back to. Emits nothing.
    void setProfile(const DecodeOptions &profile);
    /// Shows other values than the profile's. Emits nothing.
    void setOptions(const DecodeOptions &options);

public Q_SLOTS:
    void resetToProfile();

Q_SIGNALS:
    /// By a person's hand, live while dragging.
    void changed(const fcoscope::DecodeOptions &options);

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    void updateReset();

    DecodeOptions options_, profile_;
    OptionForm *form_;
    QPushButton *reset_;
};

}  // namespace fcoscope
