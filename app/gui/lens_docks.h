// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses' part of the window: makes their panels and introduces them to the lens, the study and the canvas. As in
// MainWindow each signal of the one side becomes a call of the other here, and nothing else happens here.
#pragma once

#include <QObject>

#include <QSettings>

#include <optional>

#include "app/gui/actions.h"
#include "app/session/lens.h"
#include "app/session/study.h"
#include "widgets/location_overlay.h"
#include "widgets/what_if_tool.h"

namespace fcoscope {

class AssignmentPanel;
class Canvas;
class DetectionTable;
class LayersPanel;
class LocationInspector;
class ReplayPanel;
class ScorePanel;
class WhatIfPanel;

class LensDocks : public QObject {
    Q_OBJECT
public:
    LensDocks(Session &session, Canvas &canvas, DetectionTable &table, Actions &actions, QSettings &settings,
              QWidget *parent);
    ~LensDocks() override;

    // To be put into docks, which own them.
    QWidget *layers();
    QWidget *inspector();
    QWidget *whatIf();
    QWidget *replay();
    QWidget *study();
    QWidget *scores();

    /// A panel can be seen now, or lies behind another one: what is over the picture belongs to those that are seen.
    void setSeen(QWidget *panel, bool seen);

    /// Nothing is being worked out for the current image.
    bool atRest() const { return !lens_.looking(); }
    LensFramePtr frame() const { return lens_.look() ? lens_.look()->frame : nullptr; }
    Lens &lens() { return lens_; }

Q_SIGNALS:
    void failed(const fcoscope::Failure &failure);
    /// What the heat maps say under the cursor; "" where nothing.
    void valuesChanged(const QString &values);

private:
    void connectLayers();
    void connectInspector();
    void connectWhatIf();
    void connectReplay();
    void connectStudy();
    void sessionChanged(const Change &change);
    void showFrame();
    void showFindings();
    void showStudy();
    void toggleLayer(LayerKind kind, bool visible);
    void showLevel(std::optional<double> stride);
    void updateLayerActions();
    void setDrawing(bool drawing);
    void refillTool();
    void saveStatistics(const AssignmentStatistics &statistics);
    void openAt(const ImageId &image, const Box &box);

    Session &session_;
    Lens lens_;
    Study study_;
    Canvas &canvas_;
    DetectionTable &table_;
    Actions &actions_;
    QSettings &settings_;

    LayersPanel *layers_;
    LocationInspector *inspector_;
    WhatIfPanel *whatIf_;
    ReplayPanel *replay_;
    AssignmentPanel *assignment_;
    ScorePanel *scores_;
    LocationOverlay locations_;
    WhatIfTool tool_;
    std::optional<std::pair<ImageId, Box>> awaited_;  ///< to be shown when its picture has come
    bool inspecting_ = false;  ///< the inspector can be seen: clicks pin
    ScoreOverlapPtr shownScores_;
};

}  // namespace fcoscope
