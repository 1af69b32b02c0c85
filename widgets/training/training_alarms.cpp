// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_alarms.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace fcoscope {

TrainingAlarms::TrainingAlarms(QWidget *parent)
    : QWidget(parent), title_(new QLabel), none_(new QLabel), copy_(new QToolButton), list_(new QListWidget)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(4, 2, 4, 2);
    column->setSpacing(2);
    auto *head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(copy_);
    column->addLayout(head);
    column->addWidget(none_);
    column->addWidget(list_, 1);
    QFont bold = font();
    bold.setBold(true);
    title_->setFont(bold);
    none_->setForegroundRole(QPalette::PlaceholderText);
    none_->setWordWrap(true);
    none_->setAlignment(Qt::AlignTop);
    copy_->setIcon(icon(QStringLiteral("copy")));
    copy_->setAutoRaise(true);
    copy_->setFocusPolicy(Qt::TabFocus);
    list_->setWordWrap(true);
    list_->setSelectionMode(QListWidget::ExtendedSelection);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setAlternatingRowColors(true);
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);
    list_->installEventFilter(this);
    auto *action = new QAction(list_);
    connect(action, &QAction::triggered, this, &TrainingAlarms::copy);
    list_->addAction(action);
    connect(copy_, &QToolButton::clicked, this, &TrainingAlarms::copy);
    retranslate();
}

QString TrainingAlarms::lineOf(const TrainingAlarm &alarm) const
{
    const QString step = locale().toString(qRound64(alarm.step));
    if (!alarm.at.isValid())
        return tr("Step %1: %2").arg(step, alarm.words);
    return tr("Step %1, %2: %3").arg(step, locale().toString(alarm.at.time(), QLocale::ShortFormat), alarm.words);
}

void TrainingAlarms::add(const TrainingAlarm &alarm)
{
    alarms_.push_back(alarm);
    list_->insertItem(0, lineOf(alarm));
    countThem();
}

void TrainingAlarms::clear()
{
    alarms_.clear();
    list_->clear();
    countThem();
}

void TrainingAlarms::countThem()
{
    title_->setText(alarms_.empty() ? tr("Alarms")
                                    : tr("Alarms (%1)").arg(locale().toString(qulonglong(alarms_.size()))));
    none_->setVisible(alarms_.empty());
    list_->setVisible(!alarms_.empty());
    copy_->setEnabled(!alarms_.empty());
}

QString TrainingAlarms::text() const
{
    QStringList lines;
    const bool all = list_->selectedItems().isEmpty();
    for (int row = 0; row < list_->count(); ++row)
        if (all || list_->item(row)->isSelected())
            lines << list_->item(row)->text();
    return lines.join('\n');
}

void TrainingAlarms::copy() const
{
    QApplication::clipboard()->setText(text());
}

// The list's own copying takes the current line alone.
bool TrainingAlarms::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == list_ && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent *>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void TrainingAlarms::retranslate()
{
    none_->setText(tr("Nothing to worry about so far."));
    copy_->setToolTip(tr("Copy the chosen lines, or all (Ctrl+C)"));
    copy_->setAccessibleName(tr("Copy alarms"));
    list_->setAccessibleName(tr("Alarms"));
    list_->actions().first()->setText(tr("Copy"));
    list_->clear();
    for (const TrainingAlarm &alarm : alarms_)
        list_->insertItem(0, lineOf(alarm));
    countThem();
}

void TrainingAlarms::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
}

}  // namespace fcoscope
