// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/lens_docks.h"

#include <algorithm>
#include <array>

#include "widgets/canvas.h"
#include "widgets/detection_table.h"
#include "widgets/layers_panel.h"
#include "widgets/legend.h"
#include "widgets/location_inspector.h"
#include "widgets/replay_panel.h"
#include "widgets/theme.h"
#include "widgets/translate.h"
#include "widgets/what_if_panel.h"

namespace fcoscope {
namespace {

constexpr std::array layerActions = {
    std::pair{ActionId::LensLabels, LayerKind::Labels},
    std::pair{ActionId::LensAssignment, LayerKind::Assignment},
    std::pair{ActionId::LensAmbiguity, LayerKind::Ambiguity},
    std::pair{ActionId::LensCenternessTarget, LayerKind::CenternessTarget},
    std::pair{ActionId::LensCenternessPredicted, LayerKind::CenternessPredicted},
    std::pair{ActionId::LensClassProbability, LayerKind::ClassProbability},
    std::pair{ActionId::LensScore, LayerKind::Score},
    std::pair{ActionId::LensRegression, LayerKind::Regression},
    std::pair{ActionId::LensStrideGrid, LayerKind::StrideGrid},
};

constexpr std::array levelActions = {
    std::pair{ActionId::LevelP3, 8.0},  std::pair{ActionId::LevelP4, 16.0},  std::pair{ActionId::LevelP5, 32.0},
    std::pair{ActionId::LevelP6, 64.0}, std::pair{ActionId::LevelP7, 128.0},
};

}  // namespace

LensDocks::LensDocks(Session &session, Canvas &canvas, DetectionTable &table, Actions &actions, QWidget *parent)
    : QObject(parent), session_(session), lens_(session), canvas_(canvas), table_(table), actions_(actions),
      layers_(new LayersPanel(parent)), inspector_(new LocationInspector(parent)), whatIf_(new WhatIfPanel(parent)),
      replay_(new ReplayPanel(parent))
{
    canvas_.addOverlay(&locations_);
    connectLayers();
    connectInspector();
    connectWhatIf();
    connectReplay();
    connect(&session_, &Session::changed, this, &LensDocks::sessionChanged);
    connect(&lens_, &Lens::frameChanged, this, &LensDocks::showFrame);
    connect(&lens_, &Lens::failed, this, &LensDocks::failed);
    layers_->setLayers(lens_.layers());
    whatIf_->setModelProfile(lens_.ownProfile());
    whatIf_->setWhatIf(lens_.whatIf());
    updateLayerActions();
}

LensDocks::~LensDocks()
{
    canvas_.removeOverlay(&locations_);
    canvas_.removeOverlay(&replay_->overlay());
}

QWidget *LensDocks::layers()
{
    return layers_;
}

QWidget *LensDocks::inspector()
{
    return inspector_;
}

QWidget *LensDocks::whatIf()
{
    return whatIf_;
}

QWidget *LensDocks::replay()
{
    return replay_;
}

// --- Layers

void LensDocks::connectLayers()
{
    connect(layers_, &LayersPanel::changed, this, [this](const std::vector<Layer> &layers) {
        lens_.setLayers(layers);
        updateLayerActions();
    });
    connect(layers_, &LayersPanel::labelActivated, this, &LensDocks::showLabel);
    for (const auto &[action, kind] : layerActions)
        connect(&actions_[action], &QAction::triggered, this,
                [this, layer = kind](bool visible) { toggleLayer(layer, visible); });
    connect(&actions_[ActionId::LevelAll], &QAction::triggered, this, [this] { showLevel({}); });
    for (const auto &[action, stride] : levelActions)
        connect(&actions_[action], &QAction::triggered, this, [this, of = stride] { showLevel(of); });
    connect(&canvas_, &Canvas::hovered, this, [this](QPointF point, bool inside) {
        const LensFramePtr shown = frame();
        Q_EMIT valuesChanged(inside && shown
                                 ? describeValues(*shown, point).replace(QLatin1Char('\n'), QStringLiteral("   "))
                                 : QString());
    });
}

void LensDocks::toggleLayer(LayerKind kind, bool visible)
{
    std::vector<Layer> layers = lens_.layers();
    for (Layer &layer : layers)
        if (layer.kind == kind)
            layer.visible = visible;
    layers_->setLayers(layers);
    lens_.setLayers(layers);
}

/// Every layer shows the level of that stride alone, or all.
void LensDocks::showLevel(std::optional<double> stride)
{
    const std::vector<double> &strides = lens_.whatIf().profile.strides;
    int level = -1;
    if (stride) {
        const auto at = std::find(strides.begin(), strides.end(), *stride);
        if (at == strides.end())
            return updateLayerActions();
        level = static_cast<int>(at - strides.begin());
    }
    std::vector<Layer> layers = lens_.layers();
    for (Layer &layer : layers)
        layer.level = level;
    layers_->setLayers(layers);
    lens_.setLayers(layers);
    updateLayerActions();
}

void LensDocks::showLabel(int label)
{
    if (const LensFramePtr shown = frame(); shown && shown->assigned)
        canvas_.showBox(shown->assigned->labels.at(static_cast<size_t>(label)).box);
}

void LensDocks::updateLayerActions()
{
    const std::vector<Layer> &layers = lens_.layers();
    for (const Layer &layer : layers)
        if (layer.kind == LayerKind::Regression)
            locations_.setLevel(layer.visible ? layer.level : -1);
    for (const auto &[action, kind] : layerActions)
        actions_[action].setChecked(std::any_of(layers.begin(), layers.end(), [kind = kind](const Layer &layer) {
            return layer.kind == kind && layer.visible;
        }));
    const std::vector<double> &strides = lens_.whatIf().profile.strides;
    const int level = layers.empty() ? -1 : layers.front().level;
    const bool same =
        std::all_of(layers.begin(), layers.end(), [&](const Layer &layer) { return layer.level == level; });
    actions_[ActionId::LevelAll].setChecked(!same || level < 0);
    for (const auto &[action, stride] : levelActions) {
        const auto at = std::find(strides.begin(), strides.end(), stride);
        actions_[action].setEnabled(at != strides.end());
        if (same && level >= 0 && at - strides.begin() == level)
            actions_[action].setChecked(true);
    }
}

// --- The location inspector

void LensDocks::connectInspector()
{
    connect(&canvas_, &Canvas::hovered, this, [this](QPointF point, bool inside) {
        // Whoever draws looks at corners, not at locations.
        const bool drawing = actions_[ActionId::DrawBox].isChecked();
        inspector_->hover(inside && !drawing ? std::optional(point) : std::nullopt);
    });
    connect(&canvas_, &Canvas::clicked, this, [this](QPointF point) {
        if (inspecting_)
            inspector_->pin(point);
    });
    connect(inspector_, &LocationInspector::locationsChanged, this,
            [this](const std::vector<LocationRef> &hovered, const std::vector<LocationRef> &pinned) {
                locations_.setLocations(hovered, pinned);
                canvas_.update();
            });
    connect(inspector_, &LocationInspector::labelActivated, this, &LensDocks::showLabel);
    const auto choose = [this](int detection) {
        canvas_.select(detection);
        canvas_.ensureVisible(detection);
        table_.select(detection);
    };
    connect(inspector_, &LocationInspector::detectionActivated, this, choose);
    connect(replay_, &ReplayPanel::detectionActivated, this, choose);
    connect(&actions_[ActionId::CopyInspection], &QAction::triggered, inspector_, &LocationInspector::copyToClipboard);
    connect(&actions_[ActionId::ClearPins], &QAction::triggered, inspector_, &LocationInspector::clearPins);
}

// --- What if

void LensDocks::connectWhatIf()
{
    connect(whatIf_, &WhatIfPanel::changed, this, [this](const WhatIf &whatIf) {
        lens_.setWhatIf(whatIf);
        layers_->setLevels(whatIf.profile.strides);
        updateLayerActions();
    });
    connect(&lens_, &Lens::whatIfChanged, this, [this] {
        whatIf_->setModelProfile(lens_.ownProfile());
        whatIf_->setWhatIf(lens_.whatIf());
        layers_->setLevels(lens_.whatIf().profile.strides);
        updateLayerActions();
    });
    connect(whatIf_, &WhatIfPanel::proposeLimitsRequested, this, &LensDocks::limitsWanted);
    connect(whatIf_, &WhatIfPanel::drawBoxesToggled, this, &LensDocks::setDrawing);
    connect(&actions_[ActionId::DrawBoxes], &QAction::toggled, this, &LensDocks::setDrawing);
    connect(whatIf_, &WhatIfPanel::restoreLabelsRequested, this, &LensDocks::restoreWanted);
    connect(&actions_[ActionId::RestoreLabels], &QAction::triggered, this, &LensDocks::restoreWanted);
    setTried(false);
}

void LensDocks::setTried(bool tried)
{
    whatIf_->setLabelsEdited(tried);
    actions_[ActionId::RestoreLabels].setEnabled(tried);
}

void LensDocks::takeLimits(const std::vector<double> &limits)
{
    whatIf_->takeLimits(limits);
}

void LensDocks::setDrawing(bool drawing)
{
    whatIf_->setDrawingBoxes(drawing);
    actions_[ActionId::DrawBoxes].setChecked(drawing);
    updateLayerActions();
    Q_EMIT tryingChanged(drawing);
}

// --- NMS replay

void LensDocks::connectReplay()
{
    connect(replay_, &ReplayPanel::overlayChanged, &canvas_, qOverload<>(&QWidget::update));
}

void LensDocks::setSeen(QWidget *panel, bool seen)
{
    if (panel == inspector_)
        inspecting_ = seen;
    if (panel != replay_)
        return;
    canvas_.removeOverlay(&replay_->overlay());
    if (seen)
        canvas_.addOverlay(&replay_->overlay());
}

// --- From the session and the lens

void LensDocks::sessionChanged(const Change &change)
{
    if (change.has(Change::Model))
        layers_->setClassNames(lens_.classNames());
    if (change.has(Change::Current))
        setTried(false);
}

void LensDocks::showTrace()
{
    const LookPtr look = lens_.look();
    ReplaySource source;
    source.imageId = session_.current();
    if (look && look->trace) {
        const Findings &findings = *look->findings;
        source.trace = look->trace;
        source.classNames = look->classNames;
        source.levels = levelGrids(*findings.raw, findings.profile);
        source.rules = nmsRules(findings.profile, findings.profile.decode);
    }
    replay_->setTrace(source);
}

void LensDocks::showFrame()
{
    const LookPtr look = lens_.look();
    const LensFramePtr shown = frame();
    InspectorContext context;
    context.frame = shown;
    if (look) {
        context.labelNames = context.modelNames = look->classNames;
        canvas_.setLens(shown, look->classNames);
        layers_->setClassNames(look->classNames);
        whatIf_->setCounts(look->unchanged ? look->unchanged : shown->counts,
                           look->unchanged ? std::optional(shown->counts) : std::nullopt);
    }
    if (look && look->trace) {
        context.trace = look->trace;
        context.options = look->findings->profile.decode;
        context.modelProfile = look->findings->profile;
    }
    showTrace();
    layers_->setFrame(shown);
    LensStyle style;
    style.font = canvas_.font();
    style.classNames = look ? look->classNames : std::vector<std::string>();
    style.dark = isDark(canvas_.palette());
    locations_.setFrame(shown, style);
    inspector_->setContext(std::move(context));
    canvas_.update();
}

}  // namespace fcoscope
