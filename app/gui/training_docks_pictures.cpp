// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a training: as augmentation makes them before it starts, and with what the model finds in them meanwhile.
#include <QDialog>
#include <QVBoxLayout>

#include "app/gui/training_docks.h"
#include "core/base/error.h"
#include "core/data/image_thumbnail.h"
#include "core/rules/inspect.h"
#include "widgets/message_strip.h"
#include "widgets/theme.h"
#include "widgets/training/augment_preview.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

constexpr int pictureSide = 240;  // px, of the pictures beside the curves

QRectF rectOf(const Box &box)
{
    return {QPointF(box.x1, box.y1), QPointF(box.x2, box.y2)};
}

PreviewSample sampleOf(const TrainingSample &made, const std::vector<std::string> &classNames)
{
    PreviewSample shown;
    shown.picture = toQImage(made.sample.image);
    shown.name = fileName(made.name);
    const AssignedImage &assigned = made.assigned;
    for (size_t i = 0; i < assigned.boxes.size(); ++i) {
        const int classIndex = assigned.labels[i].classIndex;
        shown.boxes.push_back({rectOf(assigned.boxes[i]), classColor(classIndex), classNameIn(classNames, classIndex)});
    }
    for (const Positive &positive : assigned.assignment.positives) {
        const Level &level = assigned.levels[static_cast<size_t>(positive.level)];
        const int classIndex = assigned.labels[static_cast<size_t>(positive.box)].classIndex;
        shown.dots.push_back({{level.x(positive.location % level.width), level.y(positive.location / level.width)},
                              positive.level,
                              classColor(classIndex)});
    }
    return shown;
}

/// One picture of a run, small: read on a worker.
TrainingPicture pictureOf(const Backend &backend, const RunPicture &found, const std::vector<std::string> &classNames,
                          int64_t step, double scoreThreshold)
{
    TrainingPicture shown;
    shown.name = QString::fromStdString(found.file);
    shown.step = static_cast<double>(step);
    shown.image = toQImage(backend.readThumbnail(found.file, pictureSide));
    const double scale = found.size.width > 0 ? shown.image.width() / static_cast<double>(found.size.width) : 1;
    for (const Detection &detection : found.detections) {
        if (detection.score < scoreThreshold)
            continue;
        const Box &box = detection.box;
        shown.boxes.push_back({rectOf({box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale}),
                               classNameIn(classNames, detection.classIndex), classColor(detection.classIndex),
                               detection.score});
    }
    return shown;
}

}  // namespace

void TrainingDocks::preview()
{
    if (previewDialog_)
        return previewDialog_->raise();
    auto *dialog = new QDialog(window_);
    previewDialog_ = dialog;
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Pictures as they are learnt from"));
    auto *column = new QVBoxLayout(dialog);
    auto *pictures = new AugmentPreview(dialog);
    column->addWidget(pictures);
    connect(pictures, &AugmentPreview::anotherWanted, &training_, &Training::preview);
    connect(&training_, &Training::previewMade, pictures, [this, pictures](const std::vector<TrainingSample> &samples) {
        std::vector<PreviewSample> shown;
        std::vector<QString> levels;
        for (const TrainingSample &sample : samples)
            shown.push_back(sampleOf(sample, training_.data() ? training_.data()->training.classNames
                                                              : std::vector<std::string>{}));
        if (!samples.empty())
            for (const Level &level : samples.front().assigned.levels)
                levels.push_back(QString::fromStdString(levelNameOf(level)));
        pictures->setSamples(std::move(shown), levels);
    });
    connect(&training_, &Training::previewFailed, pictures,
            [pictures](const Message &reason) { pictures->setFailed(translated(reason)); });
    // An option was changed: what it does is seen at once.
    connect(&training_, &Training::planned, pictures, [this, pictures] {
        if (training_.planning())
            return;
        pictures->setMaking(true);
        training_.preview();
    });
    dialog->resize(820, 640);
    dialog->show();
    pictures->setMaking(true);
    training_.preview();
}

void TrainingDocks::showPictures(const std::string &name)
{
    if (name.empty())
        return;
    picturing_.start(
        [run = training_.process().folder(), file = training_.process().folder() / name,
         backend = session_.backend()](const RunContext &context) {
            const RunPictures found = readPictures(file);
            // The trainer keeps what it measures by, the unsure ones too: shown is what a person would be shown.
            const double shownFrom = readRequest(run / "run.toml").profile.decode.scoreThreshold;
            std::vector<TrainingPicture> shown;
            for (const RunPicture &picture : found.images)
                try {
                    if (!context.shouldStop())
                        shown.push_back(pictureOf(backend, picture, found.classNames, found.step, shownFrom));
                } catch (const UserError &) {  // the image is gone; the others are there
                }
            return shown;
        },
        [this](Outcome<std::vector<TrainingPicture>> outcome) {
            if (outcome.result)
                panel_->setPictures(*outcome.result);
        });
}

void TrainingDocks::followImage(bool follow)
{
    following_.start(
        [run = training_.process().folder(), image = session_.current(), follow](const RunContext &) {
            std::vector<std::string> chosen = chosenPictures(run);
            std::erase(chosen, image);
            if (follow)
                chosen.insert(chosen.begin(), image);  // of too many the one that was chosen first goes
            choosePictures(run, chosen);
            return run;
        },
        [this](Outcome<fs::path> outcome) {
            if (outcome.how == Ended::Failed)
                Q_EMIT failed({outcome.failure, "training"});
            readChosen();
        });
    updateEnabled();
}

void TrainingDocks::readChosen()
{
    choosing_.start([run = training_.process().folder()](const RunContext &) { return chosenPictures(run); },
                    [this](Outcome<std::vector<std::string>> outcome) {
                        if (outcome.result)
                            chosen_ = std::move(*outcome.result);
                        updateEnabled();
                    });
    updateEnabled();
}

/// To look is not to take: the way back is offered at once.
void TrainingDocks::lookWithTraining()
{
    if (!lookedFrom_)
        lookedFrom_ = session_.model();
    looks_ = true;
    looking_.reset();
    session_.openModel(training_.process().summary().last);
    if (!lookedFrom_)
        return;
    MessageStrip::Notice notice;
    notice.kind = MessageStrip::Kind::Info;
    notice.topic = lookTopic;
    const QString name = nameOfRun(training_.process().folder()), other = modelWords(lookedFrom_->info.path);
    notice.text = [name] { return tr("You look with the model of training %1, as it was a moment ago.").arg(name); };
    notice.actionText = [other] { return tr("Back to %1").arg(other); };
    notice.action = [this, before = lookedFrom_] { session_.useModel(before); };
    strip_.show(std::move(notice));
}

/// Another model was opened, or the one before came back.
void TrainingDocks::lookedElsewhere()
{
    if (!looks_ || session_.modelLoading() || !session_.model() || session_.model() == looking_)
        return;
    if (!looking_ && session_.model() != lookedFrom_) {
        looking_ = session_.model();  // it has just been opened
        return;
    }
    looks_ = false;
    lookedFrom_.reset();
    looking_.reset();
    strip_.clearTopic(lookTopic);
}

}  // namespace fcoscope
