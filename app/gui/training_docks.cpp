// SPDX-License-Identifier: GPL-3.0-or-later
// The form's side: what a training is asked, and what was found before the start.
#include "app/gui/training_docks.h"

#include <QMessageBox>
#include <QPushButton>

#include <algorithm>

#include "widgets/message_strip.h"
#include "widgets/training/model_comparison.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_panel.h"
#include "widgets/translate.h"

namespace fcoscope {
namespace fs = std::filesystem;
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
        return TrainingDocks::tr("%1 s").arg(std::max(1, static_cast<int>(seconds + 0.5)));
    if (seconds < 5400)
        return TrainingDocks::tr("%1 min").arg(static_cast<int>(seconds / 60 + 0.5));
    return TrainingDocks::tr("%1 h").arg(seconds / 3600, 0, 'f', 1);
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
std::vector<FormChoice> offeredDevices(int cudaDevices)
{
    std::vector<FormChoice> devices{{TrainingDocks::tr("The fastest there is"), QStringLiteral("auto")},
                                    {TrainingDocks::tr("Processor"), QStringLiteral("cpu")}};
    for (int i = 0; i < cudaDevices; ++i)
        devices.push_back({TrainingDocks::tr("GPU %1").arg(i), QStringLiteral("cuda:%1").arg(i)});
    return devices;
}

/// The id of the choice to let the run that is shown go on.
const QString theRun = QStringLiteral("run");

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

void TrainingDocks::retranslate()
{
    showStarts();
    showImages();
    rebuildForm(true);
    showPlan();
    showRun();
}

void TrainingDocks::connectForm()
{
    connect(&training_, &Training::planned, this, [this] {
        if (resuming_ != training_.goesOn())
            showStarts();
        showPlan();
    });
    connect(&training_, &Training::failed, this, &TrainingDocks::failed);
    connect(&training_, &Training::writingChanged, this, &TrainingDocks::showPlan);
    connect(form_, &TrainingForm::startFromChosen, this, &TrainingDocks::chooseStart);
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
        if (change.has(Change::Images)) {
            choose(QStringLiteral("reviewed"));
            showImages();
        }
        if (change.has(Change::Listed) && imagesShown_ == QLatin1String("listed"))
            choose(QStringLiteral("listed"));
    });
    connect(&session_.weights(), &WeightsShelf::changed, this, &TrainingDocks::showStarts);
    showStarts();
    choose(QStringLiteral("reviewed"));
    showImages();
}

QString TrainingDocks::modelWords(const fs::path &file)
{
    const fs::path checkpoint = file.filename() == "model.safetensors" ? file.parent_path() : file;
    if (checkpoint.parent_path().filename() != "checkpoints")
        return fileName(file.string());
    const QString run = nameOfRun(checkpoint.parent_path().parent_path());
    return checkpoint.filename() == "best" ? tr("the best of training %1").arg(run)
                                           : tr("the last of training %1").arg(run);
}

/// The loaded model first: who has one goes on from it. A run that can go on is another thing to start from.
void TrainingDocks::showStarts()
{
    std::vector<FormChoice> choices;
    if (const ModelPtr model = session_.model())
        choices.push_back({tr("The loaded model (%1)").arg(modelWords(model->info.path)),
                           QString::fromStdString(model->info.path.string())});
    for (const PublishedWeights &entry : weightsCatalogue())
        if (const auto file = session_.weights().here(entry); !file.empty())
            choices.push_back({QString::fromUtf8(entry.title), QString::fromStdString(file.string())});
    choices.push_back({tr("Nothing: random weights"), QString()});
    const FormChoice first = choices.front();
    offered_ = training_.canGoOn() ? training_.process().summary() : RunSummary();
    if (training_.canGoOn())
        choices.push_back({tr("Training %1, where it stopped (step %2)")
                               .arg(nameOfRun(training_.process().folder()))
                               .arg(training_.process().summary().step),
                           theRun});
    resuming_ = training_.goesOn();
    const QString now = resuming_ ? theRun : QString::fromStdString(training_.request().startFrom);
    const bool there = std::any_of(choices.begin(), choices.end(), [&](const FormChoice &c) { return c.id == now; });
    const QString chosen = there && (!now.isEmpty() || chosenNothing_) ? now : first.id;
    if (starts_ != choices || startShown_ != chosen)
        form_->setStarts(starts_ = choices, startShown_ = chosen);
    form_->setResuming(resuming_, lastingOptions(RequestTables(training_.request())));
    showImages();
    if (chosen != now && !resuming_)
        training_.setStartFrom(chosen.toStdString());
    rebuildForm();
}

void TrainingDocks::chooseStart(const QString &id)
{
    startShown_ = id;
    if (id == theRun) {
        training_.prepareGoingOn(true);
        if (!training_.goesOn())  // it has begun again meanwhile
            showStarts();
        return;
    }
    chosenNothing_ = id.isEmpty();
    resuming_ = false;  // what the box says is right already
    training_.prepareGoingOn(false);
    training_.setStartFrom(id.toStdString());
    showStarts();
}

/// With the form in sight, since that is where it is started.
void TrainingDocks::prepareGoingOn()
{
    training_.prepareGoingOn(true);
    if (form_->visibleRegion().isEmpty())  // closed, or behind another one
        actions_[ActionId::ShowTrainingForm].trigger();
}

void TrainingDocks::showImages()
{
    if (resuming_)
        return form_->setImages({{tr("Those of the run"), theRun}}, theRun);
    form_->setImages({{tr("All that were looked at"), QStringLiteral("reviewed")},
                      {tr("Those marked as verified or empty"), QStringLiteral("verified")},
                      {tr("Those the list shows now"), QStringLiteral("listed")},
                      {tr("All, also those nobody has looked at"), QStringLiteral("all")}},
                     imagesShown_);
}

