// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFile>
#include <QMenuBar>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>

#include "app/gui/dialogs.h"
#include "app/gui/docks.h"
#include "app/gui/export_view.h"
#include "app/gui/keys_dialog.h"
#include "app/gui/label_docks.h"
#include "app/gui/lens_docks.h"
#include "app/gui/list_link.h"
#include "app/gui/opening_dialogs.h"
#include "app/gui/saving_link.h"
#include "app/gui/status_line.h"
#include "app/gui/study_docks.h"
#include "app/gui/training_docks.h"
#include "app/gui/weights_dialog.h"
#include "widgets/canvas.h"
#include "widgets/detection_panel.h"
#include "widgets/detection_table.h"
#include "widgets/image_list.h"
#include "widgets/labels/minimap.h"
#include "widgets/labels/view_aids.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"
#include "widgets/threshold_panel.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

constexpr int stateVersion = 4;  // raised when docks are added or renamed

}  // namespace

MainWindow::MainWindow(Session &session, QSettings &settings, QWidget *parent)
    : QMainWindow(parent), session_(session), settings_(settings), actions_(this)
{
    setWindowIcon(applicationIcon());
    resize(1440, 900);

    auto *centre = new QWidget(this);
    auto *column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    strip_ = new MessageStrip(centre);
    canvas_ = new Canvas(centre);
    column->addWidget(strip_);
    column->addWidget(canvas_, 1);
    setCentralWidget(centre);
    status_ = new StatusLine(this);
    setStatusBar(status_);

    actions_.fill(*menuBar());
    toolBar_ = addToolBar(QString());
    toolBar_->setObjectName(QStringLiteral("toolBar"));
    toolBar_->setMovable(false);
    actions_.fill(*toolBar_);
    makeDocks();

    geometryTimer_.setSingleShot(true);
    geometryTimer_.setInterval(500);
    connect(&geometryTimer_, &QTimer::timeout, this, &MainWindow::rememberGeometry);
    connectActions();
    connectViewActions();
    connectWidgets();
    setTheme(settings_.value(QStringLiteral("theme"), QStringLiteral("system")).toString());
    setLanguage(settings_.value(QStringLiteral("language"), Language::ofSystem()).toString());
    restoreGeometry(settings_.value(QStringLiteral("geometry")).toByteArray());
    restoreState(settings_.value(QStringLiteral("state")).toByteArray(), stateVersion);
    retranslate();
    showModel();
    updateEnabled();
    canvas_->setFocus();
}

MainWindow::~MainWindow()
{
    hide();  // a field that is being typed into tells its value now, while everybody who listens is still there
    // They take their overlays out of the canvas, so they go before it.
    delete training_;
    delete labels_;
    delete studies_;
    delete lenses_;
}

// --- Building

