// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/what_if_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/count_table.h"
#include "widgets/detection_table.h"
#include "widgets/fold.h"
#include "widgets/level_choice.h"
#include "widgets/option_form.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

enum SectionIndex { Input, Levels, Assigning, Scores, Suppression, Labels, SectionCount };
constexpr int levelsInARow = 5;

OptionTable tableOf(WhatIf &whatIf)
{
    OptionTable table;
    visit(table, whatIf.profile);
    visit(table, whatIf);
    return table;
}

bool sameButName(Profile a, const Profile &b)
{
    a.name = b.name;
    return a == b;
}

// The sentence that checkProfile() refuses a profile with; "" where it is one.
QString whyInvalid(const Profile &profile)
{
    try {
        checkProfile(profile);
    } catch (const UserError &error) {
        return translated(error.message());
    }
    return {};
}

}  // namespace

WhatIfPanel::WhatIfPanel(QWidget *parent)
    : QWidget(parent), modelProfile_(profileNamed("fcoscope")), profile_(new QComboBox), profileLabel_(new QLabel),
      problem_(new QLabel), levelsLabel_(new QLabel), reset_(new QPushButton), propose_(new QPushButton),
      another_(new QPushButton), draw_(new QPushButton), restore_(new QPushButton), counts_(new CountTable)
{
    valid_.profile = draft_.profile = allLevels_ = modelProfile_;
    auto *head = new QWidget;
    makeHead(head);
    auto *contents = new QWidget;
    makeSections(contents);
    auto *scroll = new QScrollArea;
    scroll->setWidget(contents);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    contents->setAutoFillBackground(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(head);
    layout->addWidget(scroll, 1);
    setMinimumWidth(260);
    makeLevelBoxes();
    retranslate();
    showProblem({});
    setLabelsEdited(false);
}

// The forms write into draft_, the last time when the editor that has the focus loses it by being taken away.
WhatIfPanel::~WhatIfPanel()
{
    for (const Section &section : sections_) {
        section.form->disconnect(this);
        delete section.form;
    }
}

void WhatIfPanel::makeHead(QWidget *head)
{
    profile_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    profile_->setMinimumContentsLength(6);
    profileLabel_->setBuddy(profile_);
    reset_->setIcon(icon("reset"));
    problem_->setWordWrap(true);
    problem_->setTextFormat(Qt::PlainText);
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *line = new QHBoxLayout;
    line->addWidget(profileLabel_);
    line->addWidget(profile_, 1);
    line->addWidget(reset_);
    auto *layout = new QVBoxLayout(head);
    layout->setContentsMargins(12, 10, 12, 8);
    layout->setSpacing(8);
    layout->addLayout(line);
    layout->addWidget(counts_);
    layout->addWidget(problem_);
    connect(profile_, &QComboBox::activated, this, [this] {
        const QString name = profile_->currentData().toString();
        adopt(name.isEmpty() ? modelProfile_ : profileNamed(name.toStdString()));
    });
    connect(reset_, &QPushButton::clicked, this, &WhatIfPanel::reset);
}

WhatIfPanel::Section &WhatIfPanel::addSection(QWidget *contents, const std::vector<std::string> &names)
{
    auto *body = new QWidget;
    auto *inside = new QVBoxLayout(body);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(6);
    auto *form = new OptionForm;
    form->setTable(tableOf(draft_), names);
    form->setNarrow();
    inside->addWidget(form);
    connect(form, &OptionForm::changed, this, &WhatIfPanel::edited);
    auto *fold = new Fold(body);
    contents->layout()->addWidget(fold);
    return sections_.emplace_back(Section{fold, form});
}

void WhatIfPanel::makeSections(QWidget *contents)
{
    auto *layout = new QVBoxLayout(contents);
    layout->setContentsMargins(6, 2, 8, 10);
    layout->setSpacing(6);
    const auto bodyOf = [](const Section &section) {
        return static_cast<QVBoxLayout *>(section.form->parentWidget()->layout());
    };
    addSection(contents, {"short-side", "long-side", "size-rounding", "size-divisor"});

    const Section levels = addSection(contents, {"strides", "range-limits"});
    levelBoxes_ = new QGridLayout;
    levelBoxes_->setHorizontalSpacing(4);
    bodyOf(levels)->insertWidget(0, levelsLabel_);
    bodyOf(levels)->insertLayout(1, levelBoxes_);
    bodyOf(levels)->addWidget(propose_);

    addSection(contents, {"center-region", "center-radius", "range-test", "tie-rule", "locations", "pixels"});
    addSection(contents, {"score-rule", "centerness-source", "rank-rule", "score-threshold", "class-threshold",
                          "best-class-only", "candidate-scope", "candidates-per-level"});
    addSection(contents, {"nms-threshold", "nms-scope", "nms-test", "nms-frame", "detections-per-image"});

    const Section labels = addSection(contents, {"label-source", "training-sample"});
    for (QPushButton *button : {another_, draw_, restore_})
        bodyOf(labels)->addWidget(button);
    draw_->setCheckable(true);
    layout->addStretch();

    connect(propose_, &QPushButton::clicked, this, &WhatIfPanel::proposeLimitsRequested);
    connect(restore_, &QPushButton::clicked, this, &WhatIfPanel::restoreLabelsRequested);
    connect(draw_, &QPushButton::clicked, this, [this](bool on) { Q_EMIT drawBoxesToggled(on); });
    connect(another_, &QPushButton::clicked, this, [this] {
        ++draft_.sampleSeed;
        edited();
    });
}

// --- Levels

void WhatIfPanel::makeLevelBoxes()
{
    for (QCheckBox *box : levels_)
        delete box;
    levels_.clear();
    for (size_t i = 0; i < allLevels_.strides.size(); ++i) {
        auto *box = new QCheckBox;
        levelBoxes_->addWidget(box, static_cast<int>(i) / levelsInARow, static_cast<int>(i) % levelsInARow);
        connect(box, &QCheckBox::toggled, this, [this, i](bool on) {
            if (!quiet_)
                switchLevel(i, on);
        });
        levels_.push_back(box);
    }
}

void WhatIfPanel::switchLevel(size_t level, bool on)
{
    std::vector<double> strides;
    for (size_t i = 0; i < levels_.size(); ++i)
        if (i == level ? on : levels_[i]->isChecked())
            strides.push_back(allLevels_.strides[i]);
    try {
        const Profile reduced = reducedTo(strides, allLevels_);
        draft_.profile.strides = reduced.strides;
        draft_.profile.rangeLimits = reduced.rangeLimits;
    } catch (const UserError &error) {  // the last one
        showAll();
        showProblem(translated(error.message()));
        return;
    }
    sections_[Levels].form->reload();
    edited();
}

// Of which levels are those shown what is left? Of the ones that had boxes so far, of the model's, or they are all.
void WhatIfPanel::findLevels()
{
    const std::vector<double> before = allLevels_.strides;
    if (!comesFrom(draft_.profile, allLevels_))
        allLevels_ = comesFrom(draft_.profile, modelProfile_) ? modelProfile_ : draft_.profile;
    if (allLevels_.strides != before)
        makeLevelBoxes();
    quiet_ = true;
    for (size_t i = 0; i < levels_.size(); ++i) {
        const auto &strides = draft_.profile.strides;
        levels_[i]->setChecked(std::find(strides.begin(), strides.end(), allLevels_.strides[i]) != strides.end());
        levels_[i]->setText(levelName(allLevels_.strides[i]));
    }
    quiet_ = false;
}

void WhatIfPanel::takeLimits(const std::vector<double> &limits)
{
    if (limits.empty()) {
        showProblem(tr("There are too few boxes to propose ranges from."));
        return;
    }
    draft_.profile.rangeLimits = limits;
    sections_[Levels].form->reload();
    edited();
}

// --- What is in force

void WhatIfPanel::edited()
{
    const QString problem = whyInvalid(draft_.profile);
    if (problem.isEmpty()) {
        valid_ = draft_;
        findLevels();
    }
    showProfileName();
    updateButtons();
    showProblem(problem);
    if (problem.isEmpty())
        Q_EMIT changed(valid_);
}

void WhatIfPanel::adopt(const Profile &profile)
{
    draft_.profile = profile;
    showAll();
    edited();
}

void WhatIfPanel::setModelProfile(const Profile &profile)
{
    const bool follows = sameButName(draft_.profile, modelProfile_);
    modelProfile_ = profile;
    if (follows)
        valid_.profile = draft_.profile = profile;
    showAll();
}

void WhatIfPanel::setWhatIf(const WhatIf &whatIf)
{
    if (whatIf == valid_ && !problem_->text().isEmpty())
        return;
    valid_ = draft_ = whatIf;
    showAll();
    showProblem({});
}

void WhatIfPanel::reset()
{
    draft_ = WhatIf();
    adopt(modelProfile_);
}

QString WhatIfPanel::problem() const
{
    return problem_->text();
}

// --- What is shown

void WhatIfPanel::showAll()
{
    if (whyInvalid(draft_.profile).isEmpty())
        findLevels();
    for (const Section &section : sections_)
        section.form->reload();
    showProfileName();
    updateButtons();
}

// The chooser names the profile that is shown, whatever way it came to be.
void WhatIfPanel::showProfileName()
{
    const int last = profile_->count() - 1;
    const auto names = [&](int item) {
        const std::string name = profile_->itemData(item).toString().toStdString();
        return item >= 0 && item < last && sameButName(draft_.profile, item == 0 ? modelProfile_ : profileNamed(name));
    };
    int at = profile_->currentIndex();  // stays where two names mean the same, or keys could not get past them
    for (int i = 0; i <= last && !names(at); ++i)
        at = i;
    profile_->setCurrentIndex(at);
}

void WhatIfPanel::showProblem(const QString &problem)
{
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, errorColor(palette()));
    problem_->setPalette(colours);
}

