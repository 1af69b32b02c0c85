// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/level_bars.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace fcoscope {

namespace {

constexpr int gap = 8;  // between name, bar, number and share

QString nameOf(const LevelStatistics &level)
{
    return QString::fromStdString(levelLabel(level.stride));
}

QString numberOf(const LevelStatistics &level)
{
    return QLocale().toString(static_cast<qlonglong>(level.positives));
}

QString percentOf(const Share &share)
{
    return share.whole > 0 ? LevelBars::tr("%1 %").arg(QLocale().toString(share.value() * 100, 'f', 1)) : QString();
}

}  // namespace

LevelBars::LevelBars(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    describe();
}

void LevelBars::setStatistics(AssignmentStatisticsPtr statistics)
{
    statistics_ = std::move(statistics);
    describe();
    updateGeometry();
    update();
}

void LevelBars::describe()
{
    QStringList parts;
    if (statistics_)
        for (const LevelStatistics &level : statistics_->pyramid.levels)
            parts << QStringLiteral("%1: %2 %3").arg(nameOf(level), numberOf(level), shareOf(level)).trimmed();
    setAccessibleName(tr("Positives of each level"));
    setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

int LevelBars::rowHeight() const
{
    return fontMetrics().height() + 4;
}

QString LevelBars::shareOf(const LevelStatistics &level) const
{
    return percentOf({level.positives, statistics_->pyramid.ambiguous.whole});
}

int LevelBars::shareWidth() const
{
    int widest = 0;
    for (const LevelStatistics &level : statistics_->pyramid.levels)
        widest = std::max(widest, fontMetrics().horizontalAdvance(shareOf(level)));
    return widest;
}

QSize LevelBars::sizeHint() const
{
    const int rows = statistics_ ? static_cast<int>(statistics_->pyramid.levels.size()) : 0;
    return {fontMetrics().averageCharWidth() * 40, rows * rowHeight()};
}

QSize LevelBars::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 28, sizeHint().height()};
}

/// The room of one level's bar: between its name and its number.
QRect LevelBars::barOf(int level) const
{
    int name = 0, number = 0;
    for (const LevelStatistics &each : statistics_->pyramid.levels) {
        name = std::max(name, fontMetrics().horizontalAdvance(nameOf(each)));
        number = std::max(number, fontMetrics().horizontalAdvance(numberOf(each)));
    }
    number += shareWidth() + gap;
    const QRect row(0, level * rowHeight(), width(), rowHeight());
    const QRect bar = row.adjusted(name + gap, 4, -number - gap, -4);
    return layoutDirection() == Qt::RightToLeft ? row.adjusted(number + gap, 4, -name - gap, -4) : bar;
}

void LevelBars::paintEvent(QPaintEvent *)
{
    if (!statistics_)
        return;
    QPainter painter(this);
    int64_t most = 1;
    for (const LevelStatistics &level : statistics_->pyramid.levels)
        most = std::max(most, level.positives);
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    for (int i = 0; i < static_cast<int>(statistics_->pyramid.levels.size()); ++i) {
        const LevelStatistics &level = statistics_->pyramid.levels[static_cast<size_t>(i)];
        const QRect row(0, i * rowHeight(), width(), rowHeight());
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(row, int(mirrored ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, nameOf(level));
        const int end = int(mirrored ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter;
        const int beside = shareWidth() + gap;
        painter.drawText(row, end, shareOf(level));
        painter.drawText(mirrored ? row.adjusted(beside, 0, 0, 0) : row.adjusted(0, 0, -beside, 0), end,
                         numberOf(level));
        QRect bar = barOf(i);
        painter.fillRect(bar, palette().color(QPalette::AlternateBase));
        const int length = static_cast<int>(std::lround(bar.width() * (double(level.positives) / double(most))));
        mirrored ? bar.setLeft(bar.right() + 1 - length) : bar.setWidth(length);
        painter.fillRect(bar, palette().color(QPalette::Highlight));
    }
}

void LevelBars::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        describe();
    QWidget::changeEvent(event);
    update();
}

bool LevelBars::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip || !statistics_)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const auto row = static_cast<size_t>(std::max(0, help->pos().y() / rowHeight()));
    if (row >= statistics_->pyramid.levels.size())
        return QWidget::event(event);
    const LevelStatistics &level = statistics_->pyramid.levels[row];
    const QLocale locale;
    const auto number = [&](int64_t n) { return locale.toString(static_cast<qlonglong>(n)); };
    const QString high = std::isfinite(level.rangeHigh) ? locale.toString(level.rangeHigh) : QStringLiteral("∞");
    QToolTip::showText(
        help->globalPos(),
        tr("%1 regresses %2 to %3 px. Its positives learn small (%4), medium (%5) and large (%6) labels; "
           "it alone learns %7 of all labels.")
            .arg(nameOf(level), locale.toString(level.rangeLow), high, number(level.positivesOfSize[0]),
                 number(level.positivesOfSize[1]), number(level.positivesOfSize[2]), percentOf(level.recall)),
        this);
    return true;
}

}  // namespace fcoscope
