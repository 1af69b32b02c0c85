// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_form.h"

#include <QEvent>
#include <QLocale>
#include <QTimer>
#include <QToolTip>
#include <utility>

#include "widgets/theme.h"
#include "widgets/training/training_form_parts.h"

namespace fcoscope {

TrainingForm::TrainingForm(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    makeParts();
    Parts &p = *parts_;
    const auto chosen = [this](QComboBox *box, void (TrainingForm::*tell)(const QString &)) {
        connect(box, &QComboBox::currentIndexChanged, this, [this, box, tell] {
            parts_->wanted = false;
            Q_EMIT(this->*tell)(box->currentData().toString());
        });
    };
    chosen(p.start.box, &TrainingForm::startFromChosen);
    chosen(p.images.box, &TrainingForm::imagesChosen);
    connect(p.preview, &QPushButton::clicked, this, &TrainingForm::previewWanted);
    connect(p.details, &QToolButton::clicked, this, [this] {
        QWidget *at = parts_->details;
        QToolTip::showText(at->mapToGlobal(QPoint(0, at->height())), parts_->data->toolTip(), at);
    });
    connect(p.findings, &FindingList::chosen, this, [this](const FormFinding &finding) {
        if (!finding.option.isEmpty())
            showOption(finding.option);
        if (!finding.image.isEmpty())
            Q_EMIT imageWanted(finding.image);
    });
    connect(p.begin, &QPushButton::clicked, this, [this] {
        Parts &parts = *parts_;
        if (!parts.checking) {
            parts.emitted = true;
            Q_EMIT startWanted();
        } else if (!parts.emitted) {
            parts.wanted = true;
            refresh();
        }
    });
    arrange();
    retranslate();
}

TrainingForm::~TrainingForm() = default;

void TrainingForm::setStarts(const std::vector<FormChoice> &choices, const QString &chosen)
{
    parts_->start.fill(choices, chosen);
}

void TrainingForm::setImages(const std::vector<FormChoice> &choices, const QString &chosen)
{
    parts_->images.fill(choices, chosen);
}

void TrainingForm::setOffered(const std::string &option, const std::vector<FormChoice> &values)
{
    auto &offered = parts_->offered[option];
    offered.clear();
    for (const FormChoice &value : values)
        offered.push_back({value.words, value.id.toStdString()});
}

void TrainingForm::reload()
{
    for (OptionForm *form : parts_->forms())
        form->reload();
}

void TrainingForm::setDataWords(const QString &words, const QString &details)
{
    Parts &p = *parts_;
    p.data->setText(words);
    p.data->setToolTip(details);
    p.data->setVisible(!words.isEmpty());
    p.data->setAccessibleDescription(details);
    p.details->setVisible(!words.isEmpty() && !details.isEmpty());
    p.details->setToolTip(details);
    p.details->setAccessibleDescription(details);
}

void TrainingForm::setFindings(const std::vector<FormFinding> &findings)
{
    parts_->findings->setFindings(findings);
    refresh();
}

// What the check has found may come after word that it is done: both in the same event.
void TrainingForm::setChecking(bool checking)
{
    Parts &p = *parts_;
    if (p.checking && !checking) {
        p.emitted = false;
        QTimer::singleShot(0, this, [this] {
            if (parts_->checking || !std::exchange(parts_->wanted, false))
                return;
            refresh();
            if (parts_->begin->isEnabled())
                parts_->begin->click();
        });
    }
    p.checking = checking;
    p.checked = true;
    refresh();
}

void TrainingForm::setExpectation(const QString &words)
{
    parts_->expectation->setText(words);
    parts_->expectation->setVisible(!words.isEmpty());
}

void TrainingForm::setStartAllowed(bool allowed, const QString &reason)
{
    parts_->allowed = allowed;
    parts_->reason = reason;
    refresh();
}

void TrainingForm::setResuming(bool resuming, const std::vector<std::string> &fixedOptions)
{
    Parts &p = *parts_;
    if (p.resuming != resuming)
        p.wanted = false;  // another training was meant
    p.resuming = resuming;
    p.fixedOptions = fixedOptions;
    retranslate();
}

// Opens the fold it stands in, and brings it under the hand.
void TrainingForm::showOption(const QString &name)
{
    Parts &p = *parts_;
    QWidget *editor = nullptr;
    for (OptionForm *form : p.main)
        if (QWidget *found = form->editorOf(name.toStdString()))
            editor = found;
    for (const GroupFold &group : p.groups)
        if (QWidget *found = group.form->editorOf(name.toStdString()); found && !editor) {
            group.fold->setOpen(true);
            editor = found;
        }
    if (!editor)
        return;
    editor->setFocus(Qt::ShortcutFocusReason);  // selects what is in it
    QTimer::singleShot(0, editor, [this, editor] { parts_->scroll->showWhole(editor); });
}

// What follows from findings, check and permission.
void TrainingForm::refresh()
{
    Parts &p = *parts_;
    const QString obstacle = p.obstacle();
    if (!obstacle.isEmpty() && !p.checking)
        p.wanted = false;
    p.begin->setEnabled(p.checking ? p.allowed : obstacle.isEmpty());
    const QString name = p.resuming ? tr("Go on training") : tr("Start training");
    p.begin->setText(p.wanted ? tr("Starts after the check…") : name);
    const QString why = !p.begin->isEnabled() ? tr("It cannot start: %1").arg(obstacle)
                        : p.checking ? tr("The check is not done yet. Pressed now, the training starts when it is.")
                        : p.resuming ? tr("Goes on where the run stopped, with these settings")
                                     : tr("Trains in a process of its own; you can go on labelling");
    p.begin->setToolTip(why);
    p.begin->setAccessibleDescription(why);
    p.blocked->setText(p.begin->isEnabled() ? QString() : why);
    p.blocked->setVisible(!p.begin->isEnabled());
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, errorColor(palette()));
    p.blocked->setPalette(colours);

