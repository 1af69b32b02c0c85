// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses' part of the window: makes their panels and introduces them to the lens and the canvas. As in
// MainWindow each signal of the one side becomes a call of the other here, and nothing else happens here.
#pragma once

#include <QObject>

#include <optional>

#include "app/gui/actions.h"
#include "app/session/lens.h"
#include "widgets/location_overlay.h"
#include "widgets/what_if_tool.h"

namespace fcoscope {

class Canvas;
class DetectionTable;
class LayersPanel;
class LocationInspector;
class ReplayPanel;
class WhatIfPanel;

class LensDocks : public QObject {
    Q_OBJECT
public:
    LensDocks(Session &session, Canvas &canvas, DetectionTable &table, Actions &actions, QWidget *parent);
    ~LensDocks() override;

    // To be put into docks, which own them.
    QWidget *layers();
    QWidget *inspector();
    QWidget *whatIf();
    QWidget *replay();

    /// A panel can be seen now, or lies behind another one: what is over the picture belongs to those that are seen.
    void setSeen(QWidget *panel, bool seen);

    /// Nothing is being worked out for the current image.
    bool atRest() const { return !lens_.looking(); }
    LensFramePtr frame() const { return lens_.look() ? lens_.look()->frame : nullptr; }
    Lens &lens() { return lens_; }
    /// Regression ranges that were asked for with limitsWanted().
    void takeLimits(const std::vector<double> &limits);

Q_SIGNALS:
    void failed(const fcoscope::Failure &failure);
    void limitsWanted();
    /// What the heat maps say under the cursor; "" where nothing.
    void valuesChanged(const QString &values);

private:
    void connectLayers();
    void connectInspector();
    void connectWhatIf();
    void connectReplay();
    void sessionChanged(const Change &change);
    void showFrame();
    void showTrace();
    void toggleLayer(LayerKind kind, bool visible);
    void showLevel(std::optional<double> stride);
    void showLabel(int label);
    void updateLayerActions();
    void setDrawing(bool drawing);
    void refillTool();

    Session &session_;
    Lens lens_;
    Canvas &canvas_;
    DetectionTable &table_;
    Actions &actions_;

    LayersPanel *layers_;
    LocationInspector *inspector_;
    WhatIfPanel *whatIf_;
    ReplayPanel *replay_;
    LocationOverlay locations_;
    WhatIfTool tool_;
    bool inspecting_ = false;  ///< the inspector can be seen: clicks pin
};

}  // namespace fcoscope
