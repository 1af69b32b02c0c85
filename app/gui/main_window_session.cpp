// SPDX-License-Identifier: GPL-3.0-or-later
// From the session to the widgets: what is new is shown.
#include "app/gui/main_window.h"

#include <QFile>

#include <algorithm>

#include "app/gui/dialogs.h"
#include "app/gui/label_docks.h"
#include "app/gui/label_export_dialog.h"
#include "app/gui/list_link.h"
#include "app/gui/opening_dialogs.h"
#include "app/gui/status_line.h"
#include "widgets/canvas.h"
#include "widgets/detection_panel.h"
#include "widgets/image_list.h"
#include "widgets/message_strip.h"
#include "widgets/threshold_panel.h"
#include "widgets/translate.h"

namespace fcoscope {

void MainWindow::sessionChanged(const Change &change)
{
    if (change.has(Change::Images))
        listLink_->showImages();
    if (change.has(Change::Current))
        showCurrent();
    if (change.has(Change::Shown))
        showPicture();
    if (change.has(Change::Model) || change.has(Change::Images))
        showModel();
    if (change.has(Change::Options)) {
        if (const ModelPtr model = session_.model(); model && change.has(Change::Model))
            thresholds_->setProfile(model->info.profile.decode);
        thresholds_->setOptions(session_.decodeOptions());
    }
    if (change.has(Change::Found))
        showFindings();
    if (change.has(Change::Status))
        showStatus(change.image);
    updateEnabled();
}

void MainWindow::sessionFailed(const Failure &failure)
{
    strip_->show(MessageStrip::Kind::Error, failure.reason, failure.topic);
}

void MainWindow::showCurrent()
{
    const ImageId &id = session_.current();
    strip_->clearTopic(std::exchange(left_, id));
    if (id.empty()) {
        canvas_->clear();
        strip_->clear();
    } else {
        canvas_->setLoading(id);
        list_->setCurrent(id);
    }
    status_->setImageSize({});
    showFindings();
    retranslate();
}

void MainWindow::showPicture()
{
    canvas_->setImage(session_.current(), shownImage(session_.picture()));
    status_->setImageSize(canvas_->imageSize());
    status_->setZoom(canvas_->zoom());
}

void MainWindow::showFindings()
{
    const FindingsPtr findings = session_.findings();
    if (!findings) {
        // Until the network has looked, what it said in a run over the folder.
        const std::shared_ptr<const StoredDetections> stored = labels_->folderDetection().stored();
        if (session_.picture() && stored)
            canvas_->setDetections(session_.current(), stored->detections, stored->classNames);
        else if (session_.picture())
            canvas_->setDetections(session_.current(), {}, {});
        // For the canvas that ends the network's work, which goes on.
        canvas_->setDetecting(session_.current(),
                              session_.status(session_.current()).stage == ImageStatus::Stage::Detecting);
        detections_->setDetections({}, {}, {});
        status_->setFound({});
        return;
    }
    const ModelInfo &info = findings->model->info;
    canvas_->setDetections(findings->raw->imageId, findings->detections, info.classNames);
    detections_->setDetections(findings->detections, info.classNames, levelGrids(*findings->raw, info.profile));
    status_->setFound(StatusLine::Found{static_cast<int>(findings->detections.size()), findings->networkMs});
}

void MainWindow::showModel()
{
    const ModelPtr model = session_.model();
    StatusLine::ModelLine line;
    line.loading = session_.modelLoading();
    if (model) {
        line.name = modelName(model->info);
        line.device = QString::fromStdString(model->device);
    }
    status_->setModel(line);
    if (model || line.loading || session_.images().empty()) {
        strip_->clearTopic("no model");
        return;
    }
    MessageStrip::Notice notice;
    notice.kind = MessageStrip::Kind::Info;
    notice.topic = "no model";
    notice.text = [] { return tr("No model is loaded, so nothing is detected."); };
    notice.actionText = [] { return tr("Open model…"); };
    notice.action = [this] { actions_[ActionId::OpenModel].trigger(); };
    strip_->show(std::move(notice));
}

void MainWindow::showStatus(const ImageId &id)
{
    using Stage = ImageStatus::Stage;
    using Kind = ImageState::Kind;
    const ImageStatus status = session_.status(id);
    ImageState state;
    state.kind = status.stage == Stage::Loading     ? Kind::Loading
                 : status.stage == Stage::Detecting ? Kind::Detecting
                 : status.stage == Stage::Detected  ? Kind::Detected
                 : status.stage == Stage::Failed    ? Kind::Failed
                                                    : Kind::None;
    state.detections = status.detections;
    state.reason = status.stage == Stage::Failed ? translated(status.reason) : QString();
    list_->setState(id, state);
    if (id == session_.current()) {
        canvas_->setDetecting(id, status.stage == Stage::Detecting);
        if (status.stage == Stage::Failed && !session_.picture())
            canvas_->setFailed(id, state.reason);
    }
}

void MainWindow::showWork()
{
    const FolderDetection &folder = labels_->folderDetection();
    if (folder.running())
        status_->setWork(tr("Detecting: %1 of %2").arg(folder.done()).arg(folder.all()),
                         static_cast<double>(folder.done()) / static_cast<double>(std::max<size_t>(1, folder.all())));
    else
        status_->setWork(session_.opening() ? tr("Opening…") : QString(), -1);
    updateEnabled();
}

void MainWindow::importLabels()
{
    const QString path = askForLabels(this, settings_);
    if (path.isEmpty())
        return;
    labels_->import(QFile::encodeName(path).toStdString());
}

void MainWindow::exportLabels(bool split)
{
    auto *dialog = new LabelExportDialog(session_.labels(), settings_, split, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::updateEnabled()
{
    const bool any = !session_.images().empty(), model = session_.model() != nullptr;
    for (ActionId id : {ActionId::PreviousImage, ActionId::NextImage, ActionId::FindImage, ActionId::CloseImages})
        actions_[id].setEnabled(any);
    for (ActionId id :
         {ActionId::ZoomIn, ActionId::ZoomOut, ActionId::ZoomToFit, ActionId::ZoomToActualSize, ActionId::ExportFigure})
        actions_[id].setEnabled(session_.picture() != nullptr);
    actions_[ActionId::Detect].setEnabled(session_.picture() && model && !session_.detecting());
    actions_[ActionId::Stop].setEnabled(session_.detecting() || session_.modelLoading() || session_.opening() ||
                                        labels_->folderDetection().running());
    actions_[ActionId::CopyDetections].setEnabled(session_.findings() && !session_.findings()->detections.empty());
    actions_[ActionId::ModelCard].setEnabled(model);
    actions_[ActionId::ResetThresholds].setEnabled(model);
    thresholds_->setEnabled(model);
}

}  // namespace fcoscope
