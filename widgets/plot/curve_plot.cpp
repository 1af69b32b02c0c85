// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/curve_plot.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/plot/curve_plot_parts.h"
#include "widgets/plot/flow_layout.h"

namespace fcoscope {
CurvePlot::CurvePlot(QWidget *parent) : QWidget(parent), parts_(std::make_unique<Parts>())
{
    setFocusPolicy(Qt::StrongFocus);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(4, 2, 4, 2);
    column->setSpacing(2);
    makeHead(*column);
    makePlot();
    column->addWidget(parts_->plot, 1);
    listen();
    parts_->setScale();
    setColours();
    retranslate();
}

CurvePlot::~CurvePlot()
{
    // While the window closes the focus wanders through what is left of it.
    parts_->plot->disconnect(this);
    for (CurveLegendEntry *entry : parts_->legend->findChildren<CurveLegendEntry *>())
        entry->disconnect(this);
}

// --- Building

void CurvePlot::makeHead(QVBoxLayout &column)
{
    Parts &p = *parts_;
    auto *head = new QHBoxLayout;
    p.title = new QLabel;
    QFont bold = font();
    bold.setBold(true);
    p.title->setFont(bold);
    p.note = new QLabel;
    p.note->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    p.note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    p.followButton = new QToolButton;
    p.followButton->setAutoRaise(true);
    p.followButton->setFocusPolicy(Qt::TabFocus);
    p.followButton->hide();
    p.title->setWordWrap(true);
    p.title->setMinimumWidth(60);  // wraps rather than widens a narrow dock
    for (QLabel *label : {p.title, p.note})
        label->setTextFormat(Qt::PlainText);
    head->addWidget(p.title, 2);
    head->addWidget(p.note, 1);
    head->addWidget(p.followButton);
    // As high with the button as without: nothing moves when it appears.
    head->addStrut(p.followButton->sizeHint().height());
    column.addLayout(head);
    p.legend = new QWidget;
    new FlowLayout(p.legend, 2);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    p.legend->setSizePolicy(policy);
    column.addWidget(p.legend);
}

void CurvePlot::makePlot()
{
    Parts &p = *parts_;
    p.plot = new QCustomPlot(this);
    p.plot->setFocusPolicy(Qt::NoFocus);
    p.plot->setMouseTracking(true);
    p.plot->setMinimumSize(160, 150);
    p.plot->setPlottingHint(QCP::phFastPolylines);  // piece by piece: a stroke of thousands of pieces takes far longer
    p.plot->setAutoAddPlottableToLegend(false);
    p.plot->axisRect()->setupFullAxesBox();
    for (QCPAxis *axis : {p.plot->xAxis2, p.plot->yAxis2}) {
        axis->setTicks(false);
        axis->setTickLabels(false);
    }
    p.plot->axisRect()->setMinimumMargins({0, 6, 6, 0});
    p.plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
    p.plot->addLayer(QStringLiteral("others"), p.plot->layer(QStringLiteral("main")), QCustomPlot::limBelow);
    p.nothing = new QCPItemText(p.plot);
    p.nothing->position->setType(QCPItemPosition::ptAxisRectRatio);
    p.nothing->position->setCoords(0.5, 0.5);
    p.nothing->setTextAlignment(Qt::AlignCenter);
    p.cursorLine = new QCPItemStraightLine(p.plot);
    p.cursorLine->setLayer(QStringLiteral("overlay"));
    p.cursorLine->setVisible(false);
}

void CurvePlot::setTitle(const QString &title, const QString &unit)
{
    parts_->titleText = title;
    parts_->unit = unit;
    parts_->title->setText(title);
    parts_->plot->yAxis->setLabel(unit);
    setAccessibleName(title);
    redrawLater();
}

// --- Lines

void CurvePlot::setLines(const std::vector<CurveLine> &lines, const QString &followed)
{
    Parts &p = *parts_;
    std::vector<std::unique_ptr<Parts::Line>> before = std::move(p.lines);
    p.lines.clear();
    p.looks = lines;
    p.followed = followed;
    for (const CurveLine &look : lines) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const auto &line) {
            return line && line->look.id == look.id && line->look.run == look.run;
        });
        if (same != before.end()) {
            p.lines.push_back(std::move(*same));
        } else {
            p.lines.push_back(std::make_unique<Parts::Line>());
            p.placeGraphs(*p.lines.back());
            p.lines.back()->smoothing.share = p.share;
        }
        p.lines.back()->look = look;
        for (QCPGraph *graph : {p.lines.back()->graph, p.lines.back()->smoothGraph, p.lines.back()->marks})
            graph->setLayer(look.run.isEmpty() ? QStringLiteral("main") : QStringLiteral("others"));
    }
    for (const auto &line : before)
        if (line)
            for (QCPGraph *graph : {line->graph, line->smoothGraph, line->marks})
                p.plot->removeGraph(graph);
    makeLegend();
    readOut();
    redrawLater();
}

