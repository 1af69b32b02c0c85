// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_form_parts.h"

#include <set>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

QVBoxLayout *column(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    return layout;
}

// It may be in the middle of a signal, and what it edits may be gone.
void retire(QWidget *widget)
{
    for (QObject *part : widget->findChildren<QObject *>())
        part->blockSignals(true);
    widget->hide();
    widget->setParent(nullptr);
    widget->deleteLater();
}

}  // namespace

// All of it once; what depends on options comes with them.
void TrainingForm::makeParts()
{
    Parts &p = *parts_;
    auto *contents = new QWidget;
    p.body = new QGridLayout(contents);
    p.body->setContentsMargins(8, 6, 8, 8);
    p.body->setHorizontalSpacing(20);
    p.body->setVerticalSpacing(10);

    QVBoxLayout *settings = column(p.settings);
    p.start.addTo(settings);
    settings->addSpacing(10);
    p.images.addTo(settings);
    settings->addSpacing(10);
    p.mainForms = new QVBoxLayout;
    p.mainForms->setSpacing(0);
    settings->addLayout(p.mainForms);

    QVBoxLayout *findings = column(p.findingsPart);
    auto *dataRow = new QHBoxLayout;
    dataRow->addWidget(p.data, 1);
    dataRow->addWidget(p.details, 0, Qt::AlignTop);
    p.details->setAutoRaise(true);
    p.details->setIcon(icon("info"));
    p.details->setFocusPolicy(Qt::StrongFocus);
    p.data->hide();
    p.details->hide();
    findings->addLayout(dataRow);
    findings->addWidget(p.preview, 0, Qt::AlignLeft);
    p.preview->setIcon(icon("image"));
    findings->addSpacing(4);
    findings->addWidget(p.found);
    findings->addWidget(p.findings);

    p.foldList = column(p.folds);
    p.elseLabel->setForegroundRole(QPalette::PlaceholderText);
    p.foldList->addWidget(p.elseLabel);

    p.scroll->setWidget(contents);
    p.scroll->setWidgetResizable(true);
    p.scroll->setFrameShape(QFrame::NoFrame);
    p.scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    p.scroll->setFocusPolicy(Qt::NoFocus);

    auto *line = new QFrame;
    line->setFrameShape(QFrame::HLine);
    line->setForegroundRole(QPalette::Mid);
    auto *foot = new QVBoxLayout;
    foot->setContentsMargins(8, 0, 8, 8);
    foot->addWidget(p.blocked);
    foot->addWidget(p.expectation);
    foot->addWidget(p.begin);
    p.expectation->hide();
    p.begin->setIcon(icon("play"));
    p.begin->setMinimumHeight(30);
    auto *all = column(this);
    all->addWidget(p.scroll, 1);
    all->addWidget(line);
    all->addLayout(foot);
}

// Side by side where there is room: the settings and their folds, and what was found.
void TrainingForm::arrange()
{
    Parts &p = *parts_;
    p.wide = width() >= wideFrom;
    for (QWidget *part : {p.settings, p.findingsPart, p.folds})
        p.body->removeWidget(part);
    p.body->addWidget(p.settings, 0, 0, Qt::AlignTop);
    if (p.wide) {
        p.body->addWidget(p.findingsPart, 0, 1, 3, 1, Qt::AlignTop);
        p.body->addWidget(p.folds, 1, 0, Qt::AlignTop);
    } else {
        p.body->addWidget(p.findingsPart, 1, 0, Qt::AlignTop);
        p.body->addWidget(p.folds, 2, 0, Qt::AlignTop);
    }
    p.body->setColumnStretch(0, 1);
    p.body->setColumnStretch(1, p.wide ? 1 : 0);
    p.body->setRowStretch(2, 1);
    p.findings->setMaximumWidth(QWIDGETSIZE_MAX);
}

void TrainingForm::setOptions(const std::vector<FormGroup> &groups, const std::vector<std::string> &main)
{
    Parts &p = *parts_;
    std::set<QString> open;
    for (const GroupFold &group : p.groups) {
        if (group.fold->isOpen())
            open.insert(group.title);
        retire(group.fold);
    }
    for (OptionForm *form : p.main)
        retire(form);
    p.groups.clear();
    p.main.clear();
    makeMain(groups, main);
    for (const FormGroup &group : groups) {
        std::vector<std::string> names = group.names;
        if (names.empty())
            for (const Option &option : group.table.all())
                names.push_back(option.name);
        std::erase_if(names, [&](const std::string &name) {
            return !group.table.find(name) || std::find(main.begin(), main.end(), name) != main.end();
        });
        if (names.empty())
            continue;
        OptionForm *form = makeForm(group.table, names);
        auto *fold = new Fold(form);
        fold->setTitle(group.title);
        fold->setOpen(open.count(group.title) > 0);
        p.foldList->addWidget(fold);
        p.groups.push_back({fold, form, group.title});
    }
    p.orderTabs();
    setResuming(p.resuming, p.fixedOptions);
}

OptionForm *TrainingForm::makeForm(const OptionTable &table, const std::vector<std::string> &names)
{
    auto *form = new OptionForm;
    for (const auto &[name, values] : parts_->offered)
        form->offer(name, values);
    form->setTable(table, names);
    form->setNarrow();
    connect(form, &OptionForm::changed, this, [this](const QString &name) {
        parts_->wanted = false;
        refresh();
        Q_EMIT optionChanged(name);
    });
    return form;
}

// One form for each run of settings that are of the same table.
void TrainingForm::makeMain(const std::vector<FormGroup> &groups, const std::vector<std::string> &main)
{
    Parts &p = *parts_;
    const FormGroup *of = nullptr;
    std::vector<std::string> run;
    const auto end = [&] {
        if (run.empty())
            return;
        OptionForm *form = p.main.emplace_back(makeForm(of->table, run));
        form->setSentences();
        for (auto *editor : form->findChildren<QWidget *>(Qt::FindDirectChildrenOnly))
            if (editor->inherits("QAbstractSpinBox") || editor->inherits("QComboBox"))
                editor->setMinimumWidth(130);  // of several forms, and yet in one column
        p.mainForms->addWidget(form);
        run.clear();
    };
    for (const std::string &name : main) {
        const auto group = std::find_if(groups.begin(), groups.end(),
                                        [&](const FormGroup &each) { return each.table.find(name) != nullptr; });
        if (group == groups.end())
            continue;
        if (&*group != of)
            end();
        of = &*group;
        run.push_back(name);
    }
    end();
}

// Widgets that come late are the last that Tab reaches, wherever they stand.
void TrainingForm::Parts::orderTabs()
{
    std::vector<QWidget *> chain{start.box, images.box};
    const auto add = [&](QWidget *form) {
        for (auto *editor : form->findChildren<QWidget *>(Qt::FindDirectChildrenOnly))
            if (editor->focusPolicy() & Qt::TabFocus)
                chain.push_back(editor);
    };
    for (OptionForm *form : main)
        add(form);
    chain.insert(chain.end(), {details, preview, findings});
    for (const GroupFold &group : groups) {
        add(group.fold);
        add(group.form);
    }
    chain.push_back(begin);
    for (size_t i = 1; i < chain.size(); ++i)
        QWidget::setTabOrder(chain[i - 1], chain[i]);
}

}  // namespace fcoscope
