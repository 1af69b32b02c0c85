// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/lens_docks.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/gui/opening_dialogs.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/eval/assignment_report.h"
#include "widgets/assignment_panel.h"
#include "widgets/canvas.h"
#include "widgets/detection_table.h"
#include "widgets/layers_panel.h"
#include "widgets/legend.h"
#include "widgets/location_inspector.h"
#include "widgets/replay_panel.h"
#include "widgets/score_panel.h"
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

/// One JSON file, or beside `file` one CSV file for each table.
std::vector<std::pair<std::filesystem::path, std::string>> reportFiles(const std::filesystem::path &file,
                                                                       const AssignmentStatistics &statistics)
{
    if (file.extension() != ".csv")
        return {{file, assignmentJson(statistics).text() + "\n"}};
    std::vector<std::pair<std::filesystem::path, std::string>> files;
    for (const CsvFile &table : assignmentCsv(statistics))
        files.emplace_back(file.parent_path() / (file.stem().string() + "-" + table.name), table.text);
    return files;
}

}  // namespace

LensDocks::LensDocks(Session &session, Canvas &canvas, DetectionTable &table, Actions &actions, QSettings &settings,
                     QWidget *parent)
    : QObject(parent), session_(session), lens_(session), study_(session, lens_), canvas_(canvas), table_(table),
      actions_(actions), settings_(settings), layers_(new LayersPanel(parent)),
      inspector_(new LocationInspector(parent)), whatIf_(new WhatIfPanel(parent)), replay_(new ReplayPanel(parent)),
      assignment_(new AssignmentPanel(parent)), scores_(new ScorePanel(parent))
{
    canvas_.addOverlay(&locations_);
    connectLayers();
    connectInspector();
    connectWhatIf();
    connectReplay();
    connectStudy();
    connect(&session_, &Session::changed, this, &LensDocks::sessionChanged);
    connect(&lens_, &Lens::frameChanged, this, &LensDocks::showFrame);
    connect(&lens_, &Lens::failed, this, &LensDocks::failed);
    layers_->setLayers(lens_.layers());
    whatIf_->setModelProfile(lens_.ownProfile());
    whatIf_->setWhatIf(lens_.whatIf());
    updateLayerActions();
    showStudy();
}

