// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/replay_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QSlider>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/survivor_model.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int tickMs = 100;       // of playing
constexpr int longestPlay = 300;  // ticks: of many candidates each tick judges several

bool samePair(const ScoredPair &a, const ScoredPair &b)
{
    return a.level == b.level && a.location == b.location && a.classIndex == b.classIndex;
}

}  // namespace

ReplayPanel::ReplayPanel(QWidget *parent)
    : QWidget(parent), first_(new QToolButton), back_(new QToolButton), play_(new QToolButton),
      forward_(new QToolButton), last_(new QToolButton), slider_(new QSlider(Qt::Horizontal)), sentence_(new QLabel),
      model_(new SurvivorModel(this)), table_(new QTableView), timer_(new QTimer(this))
{
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(2);
    const std::pair<QToolButton *, const char *> icons[] = {
        {first_, "first"}, {back_, "previous"}, {play_, "play"}, {forward_, "next"}, {last_, "last"}};
    for (const auto &[button, name] : icons) {
        button->setIcon(icon(name));
        button->setIconSize({18, 18});
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->installEventFilter(this);
        buttons->addWidget(button);
    }
    buttons->addWidget(slider_, 1);
    slider_->setMinimumWidth(60);
    slider_->installEventFilter(this);
    sentence_->setWordWrap(true);
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    sentence_->setMinimumHeight(3 * sentence_->fontMetrics().lineSpacing());  // so that the table does not jump
    makeTable();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 12);
    layout->setSpacing(8);
    layout->addLayout(buttons);
    layout->addWidget(sentence_);
    layout->addWidget(table_, 1);
    setFocusPolicy(Qt::StrongFocus);
    timer_->setInterval(tickMs);

    connect(first_, &QToolButton::clicked, this, [this] { setStep(0); });
    connect(back_, &QToolButton::clicked, this, [this] { setStep(step_ - 1); });
    connect(play_, &QToolButton::clicked, this, &ReplayPanel::togglePlaying);
    connect(forward_, &QToolButton::clicked, this, [this] { setStep(step_ + 1); });
    connect(last_, &QToolButton::clicked, this, [this] { setStep(steps()); });
    connect(slider_, &QSlider::valueChanged, this, [this](int value) {
        if (!quiet_)
            setStep(value);
    });
    connect(timer_, &QTimer::timeout, this, [this] {
        setStep(step_ + std::max(1, steps() / longestPlay));
        if (step_ >= steps())
            stop();
    });
    retranslate();
    showStep();
}

void ReplayPanel::makeTable()
{
    table_->setModel(model_);
    table_->setSelectionBehavior(QTableView::SelectRows);
    table_->setSelectionMode(QTableView::SingleSelection);
    table_->setEditTriggers(QTableView::NoEditTriggers);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setIconSize({12, 12});
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setFixedHeight(fontMetrics().height() + 10);
    table_->horizontalHeader()->setSectionResizeMode(SurvivorModel::Class, QHeaderView::Stretch);
    table_->installEventFilter(this);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList rows = table_->selectionModel()->selectedRows();
        overlay_.setChosen(rows.isEmpty() ? -1 : model_->candidateAt(rows.first().row()));
        Q_EMIT overlayChanged();
    });
    connect(table_, &QTableView::activated, this, [this](const QModelIndex &at) {
        const auto candidate = static_cast<size_t>(model_->candidateAt(at.row()));
        const int detection = source_.trace->candidates[candidate].detection;
        if (detection >= 0)
            Q_EMIT detectionActivated(detection);
    });
}

int ReplayPanel::steps() const
{
    return source_.trace ? static_cast<int>(source_.trace->candidates.size()) : 0;
}
bool ReplayPanel::playing() const
{
    return timer_->isActive();
}
QString ReplayPanel::sentence() const
{
    return sentence_->text();
}

void ReplayPanel::setTrace(const ReplaySource &source)
{
    const bool sameImage = source.imageId == source_.imageId;
    int next = 0;
    if (sameImage && step_ > 0 && source.trace) {
        const ScoredPair at = source_.trace->candidates[static_cast<size_t>(step_ - 1)].pair;
        const auto &candidates = source.trace->candidates;
        const auto found = std::find_if(candidates.begin(), candidates.end(),
                                        [&](const TracedCandidate &c) { return samePair(c.pair, at); });
        next = found == candidates.end() ? std::min(step_, static_cast<int>(candidates.size()))
                                         : static_cast<int>(found - candidates.begin()) + 1;
    }
    if (!sameImage)
        stop();
    source_ = source;
    step_ = next;
    overlay_.setTrace(source.trace);
    model_->setSource(source);
    quiet_ = true;
    slider_->setRange(0, steps());
    slider_->setPageStep(std::max(1, steps() / 20));
    quiet_ = false;
    showStep();
}

void ReplayPanel::setStep(int step)
{
    step = std::clamp(step, 0, steps());
    if (step == step_)
        return;
    step_ = step;
    showStep();
}

void ReplayPanel::togglePlaying()
{
    if (playing()) {
        stop();
        return;
    }
    if (steps() == 0)
        return;
    if (step_ >= steps())
        setStep(0);
    timer_->start();
    retranslate();
}

void ReplayPanel::stop()
{
    timer_->stop();
    retranslate();
}