    const int obstacles = p.countOf(FormFinding::Weight::Obstacle), warnings = p.countOf(FormFinding::Weight::Warning),
              notes = p.countOf(FormFinding::Weight::Note);
    const QLocale locale;
    QStringList counts;
    if (obstacles > 0)
        counts += tr("obstacles: %1").arg(locale.toString(obstacles));
    if (warnings > 0)
        counts += tr("warnings: %1").arg(locale.toString(warnings));
    if (notes > 0)
        counts += tr("notes: %1").arg(locale.toString(notes));
    p.found->setText(p.checking         ? tr("Checking the images and the settings…")
                     : counts.isEmpty() ? tr("Checked: nothing stands in the way.")
                                        : tr("Checked; %1").arg(counts.join(tr(", "))));
    p.found->setVisible(p.checked || !p.findings->findings().empty());
    p.findings->setVisible(!p.findings->findings().empty());
}

void TrainingForm::retranslate()
{
    Parts &p = *parts_;
    const QString fixed = p.resuming ? tr("Fixed since the run began; a new run can have another.") : QString();
    p.start.name(tr("Start from"),
                 p.resuming ? tr("Goes on with what this run has learnt.")
                            : tr("Weights that the training begins with; what they know need not be learnt again."),
                 {});
    p.images.name(tr("Images"), tr("Which labelled images it learns from and is measured on."), fixed);
    for (OptionForm *form : p.forms())
        form->setFixed(p.resuming ? p.fixedOptions : std::vector<std::string>{}, fixed);
    p.elseLabel->setText(tr("Everything else"));
    p.elseLabel->setVisible(!p.groups.empty());
    p.details->setAccessibleName(tr("Which images validate"));
    p.preview->setText(tr("Look at samples"));
    p.preview->setToolTip(tr("Pictures as augmentation makes them, and what each location learns there"));
    p.preview->setAccessibleDescription(p.preview->toolTip());
    p.findings->retranslate();
    p.scroll->setAccessibleName(tr("Settings of the training"));
    refresh();
}

void TrainingForm::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if ((width() >= wideFrom) != parts_->wide)
        arrange();
}

void TrainingForm::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    if (event->type() == QEvent::PaletteChange)
        refresh();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