// One entry for each name and, where there are several runs, one for each of those. An entry that is there stays: with
// what was switched off, and the focus.
void CurvePlot::makeLegend()
{
    Parts &p = *parts_;
    QStringList ids, runs;
    std::map<QString, CurveLegendEntry *> before, entries;
    for (CurveLegendEntry *entry : p.legend->findChildren<CurveLegendEntry *>())
        before[entry->objectName()] = entry;
    while (QLayoutItem *item = p.legend->layout()->takeAt(0))
        delete item;
    const auto entryOf = [&](const QString &key) {
        CurveLegendEntry *&entry = entries[key];
        if (!entry) {
            entry = before.contains(key) ? before[key] : newEntry(key);
            before.erase(key);
            p.legend->layout()->addWidget(entry);
            entry->show();
        }
        return entry;
    };
    for (const auto &line : p.lines) {
        if (!ids.contains(line->look.id))
            ids << line->look.id;
        if (!runs.contains(line->look.run))
            runs << line->look.run;
        line->mark = curveMark(static_cast<size_t>(ids.indexOf(line->look.id)));
        line->name = entryOf(QStringLiteral("line ") + line->look.id);
        line->run = nullptr;
    }
    for (const auto &line : p.lines)
        if (runs.size() > 1)
            line->run = entryOf(QStringLiteral("run ") + line->look.run);
    for (const auto &[key, entry] : before)
        delete entry;
    setColours();
}

CurveLegendEntry *CurvePlot::newEntry(const QString &key)
{
    auto *entry = new CurveLegendEntry(parts_->legend);
    entry->setObjectName(key);
    connect(entry, &QAbstractButton::toggled, this, [this] { parts_->plot->replot(); });
    connect(entry, &CurveLegendEntry::emphasisChanged, this, [this] { parts_->plot->replot(); });
    return entry;
}

const std::vector<CurveLine> &CurvePlot::lines() const
{
    return parts_->looks;
}

const Curve &CurvePlot::curve(size_t line) const
{
    return parts_->lines[line]->curve;
}

const Curve &CurvePlot::smoothed(size_t line) const
{
    return parts_->lines[line]->smooth;
}

bool CurvePlot::shown(size_t line) const
{
    return parts_->lines[line]->shown();
}

void CurvePlot::append(size_t line, double step, double value)
{
    parts_->lines[line]->curve.append(step, value);
    if (!parts_->redraw.isActive())
        parts_->redraw.start();
}

void CurvePlot::cut(double step)
{
    for (const auto &line : parts_->lines)
        if (line->look.run.isEmpty()) {
            line->curve.cut(step);
            line->smooth.cut(step);
            line->smoothing = ExponentialSmoothing::after(line->smooth, parts_->share);
        }
    redrawLater();
}

void CurvePlot::clear()
{
    for (const auto &line : parts_->lines) {
        line->curve.clear();
        line->smooth.clear();
        line->smoothing = {parts_->share};
    }
    follow();
}