void TrainingDocks::choose(const QString &images)
{
    imagesShown_ = images;
    training_.setChoice(choiceNamed(images, session_, training_.choice()));
}

/// Its tables refer to the request, which stays where it is; what they hold may have changed.
void TrainingDocks::rebuildForm(bool anew)
{
    // Weights bring their network with them.
    const bool network = training_.request().startFrom.empty() && !training_.goesOn();
    if (networkShown_ == network && !anew)
        return form_->reload();
    networkShown_ = network;
    form_->setOffered("device", offeredDevices(cudaDevices_));
    RequestTables tables(training_.request());
    const auto but = [](const OptionTable &table, const char *left) {
        std::vector<std::string> names;
        for (const Option &option : table.all())
            if (option.name != left)
                names.push_back(option.name);
        return names;
    };
    std::vector<FormGroup> groups{{tr("Training"), tables.train, but(tables.train, "stop-after")},  // for scripts
                                  {tr("Augmentation"), tables.augment, {}},
                                  {tr("Profile"), tables.profile, {}}};
    if (network)
        groups.push_back(
            {tr("Network"), tables.network, but(tables.network, "class-count")});  // the labels say how many
    form_->setOptions(groups, mainOptions());
}

void TrainingDocks::showPlan()
{
    // Asking the driver may take a second, so the check does it, on its worker.
    if (const int found = training_.report().cudaDevices; found > cudaDevices_) {
        cudaDevices_ = found;
        rebuildForm(/*anew=*/true);
    }
    form_->reload();
    form_->setChecking(training_.planning());
    if (const auto &data = training_.data()) {
        const PlanReport &report = training_.report();
        constexpr size_t most = 30;
        QStringList names;
        const size_t measured = data->validation ? data->validation->images.size() : 0;
        for (size_t i = 0; i < std::min(most, measured); ++i)
            names << fileName(data->validation->images[i].file);
        if (measured > most)
            names << tr("… and %1 more").arg(measured - most);
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
    else if (!training_.data() && !training_.planning() && !training_.reason().text.empty())
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
    const bool here = run.alive(), somewhere = !run.folder().empty();
    const auto &findings = training_.report().findings;
    const bool blocked = std::any_of(findings.begin(), findings.end(), [](const PlanFinding &found) {
        return found.weight == PlanFinding::Weight::Obstacle;
    });
    const bool alive = here || !training_.otherAlive().empty();
    const bool ready = training_.data() && !blocked && !training_.planning() && !training_.writing() && !alive;
    form_->setStartAllowed(!alive && !training_.writing(),
                           alive                 ? tr("A training is going on; the next one can start after it.")
                           : training_.writing() ? tr("The images are being read; the training starts then.")
                                                 : QString());
    actions_[ActionId::StartTraining].setEnabled(ready);
    actions_[ActionId::PreviewTraining].setEnabled(training_.data() != nullptr);
    QAction &pause = actions_[ActionId::PauseTraining];
    pause.setEnabled(here);
    pause.setChecked(here && (state == State::Paused || run.asked() == RunCommand::Pause));
    actions_[ActionId::StopTraining].setEnabled(here || training_.writing());
    actions_[ActionId::GoOnTraining].setEnabled(training_.canGoOn());
    actions_[ActionId::UseTrainedModel].setEnabled(somewhere && run.summary().hasCheckpoint);
    actions_[ActionId::LookWithTraining].setEnabled(somewhere && run.summary().hasCheckpoint);
    QAction &follow = actions_[ActionId::FollowImage];
    follow.setEnabled(somewhere && !session_.current().empty() && !choosing_.running() && !following_.running());
    follow.setChecked(std::find(chosen_.begin(), chosen_.end(), session_.current()) != chosen_.end());
}

/// What trains, in this window's project: the run that is followed, or another.
fs::path TrainingDocks::trains()
{
    return training_.process().alive() ? training_.process().folder() : training_.otherAlive();
}

bool TrainingDocks::mayClose()
{
    const fs::path run = trains();
    if (run.empty() && !training_.writing())
        return true;
    const bool rests =
        training_.process().folder() == run && training_.process().summary().state == RunSummary::State::Paused;
    QMessageBox box(QMessageBox::Question, tr("A training is going on"),
                    run.empty() ? tr("The images of a training are being read. It has not begun yet, and will not.")
                    : rests ? tr("The training %1 rests, and keeps its memory, until a window lets it go on or stops "
                                 "it. Shall it rest on?")
                                  .arg(nameOfRun(run))
                            : tr("The training %1 does not need the window. Shall it go on?").arg(nameOfRun(run)),
                    QMessageBox::NoButton, window_);
    box.setObjectName(QStringLiteral("trainingQuestion"));
    const QPushButton *on = box.addButton(run.empty() ? tr("Do not begin it")
                                          : rests     ? tr("Let it rest")
                                                      : tr("Let it go on"),
                                          QMessageBox::AcceptRole);
    const QPushButton *stop =
        run.empty() ? nullptr : box.addButton(tr("Stop it, keep its model"), QMessageBox::DestructiveRole);
    box.addButton(tr("Keep the window"), QMessageBox::RejectRole);
    box.exec();
    if (stop && box.clickedButton() == stop)
        training_.stopNow(run);
    return box.clickedButton() == on || (stop && box.clickedButton() == stop);
}

}  // namespace fcoscope
