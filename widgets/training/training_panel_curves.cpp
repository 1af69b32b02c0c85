// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, into the curves: which line stands for what, and steps by the hundred thousand without a pause.
#include <QComboBox>
#include <QElapsedTimer>

#include <algorithm>
#include <cmath>

#include "widgets/detection_table.h"
#include "widgets/theme.h"
#include "widgets/training/training_panel_parts.h"

namespace fcoscope {
namespace {

constexpr double sliceMs = 8;  // of taking steps in, between two events of the window
constexpr const char *figures[] = {"AP", "AP50", "AP75"};

/// Dashes by which the runs that are compared are told apart.
Qt::PenStyle styleOf(size_t run)
{
    constexpr Qt::PenStyle styles[] = {Qt::DashLine, Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine};
    return run == 0 ? Qt::SolidLine : styles[(run - 1) % std::size(styles)];
}

}  // namespace

void TrainingPanel::nameLines()
{
    Parts &p = *parts_;
    struct Name {
        QString id, words;
        int colour;
    };
    std::vector<Name> losses{{"total", tr("total"), 7},
                             {"class", tr("class"), 0},
                             {"box", tr("box"), 1},
                             {"centerness", tr("centerness"), 2}};
    std::vector<Name> levels, one{{"all", {}, 0}}, measured;
    for (size_t i = 0; i < p.strides.size(); ++i)
        levels.push_back({QString::number(p.strides[i]), levelName(p.strides[i]), static_cast<int>(i)});
    for (size_t i = 0; i < std::size(figures); ++i)
        measured.push_back({figures[i], QString::fromLatin1(figures[i]), static_cast<int>(i)});
    const auto set = [&](CurvePlot &plot, const std::vector<Name> &names, bool marks = false) {
        std::vector<CurveLine> lines;
        for (size_t run = 0; run <= p.compared.size(); ++run)
            for (const Name &name : names)
                lines.push_back({name.id, name.words, run == 0 ? QString() : p.compared[run - 1],
                                 name.colour == 7 ? palette().color(QPalette::Text) : classColor(name.colour),
                                 styleOf(run), marks});
        plot.setLines(lines, p.followed);
    };
    set(*p.loss, losses);
    for (CurvePlot *plot : p.partOfLevel)
        set(*plot, levels);
    set(*p.positives, levels);
    one[0].words = tr("learning rate");
    set(*p.rate, one);
    one[0].words = tr("images/s");
    set(*p.speed, one);
    set(*p.ap, measured, true);
}

void TrainingPanel::Parts::take(size_t run, const TrainingStep &step)
{
    const double losses[] = {step.classLoss + step.boxLoss + step.centernessLoss, step.classLoss, step.boxLoss,
                             step.centernessLoss};
    for (size_t i = 0; i < 4; ++i)
        loss->append(4 * run + i, step.step, losses[i]);
    for (size_t i = 0; i < std::min(step.levels.size(), strides.size()); ++i) {
        const TrainingStep::Level &level = step.levels[i];
        const size_t line = strides.size() * run + i;
        partOfLevel[0]->append(line, step.step, level.classLoss);
        if (level.positives > 0) {  // without one there is no such loss, which is another thing than one of 0
            partOfLevel[1]->append(line, step.step, level.boxLoss);
            partOfLevel[2]->append(line, step.step, level.centernessLoss);
        }
        positives->append(line, step.step, level.positives);
    }
    rate->append(run, step.step, step.learningRate);
    speed->append(run, step.step, step.imagesPerSecond);
}

void TrainingPanel::Parts::take(size_t run, const TrainingValidation &validation)
{
    for (size_t i = 0; i < std::size(figures); ++i)
        if (const auto found = validation.figures.find(figures[i]);
            found != validation.figures.end() && found->second >= 0)
            ap->append(std::size(figures) * run + i, validation.step, found->second);
}

size_t TrainingPanel::Parts::takeSome(size_t run, const std::vector<TrainingStep> &steps, size_t from, double budgetMs)
{
    QElapsedTimer clock;
    clock.start();
    size_t i = from;
    for (; i < steps.size(); ++i) {
        take(run, steps[i]);
        if (i % 64 == 63 && static_cast<double>(clock.nsecsElapsed()) / 1e6 > budgetMs)
            return i + 1;
    }
    return i;
}

void TrainingPanel::addSteps(std::vector<TrainingStep> steps)
{
    Parts &p = *parts_;
    const bool first = std::none_of(p.waiting.begin(), p.waiting.end(), [](const auto &one) { return one.run == 0; });
    const size_t taken = first ? p.takeSome(0, steps, 0, sliceMs) : 0;
    if (taken == steps.size())
        return;
    p.waiting.push_back({0, std::move(steps), taken});
    p.taking.start();
}

void TrainingPanel::takeMore()
{
    Parts &p = *parts_;
    if (!p.waiting.empty()) {
        Parts::Waiting &one = p.waiting.front();
        one.taken = p.takeSome(one.run, one.steps, one.taken, sliceMs);
        if (one.taken == one.steps.size())
            p.waiting.pop_front();
    }
    if (!p.waiting.empty())
        p.taking.start();
}

bool TrainingPanel::busy() const
{
    return !parts_->waiting.empty();
}

void TrainingPanel::addValidations(const std::vector<TrainingValidation> &validations)
{
    for (const TrainingValidation &validation : validations) {
        parts_->validations.push_back(validation);
        parts_->take(0, validation);
    }
    parts_->showTable();
}

void TrainingPanel::cut(double step)
{
    Parts &p = *parts_;
    for (Parts::Waiting &one : p.waiting)
        if (one.run == 0) {
            one.steps.erase(one.steps.begin(), one.steps.begin() + static_cast<std::ptrdiff_t>(one.taken));
            one.taken = 0;
            std::erase_if(one.steps, [&](const TrainingStep &each) { return each.step > step; });
        }
    std::erase_if(p.waiting, [](const Parts::Waiting &one) { return one.steps.empty(); });
    std::erase_if(p.validations, [&](const TrainingValidation &each) { return each.step > step; });
    for (CurvePlot *plot : p.all())
        plot->cut(step);
    p.showTable();
}

void TrainingPanel::setCompared(std::vector<TrainingCurves> runs)
{
    Parts &p = *parts_;
    std::erase_if(p.waiting, [](const Parts::Waiting &one) { return one.run > 0; });
    p.compared.clear();
    nameLines();  // the curves of those before are gone
    for (const TrainingCurves &run : runs)
        p.compared.push_back(run.name);
    nameLines();
    for (size_t i = 0; i < runs.size(); ++i) {
        for (const TrainingValidation &validation : runs[i].validations)
            p.take(i + 1, validation);
        if (!runs[i].steps.empty())
            p.waiting.push_back({i + 1, std::move(runs[i].steps), 0});
    }
    if (!p.waiting.empty())
        p.taking.start();
    makeCompareMenu();
}

void TrainingPanel::setRun(const QString &name, const std::vector<std::string> &classNames,
                           const std::vector<int> &strides)
{
    Parts &p = *parts_;
    std::erase_if(p.waiting, [](const Parts::Waiting &one) { return one.run == 0; });
    p.followed = name;
    p.classNames = classNames;
    const bool otherLevels = strides != p.strides;
    p.strides = strides;
    for (CurvePlot *plot : p.all())
        plot->cut(-std::numeric_limits<double>::infinity());
    if (otherLevels) {  // what is compared was counted by the levels before
        std::erase_if(p.waiting, [](const Parts::Waiting &) { return true; });
        p.compared.clear();
    }
    nameLines();
    for (CurvePlot *plot : p.all())
        plot->follow();
    p.validations.clear();
    p.alarms->clear();
    setPictures({});
    p.showTable();
    makeCompareMenu();
}

void TrainingPanel::Parts::showTable()
{
    const size_t count = validations.size();
    table->setFigures(classNames, count > 0 ? validations[count - 1].classAp : std::map<std::string, double>{},
                      count > 1 ? validations[count - 2].classAp : std::map<std::string, double>{});
}

}  // namespace fcoscope
