// SPDX-License-Identifier: GPL-3.0-or-later
// The form's side: what a training is asked, and what was found before the start.
#include "app/gui/training_docks.h"

#include <QMessageBox>
#include <QPushButton>

#include <algorithm>

#include "core/fcos/engine.h"
#include "widgets/message_strip.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace {

/// What of the labels teaches, by the name of the form's choice.
TrainingChoice choiceNamed(const QString &name, const Session &session, TrainingChoice choice)
{
    choice.images = {};
    choice.unreviewed = false;
    if (name == QLatin1String("verified"))
        choice.images.statuses = {ReviewStatus::Verified, ReviewStatus::Empty};
    else if (name == QLatin1String("listed"))
        choice.images = session.query();
    else if (name == QLatin1String("all"))
        choice.unreviewed = true;
    return choice;
}

QString timeWords(double seconds)
{
    if (seconds < 90)
        return TrainingDocks::tr("%n second(s)", nullptr, std::max(1, static_cast<int>(seconds + 0.5)));
    if (seconds < 5400)
        return TrainingDocks::tr("%n minute(s)", nullptr, static_cast<int>(seconds / 60 + 0.5));
    return TrainingDocks::tr("%1 hours").arg(seconds / 3600, 0, 'f', 1);
}

FormFinding finding(const PlanFinding &found)
{
    using Weight = FormFinding::Weight;
    const Weight weight = found.weight == PlanFinding::Weight::Obstacle  ? Weight::Obstacle
                          : found.weight == PlanFinding::Weight::Warning ? Weight::Warning
                                                                         : Weight::Note;
    return {weight, translated(found.words), QString::fromStdString(found.image), QString::fromStdString(found.option)};
}

/// A GPU is offered where there is one; its name is LibTorch's.
std::vector<FormChoice> offeredDevices()
{
    std::vector<FormChoice> devices{{TrainingDocks::tr("The fastest there is"), QStringLiteral("auto")},
                                    {TrainingDocks::tr("Processor"), QStringLiteral("cpu")}};
    for (int i = 0; i < cudaDevices(); ++i)
        devices.push_back({TrainingDocks::tr("GPU %1").arg(i), QStringLiteral("cuda:%1").arg(i)});
    return devices;
}

FormFinding obstacle(const QString &words)
{
    return {FormFinding::Weight::Obstacle, words, {}, {}};
}

}  // namespace

TrainingDocks::TrainingDocks(Session &session, Actions &actions, MessageStrip &strip, QWidget *window)
    : QObject(window), session_(session), actions_(actions), strip_(strip), window_(window),
      training_(session, session.backend().trainer), form_(new TrainingForm(window)), panel_(new TrainingPanel(window))
{
    connectForm();
    connectPanel();
    connectActions();
    rebuildForm();
    showPlan();
    showRun();
}

TrainingDocks::~TrainingDocks()
{
    comparing_.abandon();
    picturing_.abandon();
}

QWidget *TrainingDocks::form()
{
    return form_;
}

QWidget *TrainingDocks::panel()
{
    return panel_;
}

void TrainingDocks::setSeen(QWidget *panel, bool seen)
{
    if (panel == form_)
        training_.setActive(seen);
}

void TrainingDocks::connectForm()
{
    connect(&training_, &Training::planned, this, &TrainingDocks::showPlan);
    connect(&training_, &Training::failed, this, &TrainingDocks::failed);
    connect(&training_, &Training::writingChanged, this, &TrainingDocks::showPlan);
    connect(form_, &TrainingForm::startFromChosen, this, [this](const QString &file) {
        training_.setStartFrom(file.toStdString());
        rebuildForm();
    });
    connect(form_, &TrainingForm::imagesChosen, this, &TrainingDocks::choose);
    connect(form_, &TrainingForm::optionChanged, this,
            [this](const QString &option) { training_.requestChanged(option.toStdString()); });
    connect(form_, &TrainingForm::imageWanted, this,
            [this](const QString &image) { Q_EMIT imageWanted(image.toStdString()); });
    connect(form_, &TrainingForm::previewWanted, this, &TrainingDocks::preview);
    connect(form_, &TrainingForm::startWanted, this, [this] { actions_[ActionId::StartTraining].trigger(); });
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (change.has(Change::Model))
            showStarts();
        if (change.has(Change::Images))
            showImages();
        if (change.has(Change::Listed) && training_.choice().images == session_.query())
            choose(QStringLiteral("listed"));
    });
    connect(&session_.weights(), &WeightsShelf::changed, this, &TrainingDocks::showStarts);
    showStarts();
    showImages();
}

/// The loaded model first: who has one goes on from it.
void TrainingDocks::showStarts()
{
    std::vector<FormChoice> choices;
    if (const ModelPtr model = session_.model())
        choices.push_back({tr("The loaded model (%1)").arg(fileName(model->info.path.string())),
                           QString::fromStdString(model->info.path.string())});
    for (const PublishedWeights &entry : weightsCatalogue())
        if (const auto file = session_.weights().here(entry); !file.empty())
            choices.push_back({QString::fromUtf8(entry.title), QString::fromStdString(file.string())});
    choices.push_back({tr("Nothing: random weights"), QString()});
    const QString now = QString::fromStdString(training_.request().startFrom);
    const bool there = std::any_of(choices.begin(), choices.end(), [&](const FormChoice &c) { return c.id == now; });
    const QString chosen = there && !now.isEmpty() ? now : choices.front().id;
    form_->setStarts(choices, chosen);
    if (chosen != now) {
        training_.setStartFrom(chosen.toStdString());
        rebuildForm();
    }
}

