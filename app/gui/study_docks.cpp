// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/study_docks.h"

#include <QFile>

#include <filesystem>

#include "app/gui/export_dialog.h"
#include "app/gui/figure_recipes.h"
#include "app/gui/opening_dialogs.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/eval/assignment_report.h"
#include "widgets/assignment_panel.h"
#include "widgets/canvas.h"
#include "widgets/score_panel.h"
#include "widgets/theme.h"

namespace fcoscope {
namespace {

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

StudyDocks::StudyDocks(Session &session, Lens &lens, Canvas &canvas, QSettings &settings, QWidget *parent)
    : QObject(parent), session_(session), canvas_(canvas), settings_(settings), study_(session, lens),
      assignment_(new AssignmentPanel(parent)), scores_(new ScorePanel(parent))
{
    connectPanels();
    connect(&session_, &Session::changed, this, [this](const Change &change) {
        if (!change.has(Change::Shown))
            return;
        if (awaited_ && awaited_->first == session_.current())
            canvas_.showBox(awaited_->second);
        awaited_.reset();
    });
    refresh();
}

QWidget *StudyDocks::assignment()
{
    return assignment_;
}

QWidget *StudyDocks::scores()
{
    return scores_;
}

void StudyDocks::proposeLimits()
{
    study_.propose();
}

void StudyDocks::connectPanels()
{
    connect(&study_, &Study::changed, this, &StudyDocks::refresh);
    connect(&study_, &Study::failed, this, &StudyDocks::failed);
    connect(&study_, &Study::limitsProposed, this, &StudyDocks::limitsProposed);
    connect(&study_, &Study::assignProgressed, assignment_, &AssignmentPanel::setProgress);
    connect(&study_, &Study::assignFailed, assignment_, &AssignmentPanel::setFailed);
    connect(&study_, &Study::assignStopped, assignment_, &AssignmentPanel::setStopped);
    connect(&study_, &Study::scoreProgressed, scores_, &ScorePanel::setProgress);
    connect(assignment_, &AssignmentPanel::startRequested, &study_, &Study::assign);
    connect(assignment_, &AssignmentPanel::stopRequested, &study_, &Study::stopAssigning);
    connect(assignment_, &AssignmentPanel::exportRequested, this, &StudyDocks::save);
    connect(assignment_, &AssignmentPanel::boxActivated, this, &StudyDocks::openAt);
    connect(scores_, &ScorePanel::startRequested, &study_, &Study::score);
    connect(scores_, &ScorePanel::stopRequested, &study_, &Study::stopScoring);
    connect(scores_, &ScorePanel::exportRequested, this, [this] {
        FigureLook page;
        page.dark = isDark(scores_->palette());
        exportFigure(scores_, settings_, scoreFigure(scores_->plot()), QStringLiteral("score-against-iou"), page);
    });
    connect(scores_, &ScorePanel::pointActivated, this, [this](int point) {
        const ScoreOverlap &data = scores_->plot().data();
        const ScorePoint &at = data.points.at(static_cast<size_t>(point));
        openAt(data.images.at(static_cast<size_t>(at.image)), at.box);
    });
}

void StudyDocks::refresh()
{
    const bool labelled = study_.hasLabels();
    assignment_->setDataAvailable(labelled);
    if (study_.assigning())
        assignment_->setProgress({});
    else if (study_.statistics() != assignment_->statistics())
        assignment_->setStatistics(study_.statistics());
    scores_->setReady(labelled && session_.model());
    scores_->setRunning(study_.scoring());
    const ScoreOverlapPtr found = study_.scores();
    if (found == shownScores_)
        return;
    shownScores_ = found;
    scores_->setScores(found ? *found : ScoreOverlap(), study_.scoredNames(),
                       study_.scoredBy().scoreRule == ScoreRule::SquareRoot);
}

void StudyDocks::openAt(const ImageId &image, const Box &box)
{
    const ImageId id = std::filesystem::absolute(image).lexically_normal().string();
    if (session_.current() == id && session_.picture())
        return canvas_.showBox(box);
    awaited_ = {id, box};
    session_.setCurrent(id);
}

void StudyDocks::save()
{
    const QString file = askForReport(assignment_, settings_);
    if (file.isEmpty())
        return;
    try {
        for (const auto &[path, text] : reportFiles(QFile::encodeName(file).toStdString(), *study_.statistics()))
            writeFile(path, text);
    } catch (const UserError &error) {
        Q_EMIT failed({error.message(), "report"});
    }
}

}  // namespace fcoscope
