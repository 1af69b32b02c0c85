// SPDX-License-Identifier: GPL-3.0-or-later
// The run in one line of words, and what its controls are called.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>
#include <cmath>

#include "widgets/theme.h"
#include "widgets/training/training_panel_parts.h"

namespace fcoscope {
namespace {

using State = TrainingStatus::State;

QString stateWords(State state)
{
    switch (state) {
    case State::None:
        return TrainingPanel::tr("No run yet");
    case State::Starting:
        return TrainingPanel::tr("Starting…");
    case State::Running:
        return TrainingPanel::tr("Training");
    case State::Pausing:
        return TrainingPanel::tr("Pausing…");
    case State::Paused:
        return TrainingPanel::tr("Paused");
    case State::Stopping:
        return TrainingPanel::tr("Stopping…");
    case State::Done:
        return TrainingPanel::tr("Done");
    case State::Stopped:
        return TrainingPanel::tr("Stopped");
    case State::Failed:
        return TrainingPanel::tr("Failed");
    case State::Interrupted:
        return TrainingPanel::tr("Interrupted");
    }
    return {};
}

QString timeWords(double seconds)
{
    const auto minutes = static_cast<qint64>(std::ceil(std::min(seconds, 1e12) / 60));
    if (seconds < 60)
        return TrainingPanel::tr("less than a minute left");
    if (minutes < 90)
        return TrainingPanel::tr("about %1 min left").arg(minutes);
    return TrainingPanel::tr("about %1 h %2 min left").arg(minutes / 60).arg(minutes % 60);
}

}  // namespace

QString TrainingPanel::statusWords() const
{
    const TrainingStatus &s = parts_->status;
    const QLocale words = locale();
    const bool works = s.state == State::Running || s.state == State::Pausing || s.state == State::Stopping;
    QStringList said{stateWords(s.state)};
    if (!s.words.isEmpty()) {
        if (said[0].endsWith(QChar(0x2026)))  // "Starting…"
            said[0].chop(1);
        said[0] = QStringLiteral("%1: %2").arg(said[0], s.words);
    }
    if (s.steps > 0)
        said << tr("step %1 of %2").arg(words.toString(qlonglong(s.step)), words.toString(qlonglong(s.steps)));
    if (s.epochs > 0)
        said << tr("epoch %1 of %2").arg(words.toString(qlonglong(s.epoch)), words.toString(qlonglong(s.epochs)));
    if (works && s.secondsLeft >= 0)
        said << timeWords(s.secondsLeft);
    if (works && s.imagesPerSecond > 0)
        said << tr("%1 images/s").arg(words.toString(s.imagesPerSecond, 'f', s.imagesPerSecond < 10 ? 2 : 1));
    if (works && s.waitShare >= 0.05)
        said << tr("waits for data %1 % of the time").arg(qRound(100 * s.waitShare));
    if (s.memoryBytes > 0 && (works || s.state == State::Paused))
        said << tr("%1 of memory")
                    .arg(words.formattedDataSize(static_cast<qint64>(s.memoryBytes), 1, QLocale::DataSizeSIFormat));
    if (!s.device.isEmpty())
        said << s.device;
    if (s.bestAp >= 0)
        said << tr("best AP %1").arg(words.toString(s.bestAp, 'f', 3));
    return said.join(QStringLiteral(" · "));
}

void TrainingPanel::showStatus()
{
    Parts &p = *parts_;
    const TrainingStatus &s = p.status;
    p.words->setText(statusWords());
    QPalette colours;
    if (s.state == State::Failed || s.state == State::Interrupted)
        colours.setColor(QPalette::WindowText, errorColor(palette()));
    p.words->setPalette(colours);
    p.progress->setVisible(s.steps > 0);
    p.progress->setValue(s.steps > 0 ? static_cast<int>(1000 * std::clamp(double(s.step) / double(s.steps), 0.0, 1.0))
                                     : 0);

    const bool rests = s.state == State::Paused || s.state == State::Pausing;
    const bool lives = rests || s.state == State::Running;
    const bool ended = s.state == State::Done || s.state == State::Stopped || s.state == State::Failed ||
                       s.state == State::Interrupted;
    p.pause->setText(rests ? tr("Go on") : tr("Pause"));
    p.pause->setIcon(icon(rests ? QStringLiteral("play") : QStringLiteral("pause")));
    p.pause->setToolTip(rests ? tr("Go on training where it rests") : tr("Rest after this step, with a checkpoint"));
    p.pause->setEnabled(lives);
    p.stop->setEnabled(lives || s.state == State::Starting);
    p.resume->setEnabled(ended && s.hasModel);
    p.use->setEnabled(s.hasModel);
}

void TrainingPanel::retranslate()
{
    Parts &p = *parts_;
    setAccessibleName(tr("Training"));
    p.progress->setAccessibleName(tr("Steps done"));
    p.stop->setText(tr("Stop"));
    p.stop->setToolTip(tr("Stop after this step; what was learnt is kept and can be used or gone on with"));
    p.resume->setText(tr("Resume…"));
    p.resume->setToolTip(tr("Go on with this run, with other settings if you like"));
    p.use->setText(tr("Use this model"));
    p.use->setToolTip(tr("Measure this run's best model against the one that is loaded, then take it"));
    p.runLabel->setText(tr("Run:"));
    p.runChoice->setAccessibleName(tr("Run that is shown"));
    p.compare->setText(tr("Compare"));
    p.compare->setToolTip(tr("Lay the curves of other runs under this one's"));
    p.smoothLabel->setText(tr("Smoothing:"));
    p.smoothing->setAccessibleName(tr("Smoothing of the curves"));
    p.smoothing->setToolTip(
        tr("How much of the value before each smoothed value keeps; the curve itself stays, paler"));
    p.smoothing->setItemText(0, tr("none"));
    for (int i = 1; i < p.smoothing->count(); ++i)
        p.smoothing->setItemText(i, locale().toString(p.smoothing->itemData(i).toDouble()));
    p.logarithmic->setText(tr("Log scale"));
    p.logarithmic->setToolTip(tr("Losses and the learning rate on a logarithmic scale"));
    p.partLabel->setText(tr("Part:"));
    p.part->setAccessibleName(tr("Part of the loss"));
    p.classTitle->setText(tr("AP by class"));
    const QString parts[] = {tr("Class loss"), tr("Box loss"), tr("Centerness loss")};
    const QString ofLevel[] = {tr("Class loss by level"), tr("Box loss by level"), tr("Centerness loss by level")};
    for (int i = 0; i < 3; ++i) {
        p.part->setItemText(i, parts[i]);
        p.partOfLevel[static_cast<size_t>(i)]->setTitle(ofLevel[i], {});
    }
    p.loss->setTitle(tr("Loss"), {});
    p.positives->setTitle(tr("Positives by level"), {});
    p.rate->setTitle(tr("Learning rate"), {});
    p.speed->setTitle(tr("Images per second"), {});
    p.ap->setTitle(tr("AP of validation"), {});
    nameLines();
    makeCompareMenu();
    showStatus();
}

}  // namespace fcoscope