// The step everywhere: slider, sentence, table, buttons, overlay.
void ReplayPanel::showStep()
{
    quiet_ = true;
    slider_->setValue(step_);
    quiet_ = false;
    overlay_.setStep(step_);
    model_->setStep(step_);
    sentence_->setText(sentenceOf(step_));
    first_->setEnabled(step_ > 0);
    back_->setEnabled(step_ > 0);
    forward_->setEnabled(step_ < steps());
    last_->setEnabled(step_ < steps());
    play_->setEnabled(steps() > 0);
    slider_->setEnabled(steps() > 0);
    Q_EMIT overlayChanged();
}

// --- Words

QString ReplayPanel::nameOf(const TracedCandidate &candidate) const
{
    return QStringLiteral("%1 %2").arg(classNameIn(source_.classNames, candidate.pair.classIndex),
                                       QLocale().toString(candidate.pair.score, 'f', 2));
}

QString ReplayPanel::placeOf(const TracedCandidate &candidate) const
{
    const QLocale locale;
    const auto level = static_cast<size_t>(candidate.pair.level);
    if (level >= source_.levels.size() || source_.levels[level].columns <= 0)
        return locale.toString(candidate.pair.level);
    const int columns = source_.levels[level].columns;
    return QStringLiteral("%1 (%2, %3)")
        .arg(levelName(source_.levels[level].stride), locale.toString(candidate.pair.location % columns),
             locale.toString(candidate.pair.location / columns));
}

QString ReplayPanel::sentenceOf(int step) const
{
    const QLocale locale;
    const QString all = locale.toString(steps());
    if (steps() == 0)
        return tr("There are no candidates: no score is above the threshold.");
    if (step == 0)
        return tr("Candidates: %1, the best first. Each step judges one of them.").arg(all);
    const TracedCandidate &judged = source_.trace->candidates[static_cast<size_t>(step - 1)];
    const QString at = locale.toString(step), who = nameOf(judged), where = placeOf(judged);
    switch (judged.fate) {
    case Fate::Detected:
        return tr("Step %1 of %2: %3 from %4 stays.").arg(at, all, who, where);
    case Fate::Suppressed: {
        const auto better = static_cast<size_t>(std::max(0, judged.suppressedBy));
        const QString test = source_.rules.test == NmsTest::AtLeast ? QStringLiteral("≥") : QStringLiteral(">");
        return tr("Step %1 of %2: %3 from %4 goes: it overlaps %5 by %6 %7 %8.")
            .arg(at, all, who, where, nameOf(source_.trace->candidates[better]),
                 locale.toString(judged.overlap, 'f', 2), test, locale.toString(source_.rules.threshold, 'f', 2));
    }
    case Fate::Surplus:
        return tr("Step %1 of %2: %3 from %4 goes: there are as many detections as asked for.")
            .arg(at, all, who, where);
    case Fate::NoBox:
        return tr("Step %1 of %2: %3 from %4 goes: its box has no area.").arg(at, all, who, where);
    case Fate::BelowThreshold:
    case Fate::NotAmongBest:
        return tr("Step %1 of %2: %3 from %4 goes: its score is not above the threshold.").arg(at, all, who, where);
    }
    return {};
}

void ReplayPanel::retranslate()
{
    const auto name = [](QWidget *control, const QString &text, const QString &key) {
        control->setAccessibleName(text);
        control->setToolTip(key.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, key));
    };
    setAccessibleName(tr("NMS replay"));
    name(first_, tr("Before the first candidate"), tr("Home", "key"));
    name(back_, tr("One step back"), tr("Left", "key"));
    play_->setIcon(icon(playing() ? "pause" : "play"));
    name(play_, playing() ? tr("Pause") : tr("Play"), tr("Space", "key"));
    name(forward_, tr("One step forward"), tr("Right", "key"));
    name(last_, tr("After the last candidate"), tr("End", "key"));
    name(slider_, tr("Candidates judged"), {});
    table_->setAccessibleName(tr("Boxes that stay"));
    model_->retranslate();
    const QFontMetrics metrics(table_->font());
    for (const int column : {SurvivorModel::Score, SurvivorModel::Removed}) {
        const QString header = model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        table_->setColumnWidth(column,
                               std::max(metrics.horizontalAdvance("0.0000"), metrics.horizontalAdvance(header)) + 24);
    }
    sentence_->setText(sentenceOf(step_));
}

void ReplayPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

// --- Keys

bool ReplayPanel::handleKey(int key)
{
    switch (key) {
    case Qt::Key_Left:
        setStep(step_ - 1);
        return true;
    case Qt::Key_Right:
        setStep(step_ + 1);
        return true;
    case Qt::Key_Home:
        setStep(0);
        return true;
    case Qt::Key_End:
        setStep(steps());
        return true;
    case Qt::Key_Space:
        togglePlaying();
        return true;
    default:
        return false;
    }
}

void ReplayPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->modifiers() != Qt::NoModifier || !handleKey(event->key()))
        QWidget::keyPressEvent(event);
}

// The keys mean the same wherever the focus is in the panel; only on a button Space presses the button.
bool ReplayPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto *press = static_cast<QKeyEvent *>(event);
        const bool button = qobject_cast<QToolButton *>(watched) && press->key() == Qt::Key_Space;
        if (press->modifiers() == Qt::NoModifier && !button && handleKey(press->key()))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ReplayPanel::hideEvent(QHideEvent *event)
{
    stop();
    QWidget::hideEvent(event);
}

}  // namespace fcoscope