void CurvePlot::setLogarithmic(bool logarithmic)
{
    if (logarithmic == parts_->logarithmic)
        return;
    parts_->logarithmic = logarithmic;
    parts_->fitValues = true;
    parts_->setScale();
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::setSmoothing(double share)
{
    share = std::isfinite(share) ? std::clamp(share, 0.0, 0.9999) : 0;
    if (share == parts_->share)
        return;
    parts_->share = share;
    for (const auto &line : parts_->lines) {
        line->smooth.clear();
        line->smoothing = {share};
    }
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

bool CurvePlot::logarithmic() const
{
    return parts_->logarithmic;
}

double CurvePlot::smoothing() const
{
    return parts_->share;
}

size_t CurvePlot::pointsDrawn() const
{
    return parts_->drawn;
}

void CurvePlot::setWheelNeedsFocus(bool needs)
{
    parts_->wheelNeedsFocus = needs;
    retranslate();
}

// --- Drawing

void CurvePlot::redrawLater()
{
    if (!parts_->redraw.isActive())
        parts_->redraw.start();
}

void CurvePlot::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

// What a screen reader says of the plot: the newest values.
void CurvePlot::describe()
{
    QStringList said;
    for (const auto &line : parts_->lines) {
        if (!line->shown() || line->curve.size() == 0)
            continue;
        const CurvePoint &last = line->curve.at(line->curve.size() - 1);
        const QString name = line->look.run.isEmpty() ? line->look.name : line->look.name + ' ' + line->look.run;
        said << tr("%1: %2 at step %3")
                    .arg(name, locale().toString(last.y, 'g', 4), locale().toString(qRound64(last.x)));
    }
    const QString nothing = parts_->nothingWords();
    const QString words = nothing.isEmpty() ? said.join(QStringLiteral("; ")) : nothing;
    if (words != accessibleDescription())
        setAccessibleDescription(words);
}

void CurvePlot::setColours()
{
    Parts &p = *parts_;
    const QColor ink = palette().color(QPalette::Text), ground = palette().color(QPalette::Base);
    QColor faint = ink, line = ink;
    faint.setAlpha(38);
    line.setAlpha(150);
    p.plot->setBackground(palette().color(QPalette::Window));
    p.plot->axisRect()->setBackground(ground);
    const QPen frame = hasFocus() ? QPen(palette().color(QPalette::Highlight), 2) : QPen(line, 1);
    QFont small = font();
    small.setPixelSize(std::max(9, qRound(QFontInfo(font()).pixelSize() * 0.9)));
    for (QCPAxis *axis : p.plot->axisRect()->axes()) {
        axis->setBasePen(frame);
        axis->setTickPen(QPen(line, 1));
        axis->setSubTickPen(QPen(line, 1));
        axis->setTickLabelColor(ink);
        axis->setLabelColor(ink);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->setTickLengthIn(4);
        axis->setSubTickLengthIn(2);
        axis->grid()->setPen(QPen(faint, 1));
        axis->grid()->setZeroLinePen(QPen(faint, 1));
    }
    p.nothing->setColor(palette().color(QPalette::PlaceholderText));
    p.nothing->setFont(font());
    p.cursorLine->setPen(QPen(ink, 1, Qt::DashLine));
    QPalette pale = palette();
    pale.setColor(QPalette::WindowText, palette().color(QPalette::PlaceholderText));
    p.note->setPalette(pale);
    for (const auto &each : p.lines) {
        const CurveLine &look = each->look;
        const QColor colour = readableOn(palette().color(QPalette::Window), look.colour, 3);
        each->name->setLook({look.name, colour, Qt::SolidLine, each->mark, true});
        if (each->run)
            each->run->setLook({look.run.isEmpty() ? p.followed : look.run, ink, look.style, CurveMark::None, false});
    }
}

void CurvePlot::retranslate()
{
    parts_->plot->xAxis->setLabel(tr("Step"));
    parts_->followButton->setText(tr("Show all"));
    parts_->followButton->setToolTip(tr("Show all steps and follow the newest again (Home)"));
    const QString wheel = parts_->wheelNeedsFocus ? tr("After a click the wheel zooms the steps, with Ctrl the values.")
                                                  : tr("The wheel zooms the steps, with Ctrl the values.");
    parts_->plot->setToolTip(wheel + QChar(' ') + tr("Drag to move, double click to show all."));
    readOut();
}

void CurvePlot::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        setColours();
    else if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    else
        return;
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace fcoscope
