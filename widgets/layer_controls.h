// SPDX-License-Identifier: GPL-3.0-or-later
// How one layer is shown: opacity, and what its kind leaves to choose of level, class, feature map, channel, colours.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/rules/layers.h"

class QComboBox;
class QFormLayout;
class QSlider;
class QSpinBox;

namespace fcoscope {

class LayerControls : public QWidget {
    Q_OBJECT
public:
    explicit LayerControls(QWidget *parent = nullptr);

    const Layer &layer() const { return layer_; }
    /// Setters emit nothing.
    void setLayer(const Layer &layer);
    void setLevels(const std::vector<double> &strides);
    void setClassNames(const std::vector<std::string> &names);
    /// Which feature maps there are to choose from, and how many channels each has (0: not known yet).
    struct Features {
        std::string name;
        int channels = 0;
        bool operator==(const Features &) const = default;
    };
    void setFeatures(const std::vector<Features> &features);

Q_SIGNALS:
    /// By a person's hand, live while sliding.
    void edited(const fcoscope::Layer &layer);

protected:
    void changeEvent(QEvent *event) override;

private:
    void build();
    void retranslate();
    void fillChoices();
    void showLayer();
    void take();

    Layer layer_;
    std::vector<double> strides_;
    std::vector<std::string> classNames_;
    std::vector<Features> features_;
    QFormLayout *form_;
    QSlider *opacity_;
    QComboBox *level_, *class_, *feature_, *colours_;
    QSpinBox *channel_;
    bool quiet_ = false;  ///< values are being shown, not changed by a person
};

}  // namespace fcoscope