void MainWindow::makeDocks()
{
    list_ = new ImageList(this);
    thresholds_ = new ThresholdPanel(this);
    detections_ = new DetectionPanel(this);
    lenses_ = new LensDocks(session_, *canvas_, detections_->table(), actions_, this);
    studies_ = new StudyDocks(session_, lenses_->lens(), *canvas_, settings_, this);
    labels_ = new LabelDocks(session_, *lenses_, *canvas_, detections_->table(), actions_, *strip_, this);
    training_ = new TrainingDocks(session_, actions_, *strip_, this);
    listLink_ = new ListLink(session_, *list_, settings_, this);
    saving_ = new SavingLink(session_, *strip_, *status_, this);
    aids_ = new ViewAids(this);
    minimap_ = new Minimap(canvas_);
    docks_ = new Docks(*this, actions_);
    connect(docks_, &Docks::seen, lenses_, &LensDocks::setSeen);
    connect(docks_, &Docks::seen, training_, &TrainingDocks::setSeen);
    using Id = ActionId;
    docks_->add(Qt::LeftDockWidgetArea,
                {{QT_TRANSLATE_NOOP("Docks", "Images"), "imagesDock", list_, Id::ShowImages},
                 {QT_TRANSLATE_NOOP("Docks", "Classes"), "classesDock", labels_->classes(), Id::ShowClasses},
                 {QT_TRANSLATE_NOOP("Docks", "Picture"), "pictureDock", aids_, Id::ShowBrightness}},
                230);
    docks_->add(Qt::RightDockWidgetArea,
                {{QT_TRANSLATE_NOOP("Docks", "Thresholds"), "thresholdsDock", thresholds_, Id::ShowThresholds},
                 {QT_TRANSLATE_NOOP("Docks", "Layers"), "layersDock", lenses_->layers(), Id::ShowLayers},
                 {QT_TRANSLATE_NOOP("Docks", "What if"), "whatIfDock", lenses_->whatIf(), Id::ShowWhatIf},
                 {QT_TRANSLATE_NOOP("Docks", "Location"), "inspectorDock", lenses_->inspector(), Id::ShowInspector},
                 {QT_TRANSLATE_NOOP("Docks", "Train"), "trainDock", training_->form(), Id::ShowTrainingForm, true}},
                340);
    docks_->add(
        Qt::BottomDockWidgetArea,
        {{QT_TRANSLATE_NOOP("Docks", "Detections"), "detectionsDock", detections_, Id::ShowDetections},
         {QT_TRANSLATE_NOOP("Docks", "Labels"), "labelsDock", labels_->labels(), Id::ShowLabels},
         {QT_TRANSLATE_NOOP("Docks", "NMS replay"), "replayDock", lenses_->replay(), Id::ShowReplay},
         {QT_TRANSLATE_NOOP("Docks", "Whole data set"), "studyDock", studies_->assignment(), Id::ShowStudy, true},
         {QT_TRANSLATE_NOOP("Docks", "Score against IoU"), "scoresDock", studies_->scores(), Id::ShowScores, true},
         {QT_TRANSLATE_NOOP("Docks", "Training"), "trainingDock", training_->panel(), Id::ShowTraining}},
        250);
}

bool MainWindow::atRest() const
{
    return lenses_->atRest();
}

void MainWindow::on(ActionId id, std::function<void()> call)
{
    connect(&actions_[id], &QAction::triggered, this, std::move(call));
}

void MainWindow::onToggled(ActionId id, std::function<void(bool)> call)
{
    connect(&actions_[id], &QAction::toggled, this, std::move(call));
}

void MainWindow::connectActions()
{
    on(ActionId::OpenImages, [this] { session_.open(askForImages(this, settings_)); });
    on(ActionId::OpenFolder, [this] { session_.open(askForFolder(this, settings_)); });
    on(ActionId::OpenModel, [this] {
        if (const QString file = askForModel(this, settings_); !file.isEmpty())
            session_.openModel(QFile::encodeName(file).toStdString());
    });
    on(ActionId::ExportFigure, [this] { exportView(this, settings_, session_, lenses_->lens(), *canvas_); });
    on(ActionId::ImportLabels, [this] { importLabels(); });
    on(ActionId::ExportLabels, [this] { exportLabels(false); });
    on(ActionId::SplitSet, [this] { exportLabels(true); });
    onToggled(ActionId::KeepLabelFiles, [this](bool is) { session_.sidecars().setKeeping(is); });
    on(ActionId::CloseImages, [this] {
        if (saving_->mayClose())
            session_.closeImages();
    });
    on(ActionId::Quit, [this] { close(); });
    on(ActionId::PreviousImage, [this] { list_->previous(); });
    on(ActionId::NextImage, [this] { list_->next(); });
    on(ActionId::FindImage, [this] {
        actions_[ActionId::ShowImages].setChecked(true);
        list_->focusFilter();
    });
    on(ActionId::Detect, [this] { session_.detect(); });
    on(ActionId::Stop, [this] {
        session_.stop();
        labels_->folderDetection().stop();
    });
    on(ActionId::ResetThresholds, [this] { thresholds_->resetToProfile(); });
    on(ActionId::CopyDetections, [this] { detections_->table().copyToClipboard(); });
    on(ActionId::ModelCard, [this] {
        if (const ModelPtr model = session_.model())
            showModelCard(this, model->info, QString::fromStdString(model->device));
    });
    on(ActionId::About, [this] { showAbout(this); });
}

