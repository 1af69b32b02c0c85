// SPDX-License-Identifier: GPL-3.0-or-later
// The panel that steers the layers over the canvas: which are visible, in what order, how the chosen one is painted;
// under them the legend of what is shown and what the assignment comes to. It knows no session: it is given layers and
// frames, and says what a person changed.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/rules/layers.h"

class QLabel;
class QListWidget;
class QListWidgetItem;
class QToolButton;

namespace fcoscope {

class AssignmentSummary;
class LayerControls;
class LegendView;

class LayersPanel : public QWidget {
    Q_OBJECT
public:
    explicit LayersPanel(QWidget *parent = nullptr);

    /// The lowest first, as they are painted; the list shows them the other way round. Begins with standardLayers().
    const std::vector<Layer> &layers() const { return layers_; }
    /// Setters emit nothing.
    void setLayers(std::vector<Layer> layers);
    /// What was made of the visible layers: their legend, what they lack, counts. Null: nothing.
    void setFrame(LensFramePtr frame);
    void setLevels(const std::vector<double> &strides);
    /// The model's classes, to choose from.
    void setClassNames(const std::vector<std::string> &names);
    /// The labels' classes, where they are called otherwise than the model's.
    void setLabelNames(const std::vector<std::string> &names);

Q_SIGNALS:
    /// By a person's hand, live while sliding.
    void changed(const std::vector<fcoscope::Layer> &layers);
    /// A person chose this label in the list of boxes (index into frame.assigned->labels).
    void labelActivated(int label);

protected:
    void changeEvent(QEvent *event) override;

private:
    void build();
    void retranslate();
    void fillList();
    void showItems();
    void showChosen();
    void showCheckBoxes();
    void takeCheck(QListWidgetItem *item);
    void takeOrder();
    void moveChosen(int rows);
    /// Index into layers_ of the chosen one, or -1.
    int chosen() const;
    QString whyNothing(const Layer &layer) const;

    std::vector<Layer> layers_;
    std::vector<std::string> classNames_, labelNames_;
    LensFramePtr frame_;
    QListWidget *list_;
    QToolButton *up_, *down_;
    QLabel *chosenTitle_;
    LayerControls *controls_;
    LegendView *legend_;
    AssignmentSummary *summary_;
    bool quiet_ = false;  ///< the list is being filled, not changed by a person
};

}  // namespace fcoscope