LensDocks::~LensDocks()
{
    canvas_.setTool(nullptr);
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

QWidget *LensDocks::study()
{
    return assignment_;
}

QWidget *LensDocks::scores()
{
    return scores_;
}

// --- Layers

void LensDocks::connectLayers()
{
    connect(layers_, &LayersPanel::changed, this, [this](const std::vector<Layer> &layers) {
        lens_.setLayers(layers);
        updateLayerActions();
    });
    connect(layers_, &LayersPanel::labelActivated, this, [this](int label) {
        if (const LensFramePtr shown = frame(); shown && shown->assigned)
            canvas_.showBox(shown->assigned->labels.at(static_cast<size_t>(label)).box);
    });
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
    connect(&canvas_, &Canvas::hovered, this,
            [this](QPointF point, bool inside) { inspector_->hover(inside ? std::optional(point) : std::nullopt); });
    connect(&canvas_, &Canvas::clicked, this, [this](QPointF point) {
        if (inspecting_)
            inspector_->pin(point);
    });
    connect(inspector_, &LocationInspector::locationsChanged, this,
            [this](const std::vector<LocationRef> &hovered, const std::vector<LocationRef> &pinned) {
                locations_.setLocations(hovered, pinned);
                canvas_.update();
            });
    connect(inspector_, &LocationInspector::labelActivated, layers_, &LayersPanel::labelActivated);
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
    connect(whatIf_, &WhatIfPanel::proposeLimitsRequested, &study_, &Study::propose);
    connect(&study_, &Study::limitsProposed, whatIf_, &WhatIfPanel::takeLimits);
    connect(whatIf_, &WhatIfPanel::drawBoxesToggled, this, &LensDocks::setDrawing);
    connect(&actions_[ActionId::DrawBoxes], &QAction::toggled, this, &LensDocks::setDrawing);
    const auto restore = [this] {
        tool_.restore();
        lens_.setBoxes({});
        whatIf_->setLabelsEdited(false);
        actions_[ActionId::RestoreLabels].setEnabled(false);
        canvas_.update();
    };
    connect(whatIf_, &WhatIfPanel::restoreLabelsRequested, this, restore);
    connect(&actions_[ActionId::RestoreLabels], &QAction::triggered, this, restore);
    actions_[ActionId::RestoreLabels].setEnabled(false);
    connect(&tool_, &WhatIfTool::labelsChanged, this, [this](const std::vector<Label> &labels) {
        lens_.setBoxes(labels);
        whatIf_->setLabelsEdited(true);
        actions_[ActionId::RestoreLabels].setEnabled(true);
    });
    connect(&tool_, &WhatIfTool::repaintNeeded, &canvas_, qOverload<>(&QWidget::update));
}

void LensDocks::setDrawing(bool drawing)
{
    if (drawing && !canvas_.tool())
        refillTool();
    canvas_.setTool(drawing ? &tool_ : nullptr);
    whatIf_->setDrawingBoxes(drawing);
    actions_[ActionId::DrawBoxes].setChecked(drawing);
    if (drawing)
        toggleLayer(LayerKind::Labels, true);
    updateLayerActions();
}

/// The tool starts from what is assigned: the image's labels, or the detections that stand in for them.
void LensDocks::refillTool()
{
    if (!session_.picture() || lens_.boxesChanged())
        return;
    std::vector<Label> labels = lens_.labels();
    if (const LensFramePtr shown = frame(); shown && shown->detectionsStandIn)
        labels = shown->assigned->labels;
    tool_.setLabels(session_.current(), std::move(labels), session_.picture()->image.size);
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

// --- Whole data sets

void LensDocks::connectStudy()
{
    connect(&study_, &Study::changed, this, &LensDocks::showStudy);
    connect(&study_, &Study::failed, this, &LensDocks::failed);
    connect(&study_, &Study::assignProgressed, assignment_, &AssignmentPanel::setProgress);
    connect(&study_, &Study::scoreProgressed, scores_, &ScorePanel::setProgress);
    connect(&study_, &Study::assignFailed, assignment_, &AssignmentPanel::setFailed);
    connect(&study_, &Study::assignStopped, assignment_, &AssignmentPanel::setStopped);
    connect(assignment_, &AssignmentPanel::exportRequested, this, [this] { saveStatistics(*study_.statistics()); });
    connect(assignment_, &AssignmentPanel::startRequested, &study_, &Study::assign);
    connect(assignment_, &AssignmentPanel::stopRequested, &study_, &Study::stopAssigning);
    connect(assignment_, &AssignmentPanel::boxActivated, this, &LensDocks::openAt);
    connect(scores_, &ScorePanel::startRequested, &study_, &Study::score);
    connect(scores_, &ScorePanel::stopRequested, &study_, &Study::stopScoring);
    connect(scores_, &ScorePanel::pointActivated, this, [this](int point) {
        const ScoreOverlap &data = scores_->plot().data();
        const ScorePoint &at = data.points.at(static_cast<size_t>(point));
        openAt(data.images.at(static_cast<size_t>(at.image)), at.box);
    });
}

void LensDocks::showStudy()
{
    const bool labelled = study_.dataset() != nullptr;
    assignment_->setDataAvailable(labelled);
    if (study_.assigning())
        assignment_->setProgress({});
    else if (study_.statistics() != assignment_->statistics())
        assignment_->setStatistics(study_.statistics());
    scores_->setReady(labelled && session_.model());
    scores_->setRunning(study_.scoring());
    if (const ScoreOverlapPtr scores = study_.scores(); scores && scores != shownScores_) {
        scores_->setScores(*scores, study_.scoredNames(), study_.scoredBy().scoreRule == ScoreRule::SquareRoot);
        shownScores_ = scores;
    }
}

void LensDocks::saveStatistics(const AssignmentStatistics &statistics)
{
    const QString file = askForReport(assignment_, settings_);
    if (file.isEmpty())
        return;
    try {
        for (const auto &[path, text] : reportFiles(QFile::encodeName(file).toStdString(), statistics))
            writeFile(path, text);
    } catch (const UserError &error) {
        Q_EMIT failed({error.message(), "report"});
    }
}

void LensDocks::openAt(const ImageId &image, const Box &box)
{
    const ImageId id = std::filesystem::absolute(image).lexically_normal().string();
    if (session_.current() == id && session_.picture())
        return canvas_.showBox(box);
    awaited_ = {id, box};
    session_.setCurrent(id);
}

// --- From the session and the lens

void LensDocks::sessionChanged(const Change &change)
{
    if (change.has(Change::Model))
        layers_->setClassNames(lens_.classNames());
    if (change.has(Change::Current)) {
        actions_[ActionId::RestoreLabels].setEnabled(false);
        whatIf_->setLabelsEdited(false);
        tool_.setLabels({}, {}, {});
    }
    if (change.has(Change::Shown)) {
        refillTool();
        if (awaited_ && awaited_->first == session_.current())
            canvas_.showBox(awaited_->second);
        awaited_.reset();
    }
    if (change.has(Change::Found) || change.has(Change::Current))
        showFindings();
}

void LensDocks::showFindings()
{
    const FindingsPtr findings = session_.findings();
    ReplaySource source;
    source.imageId = session_.current();
    if (findings) {
        source.trace = findings->trace;
        source.classNames = findings->model->info.classNames;
        source.levels = levelGrids(*findings->raw, findings->profile);
        source.rules = nmsRules(findings->profile, findings->profile.decode);
    }
    replay_->setTrace(source);
}

void LensDocks::showFrame()
{
    const LookPtr look = lens_.look();
    const FindingsPtr findings = session_.findings();
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
    if (findings && shown && shown->raw == findings->read) {
        context.trace = findings->trace;
        context.options = findings->profile.decode;
        context.modelProfile = findings->profile;
    }
    layers_->setFrame(shown);
    LensStyle style;
    style.font = canvas_.font();
    style.classNames = look ? look->classNames : std::vector<std::string>();
    style.dark = isDark(canvas_.palette());
    locations_.setFrame(shown, style);
    inspector_->setContext(std::move(context));
    if (!lens_.boxesChanged() && !tool_.dragging() && shown && shown->detectionsStandIn)
        refillTool();
    canvas_.update();
}

}  // namespace fcoscope
