// SPDX-License-Identifier: GPL-3.0-or-later
// Sliders for how the picture is shown on the canvas, and the switch of the minimap.
#pragma once

#include <QWidget>

#include "widgets/picture_look.h"

class QCheckBox;
class QFormLayout;
class QLabel;
class QPushButton;
class QSlider;

namespace fcoscope {

class ViewAids : public QWidget {
    Q_OBJECT
public:
    explicit ViewAids(QWidget *parent = nullptr);

    PictureLook look() const;
    void setLook(const PictureLook &look);  ///< emits lookChanged if it is another one
    void setMinimapWanted(bool wanted);

public Q_SLOTS:
    void reset();  ///< the picture as it is

Q_SIGNALS:
    void lookChanged(const fcoscope::PictureLook &look);
    void minimapWantedChanged(bool wanted);

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *withNumber(QSlider *slider, QLabel *number);
    void take();
    void showNumbers();
    void retranslate();

    QFormLayout *form_;
    QSlider *brightness_, *contrast_, *gamma_;
    QLabel *brightnessNumber_, *contrastNumber_, *gammaNumber_, *note_;
    QCheckBox *inverted_, *minimap_;
    QPushButton *reset_;
    PictureLook told_;
    bool quiet_ = false;
};

}  // namespace fcoscope