void WhatIfPanel::updateButtons()
{
    WhatIf model;
    model.profile = modelProfile_;
    WhatIf shown = draft_;
    shown.profile.name = modelProfile_.name;
    reset_->setEnabled(!(shown == model));
    another_->setEnabled(draft_.trainingSample);
}

void WhatIfPanel::setCounts(const std::optional<AssignmentCounts> &model, const std::optional<AssignmentCounts> &whatIf)
{
    counts_->setCounts(model, whatIf);
}

void WhatIfPanel::setLabelsEdited(bool edited)
{
    restore_->setEnabled(edited);
}

void WhatIfPanel::setDrawingBoxes(bool drawing)
{
    draw_->setChecked(drawing);
}

void WhatIfPanel::retranslate()
{
    profileLabel_->setText(tr("Profile"));
    profile_->setAccessibleName(tr("Profile"));
    profile_->setToolTip(tr("Whose FCOS: every public codebase computes a slightly different one"));
    profile_->clear();
    profile_->addItem(tr("The model's"), QString());
    for (const std::string &name : profileNames())
        profile_->addItem(QString::fromStdString(name), QString::fromStdString(name));
    profile_->addItem(tr("Changed"), QString());
    // "Changed" says what is; it cannot be chosen.
    static_cast<QStandardItemModel *>(profile_->model())->item(profile_->count() - 1)->setEnabled(false);

    const QString titles[SectionCount] = {tr("Input"),  tr("Levels"), tr("Assignment"),
                                          tr("Scores"), tr("NMS"),    tr("Labels and samples")};
    for (size_t i = 0; i < sections_.size(); ++i)
        sections_[i].fold->setTitle(titles[i]);
    reset_->setText(tr("Reset"));
    reset_->setToolTip(tr("Go back to the values the model was made with"));
    levelsLabel_->setText(tr("Levels that learn"));
    propose_->setText(tr("Propose from the data set"));
    propose_->setToolTip(tr("Range limits under which every level learns about the same number of boxes"));
    another_->setText(tr("Another sample"));
    another_->setToolTip(tr("Draw the flip, scale and crop of a training sample anew"));
    draw_->setText(tr("Draw boxes"));
    draw_->setToolTip(tr("Draw, move and resize boxes in the picture; nothing is saved"));
    restore_->setText(tr("Restore labels"));
    restore_->setToolTip(tr("Forget the boxes that were drawn, moved or removed"));
    showAll();
    if (!problem().isEmpty())
        showProblem(whyInvalid(draft_.profile));
}

void WhatIfPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    if (event->type() == QEvent::PaletteChange)
        showProblem(problem());
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
