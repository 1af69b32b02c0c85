// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/score_panel.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "widgets/theme.h"

namespace fcoscope {

ScorePanel::ScorePanel(QWidget *parent) : QWidget(parent)
{
    start_ = new QPushButton(this);
    progress_ = new QProgressBar(this);
    progress_->setRange(0, 1000);
    progress_->setTextVisible(false);
    progress_->setMaximumWidth(160);
    roots_ = new QCheckBox(this);
    export_ = new QPushButton(this);
    export_->setIcon(icon(QStringLiteral("download")));
    words_ = new QLabel(this);
    words_->setWordWrap(true);
    words_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    plot_ = new ScorePlot(this);
    plot_->setMinimumHeight(280);

    auto *head = new QHBoxLayout;
    head->addWidget(start_);
    head->addWidget(progress_);
    head->addWidget(roots_);
    head->addWidget(words_, 1);
    head->addWidget(export_);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->addLayout(head);
    column->addWidget(plot_, 1);

    connect(start_, &QPushButton::clicked, this,
            [this] { running_ ? Q_EMIT stopRequested() : Q_EMIT startRequested(); });
    connect(roots_, &QCheckBox::toggled, this, [this](bool roots) {
        plot_->setRoots(roots);
        refresh();
    });
    connect(export_, &QPushButton::clicked, this, &ScorePanel::exportRequested);
    connect(plot_, &ScorePlot::pointActivated, this, &ScorePanel::pointActivated);
    retranslate();
}

void ScorePanel::setReady(bool ready)
{
    ready_ = ready;
    refresh();
}

void ScorePanel::setRunning(bool running)
{
    if (running != running_)
        progress_->setValue(0);
    running_ = running;
    refresh();
}

void ScorePanel::setProgress(double done)
{
    progress_->setValue(static_cast<int>(done * progress_->maximum()));
}

void ScorePanel::setScores(ScoreOverlap scores, std::vector<std::string> classNames, bool roots)
{
    plot_->setData(std::move(scores), std::move(classNames));
    roots_->setChecked(roots);
    refresh();
}

void ScorePanel::refresh()
{
    start_->setText(running_ ? tr("Stop") : tr("Run the model over the data set"));
    start_->setEnabled(running_ || ready_);
    progress_->setVisible(running_);
    const bool any = !plot_->data().points.empty();
    roots_->setVisible(any);
    export_->setVisible(any);
    if (any || running_)
        words_->clear();
    else if (ready_)
        words_->setText(tr("How well does the score tell how well a box lies? The paper's Fig. 7, for your data set."));
    else
        words_->setText(tr("Open a model and a data set with labels to hold its scores against."));
}

void ScorePanel::retranslate()
{
    export_->setText(tr("Export…"));
    roots_->setText(tr("Square roots"));
    roots_->setToolTip(tr("Plot the roots of p and of p·o, as most programs rank by, instead of the paper's product"));
    progress_->setAccessibleName(tr("Progress"));
    refresh();
}

void ScorePanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