void MainWindow::connectViewActions()
{
    on(ActionId::ZoomIn, [this] { canvas_->zoomIn(); });
    on(ActionId::ZoomOut, [this] { canvas_->zoomOut(); });
    on(ActionId::ZoomToFit, [this] { canvas_->zoomToFit(); });
    on(ActionId::ZoomToActualSize, [this] { canvas_->zoomToActualSize(); });
    actions_[ActionId::KeepZoom].setChecked(canvas_->keepZoom());
    actions_[ActionId::ShowBoxes].setChecked(canvas_->boxesShown());
    actions_[ActionId::ShowTags].setChecked(canvas_->tagsShown());
    onToggled(ActionId::KeepZoom, [this](bool is) { canvas_->setKeepZoom(is); });
    onToggled(ActionId::ShowBoxes, [this](bool is) { canvas_->setBoxesShown(is); });
    onToggled(ActionId::ShowTags, [this](bool is) { canvas_->setTagsShown(is); });
    connect(labels_, &LabelDocks::boxesShown, this, [this](const std::vector<CanvasBox> &boxes) {
        std::vector<Minimap::Dot> dots;
        for (const CanvasBox &box : boxes)
            dots.push_back({{(box.label.box.x1 + box.label.box.x2) / 2, (box.label.box.y1 + box.label.box.y2) / 2},
                            classColor(box.label.classIndex)});
        minimap_->setDots(std::move(dots));
    });
    connect(aids_, &ViewAids::lookChanged, canvas_, &Canvas::setPictureLook);
    connect(aids_, &ViewAids::minimapWantedChanged, &actions_[ActionId::ShowMinimap], &QAction::setChecked);
    onToggled(ActionId::ShowMinimap, [this](bool is) {
        minimap_->setWanted(is);
        aids_->setMinimapWanted(is);
        settings_.setValue(QStringLiteral("minimap"), is);
    });
    actions_[ActionId::ShowMinimap].setChecked(settings_.value(QStringLiteral("minimap"), true).toBool());
    onToggled(ActionId::FullScreen, [this](bool is) {
        setWindowState(is ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
    });
    const auto remember = [this](const char *key, const char *value) {
        settings_.setValue(QString::fromLatin1(key), QString::fromLatin1(value));
    };
    for (const auto &[id, name] :
         {std::pair{ActionId::ThemeSystem, "system"}, {ActionId::ThemeLight, "light"}, {ActionId::ThemeDark, "dark"}})
        on(id, [this, remember, value = name] { remember("theme", value), setTheme(QString::fromLatin1(value)); });
    for (const auto &[id, code] : {std::pair{ActionId::LanguageEnglish, "en"}, {ActionId::LanguageChinese, "zh_CN"}})
        on(id,
           [this, remember, value = code] { remember("language", value), setLanguage(QString::fromLatin1(value)); });
}

void MainWindow::connectWidgets()
{
    connect(&session_, &Session::changed, this, &MainWindow::sessionChanged);
    connect(&session_, &Session::failed, this, &MainWindow::sessionFailed);
    connectKeys(actions_, this, settings_, *strip_);
    connectWeights(actions_[ActionId::GetWeights], this, session_, *strip_);
    connect(&session_, &Session::openingProgressed, this, &MainWindow::showWork);
    connect(&labels_->folderDetection(), &FolderDetection::changed, this, &MainWindow::showWork);
    connect(&labels_->folderDetection(), &FolderDetection::storedChanged, this, &MainWindow::showFindings);
    connect(&session_.sidecars(), &SidecarKeeper::failed, this, &MainWindow::sessionFailed);
    const auto showKeeping = [this] {
        actions_[ActionId::KeepLabelFiles].setEnabled(session_.sidecars().canKeep());
        actions_[ActionId::KeepLabelFiles].setChecked(session_.sidecars().keeps());
    };
    connect(&session_.sidecars(), &SidecarKeeper::keepingChanged, this, showKeeping);
    showKeeping();
    connect(labels_, &LabelDocks::failed, this, &MainWindow::sessionFailed);
    connect(lenses_, &LensDocks::failed, this, &MainWindow::sessionFailed);
    connect(studies_, &StudyDocks::failed, this, &MainWindow::sessionFailed);
    connect(training_, &TrainingDocks::failed, this, &MainWindow::sessionFailed);
    connect(training_, &TrainingDocks::imageWanted, &session_, &Session::setCurrent);
    connect(studies_, &StudyDocks::limitsProposed, lenses_, &LensDocks::takeLimits);
    connect(lenses_, &LensDocks::limitsWanted, studies_, &StudyDocks::proposeLimits);
    connect(lenses_, &LensDocks::valuesChanged, status_, &StatusLine::setValues);
    connect(&session_, &Session::noticed, this, [this](const Failure &notice) {
        MessageStrip::Notice shown;
        shown.kind = MessageStrip::Kind::Warning;
        shown.text = [reason = notice.reason] { return translated(reason); };
        shown.topic = notice.topic;
        shown.actionText = [] { return tr("Show them"); };
        shown.action = [this] { showSkipped(this, session_.skippedEntries()); };
        strip_->show(std::move(shown));
    });

    connect(list_, &ImageList::activated, &session_, &Session::setCurrent);
    connect(list_, &ImageList::filesDropped, this, &MainWindow::openUrls);
    connect(canvas_, &Canvas::filesDropped, this, &MainWindow::openUrls);
    connect(canvas_, &Canvas::openRequested, &actions_[ActionId::OpenImages], &QAction::trigger);
    connect(canvas_, &Canvas::zoomChanged, status_, &StatusLine::setZoom);
    connect(canvas_, &Canvas::hovered, status_, [this](QPointF point, bool inside) {
        status_->setCursorPosition(inside ? std::optional(point) : std::nullopt);
    });
    connect(status_, &StatusLine::modelClicked, this,
            [this] { actions_[session_.model() ? ActionId::ModelCard : ActionId::OpenModel].trigger(); });

    DetectionTable &table = detections_->table();
    connect(canvas_, &Canvas::selectionChanged, &table, &DetectionTable::select);
    connect(&table, &DetectionTable::selectionChanged, canvas_, &Canvas::select);
    connect(&table, &DetectionTable::detectionActivated, canvas_, &Canvas::ensureVisible);
    connect(detections_, &DetectionPanel::classFilterChanged, canvas_, &Canvas::setClassFilter);
    connect(thresholds_, &ThresholdPanel::changed, &session_, &Session::setDecodeOptions);
}

void MainWindow::openUrls(const QList<QUrl> &urls)
{
    QStringList paths;
    for (const QUrl &url : urls)
        if (url.isLocalFile())
            paths += url.toLocalFile();
    session_.open(paths);
}

// --- The window itself

void MainWindow::setTheme(const QString &name)
{
    const bool dark = name == QLatin1String("dark"), light = name == QLatin1String("light");
    actions_[dark ? ActionId::ThemeDark : light ? ActionId::ThemeLight : ActionId::ThemeSystem].setChecked(true);
    applyTheme(dark ? ThemeChoice::Dark : light ? ThemeChoice::Light : ThemeChoice::System);
}

void MainWindow::setLanguage(const QString &code)
{
    language_.set(code);
    actions_[language_.code() == QLatin1String("en") ? ActionId::LanguageEnglish : ActionId::LanguageChinese]
        .setChecked(true);
}

void MainWindow::retranslate()
{
    actions_.retranslate();
    docks_->retranslate();
    saving_->retranslate();
    training_->retranslate();
    toolBar_->setWindowTitle(tr("Tool bar"));
    // The platform adds the program's name.
    setWindowTitle(session_.current().empty() ? QString() : fileName(session_.current()));
}

void MainWindow::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        for (const ImageId &id : session_.images())
            if (session_.status(id).stage == ImageStatus::Stage::Failed)
                showStatus(id);
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (!saving_->mayClose() || !training_->mayClose())
        return event->ignore();
    // Gone at once for whoever closed it; what is running is stopped and waited for behind the scenes.
    rememberGeometry();
    hide();
    session_.stop();
    event->accept();
}

void MainWindow::rememberGeometry()
{
    geometryTimer_.stop();
    settings_.setValue(QStringLiteral("geometry"), saveGeometry());
    settings_.setValue(QStringLiteral("state"), saveState(stateVersion));
}

bool MainWindow::event(QEvent *event)
{
    // A moment after the last move, so that a crash costs nothing and a drag does not write a hundred times.
    if (event->type() == QEvent::Resize || event->type() == QEvent::Move)
        geometryTimer_.start();
    return QMainWindow::event(event);
}

}  // namespace fcoscope
