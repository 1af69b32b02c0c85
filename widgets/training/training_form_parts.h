// SPDX-License-Identifier: GPL-3.0-or-later
// What the training form is put together from; for nobody else.
#pragma once

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <map>

#include "widgets/calm_wheel.h"
#include "widgets/fold.h"
#include "widgets/option_form.h"
#include "widgets/training/training_form.h"
#include "widgets/training/training_form_findings.h"

namespace fcoscope {

constexpr int wideFrom = 640;  ///< logical px: settings and findings side by side

/// A text of several lines.
inline QLabel *wrapped(QPalette::ColorRole role = QPalette::WindowText)
{
    auto *label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setForegroundRole(role);
    return label;
}

/// A choice over the whole width, with its name above and a sentence below it.
struct ChoiceRow {
    QLabel *label = new QLabel;
    QComboBox *box = new CalmWheel<QComboBox>;
    QLabel *sentence = wrapped(QPalette::PlaceholderText);

    void addTo(QVBoxLayout *layout)
    {
        box->setFocusPolicy(Qt::StrongFocus);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
        label->setBuddy(box);
        for (QWidget *part : std::initializer_list<QWidget *>{label, box, sentence})
            layout->addWidget(part);
    }
    void fill(const std::vector<FormChoice> &choices, const QString &chosen)
    {
        const QSignalBlocker quiet(box);
        box->clear();
        for (const FormChoice &choice : choices) {
            box->addItem(choice.words, choice.id);
            box->setItemData(box->count() - 1, choice.words, Qt::ToolTipRole);
        }
        box->setCurrentIndex(box->findData(chosen));
    }
    void name(const QString &words, const QString &help, const QString &fixed)
    {
        label->setText(words);
        sentence->setText(fixed.isEmpty() ? help : fixed);
        box->setToolTip(fixed.isEmpty() ? help : help + '\n' + fixed);
        label->setToolTip(box->toolTip());
        box->setAccessibleName(words);
        box->setAccessibleDescription(box->toolTip());
        box->setEnabled(fixed.isEmpty());
    }
};

/// Whatever Tab reaches is seen as a whole; Qt looks after the text cursor alone.
class FormScroll : public QScrollArea {
public:
    void showWhole(const QWidget *part)
    {
        if (!widget()->isAncestorOf(part))
            return;
        const QRect place(part->mapTo(widget(), QPoint()), part->size());
        ensureVisible(place.center().x(), place.center().y(), 0, place.height() / 2 + 12);
    }

protected:
    bool focusNextPrevChild(bool next) override
    {
        const bool moved = QScrollArea::focusNextPrevChild(next);
        if (moved && focusWidget())
            showWhole(focusWidget());
        return moved;
    }
};

struct GroupFold {
    Fold *fold;
    OptionForm *form;
    QString title;
};

struct TrainingForm::Parts {
    FormScroll *scroll = new FormScroll;
    QGridLayout *body = nullptr;
    QWidget *settings = new QWidget, *findingsPart = new QWidget, *folds = new QWidget;
    ChoiceRow start, images;
    QVBoxLayout *mainForms = nullptr, *foldList = nullptr;
    std::vector<OptionForm *> main;
    std::vector<GroupFold> groups;
    std::map<std::string, std::vector<OptionForm::Offered>> offered;

    QLabel *data = wrapped(), *found = wrapped(), *elseLabel = new QLabel;
    QToolButton *details = new QToolButton;
    QPushButton *preview = new QPushButton;
    FindingList *findings = new FindingList;
    QLabel *blocked = wrapped(), *expectation = wrapped();
    QPushButton *begin = new QPushButton;

    QString reason;  ///< why it is not allowed
    std::vector<std::string> fixedOptions;
    bool allowed = true, checking = false, resuming = false;
    bool checked = false;  ///< at least once, or it is now
    bool wanted = false;   ///< pressed while checking: starts when the check is done
    bool emitted = false;  ///< startWanted() was, and the check that its start may have begun has not ended
    bool wide = false;

    std::vector<OptionForm *> forms() const
    {
        std::vector<OptionForm *> all = main;
        for (const GroupFold &group : groups)
            all.push_back(group.form);
        return all;
    }
    int countOf(FormFinding::Weight weight) const
    {
        const auto &all = findings->findings();
        return static_cast<int>(
            std::count_if(all.begin(), all.end(), [&](const FormFinding &f) { return f.weight == weight; }));
    }
    /// What stands in the way; "": nothing does.
    QString obstacle() const
    {
        if (!allowed)
            return reason.isEmpty() ? TrainingForm::tr("A training is running. It has to end or be stopped first.")
                                    : reason;
        const auto &all = findings->findings();  // obstacles first
        if (!all.empty() && all.front().weight == FormFinding::Weight::Obstacle)
            return all.front().words;
        return {};
    }
    void orderTabs();
};

}  // namespace fcoscope