void TrainingDocks::showImages()
{
    form_->setImages({{tr("All that were looked at"), QStringLiteral("reviewed")},
                      {tr("Those marked as verified or empty"), QStringLiteral("verified")},
                      {tr("Those the list shows now"), QStringLiteral("listed")},
                      {tr("All, also those nobody has looked at"), QStringLiteral("all")}},
                     QStringLiteral("reviewed"));
    choose(QStringLiteral("reviewed"));
}

void TrainingDocks::choose(const QString &images)
{
    training_.setChoice(choiceNamed(images, session_, training_.choice()));
}

/// Its tables refer to the request, which stays where it is; what they hold may have changed.
void TrainingDocks::rebuildForm()
{
    form_->setOffered("device", offeredDevices());
    RequestTables tables(training_.request());
    form_->setOptions({{tr("Training"), tables.train, {}},
                       {tr("Augmentation"), tables.augment, {}},
                       {tr("Profile"), tables.profile, {}}},
                      mainOptions());
}

void TrainingDocks::showPlan()
{
    form_->reload();
    form_->setChecking(training_.planning());
    if (const auto &data = training_.data()) {
        const PlanReport &report = training_.report();
        QStringList names;
        if (data->validation)
            for (const DatasetImage &image : data->validation->images)
                names << fileName(image.file);
        form_->setDataWords(tr("%1 images train, %2 are kept to measure on. Boxes: %3, classes: %4")
                                .arg(report.trainingImages)
                                .arg(report.validationImages)
                                .arg(report.boxes)
                                .arg(data->training.classNames.size()),
                            tr("Measured on: %1").arg(names.join(QStringLiteral(", "))));
        form_->setExpectation(
            report.seconds > 0
                ? tr("%1 steps, about %2 and %3 GB")
                      .arg(report.steps)
                      .arg(timeWords(report.seconds))
                      .arg(report.memoryBytes / 1e9, 0, 'f', 1)
                : tr("%1 steps, about %2 GB").arg(report.steps).arg(report.memoryBytes / 1e9, 0, 'f', 1));
    } else {
        form_->setDataWords({}, {});
        form_->setExpectation({});
    }
    showFindings();
    updateEnabled();
}

void TrainingDocks::showFindings()
{
    std::vector<FormFinding> findings;
    if (session_.images().empty())
        findings.push_back(obstacle(tr("Open a folder of images first.")));
    else if (!training_.data() && !training_.planning())
        findings.push_back(obstacle(translated(training_.reason())));
    else
        for (const PlanFinding &found : training_.report().findings)
            findings.push_back(finding(found));
    form_->setFindings(findings);
}

void TrainingDocks::updateEnabled()
{
    using State = RunSummary::State;
    const RunProcess &run = training_.process();
    const State state = run.summary().state;
    const bool alive = run.alive(), somewhere = !run.folder().empty();
    const auto &findings = training_.report().findings;
    const bool blocked = std::any_of(findings.begin(), findings.end(), [](const PlanFinding &found) {
        return found.weight == PlanFinding::Weight::Obstacle;
    });
    const bool ready = training_.data() && !blocked && !training_.planning() && !training_.writing() && !alive;
    form_->setStartAllowed(!alive && !training_.writing(),
                           alive ? tr("A training is going on; the next one can start after it.") : QString());
    actions_[ActionId::StartTraining].setEnabled(ready);
    actions_[ActionId::PreviewTraining].setEnabled(training_.data() != nullptr);
    QAction &pause = actions_[ActionId::PauseTraining];
    pause.setEnabled(alive);
    pause.setChecked(alive && (state == State::Paused || run.asked() == RunCommand::Pause));
    actions_[ActionId::StopTraining].setEnabled(alive);
    actions_[ActionId::UseTrainedModel].setEnabled(somewhere && run.summary().hasCheckpoint);
}

bool TrainingDocks::mayClose()
{
    if (!training_.process().alive())
        return true;
    QMessageBox box(
        QMessageBox::Question, tr("A training is going on"),
        tr("The training %1 does not need the window. Shall it go on?").arg(nameOfRun(training_.process().folder())),
        QMessageBox::NoButton, window_);
    box.setObjectName(QStringLiteral("trainingQuestion"));
    const QPushButton *on = box.addButton(tr("Let it go on"), QMessageBox::AcceptRole);
    const QPushButton *stop = box.addButton(tr("Stop it, keep its model"), QMessageBox::DestructiveRole);
    box.addButton(tr("Keep the window"), QMessageBox::RejectRole);
    box.exec();
    if (box.clickedButton() == stop)
        training_.process().tellNow(RunCommand::Stop);
    return box.clickedButton() == on || box.clickedButton() == stop;
}

}  // namespace fcoscope
