// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/assignment_panel.h"

#include <QEvent>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/level_bars.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

QString percent(const Share &share)
{
    return share.whole > 0 ? AssignmentPanel::tr("%1 %").arg(QLocale().toString(share.value() * 100, 'f', 2))
                           : QStringLiteral("–");
}

QString levelsOf(const ArrangementStatistics &arrangement)
{
    if (arrangement.levels.empty())
        return {};
    const QString first = QString::fromStdString(levelLabel(arrangement.levels.front().stride));
    return arrangement.levels.size() == 1
               ? AssignmentPanel::tr("%1 alone").arg(first)
               : first + QStringLiteral("–") + QString::fromStdString(levelLabel(arrangement.levels.back().stride));
}

QString number(int64_t value)
{
    return QLocale().toString(static_cast<qlonglong>(value));
}

}  // namespace

AssignmentPanel::AssignmentPanel(QWidget *parent)
    : QWidget(parent), boxes_(new UnlearnableModel(this)), pairs_(new ClassPairModel(this)), start_(new QPushButton),
      export_(new QPushButton), bar_(new QProgressBar), status_(new QLabel), heading_(new QLabel),
      levelsTitle_(new QLabel), explanation_(new QLabel), levels_(new LevelBars), tabs_(new QTabWidget),
      boxTable_(makeTable(boxes_, UnlearnableModel::Remedy)), pairTable_(makeTable(pairs_, ClassPairModel::First))
{
    auto *boxPage = new QWidget;
    auto *boxLayout = new QVBoxLayout(boxPage);
    boxLayout->setContentsMargins(0, 0, 0, 0);
    boxLayout->setSpacing(0);
    boxLayout->addWidget(boxTable_, 1);
    boxLayout->addWidget(explanation_);
    explanation_->setWordWrap(true);
    explanation_->setTextFormat(Qt::PlainText);
    explanation_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    explanation_->setContentsMargins(8, 6, 8, 6);
    tabs_->setDocumentMode(true);
    tabs_->addTab(boxPage, QString());
    tabs_->addTab(pairTable_, QString());

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeHead());
    figures_ = new QWidget;
    auto *figures = new QVBoxLayout(figures_);
    figures->setContentsMargins(0, 0, 0, 0);
    figures->addWidget(makeSummary());
    figures->addWidget(tabs_, 1);
    layout->addWidget(figures_, 1);
    layout->addStretch();

    connect(boxTable_, &QTableView::activated, this, [this](const QModelIndex &at) {
        const auto *proxy = static_cast<const QSortFilterProxyModel *>(boxTable_->model());
        const UnlearnableBox &box = statistics()->unlearnable[static_cast<size_t>(proxy->mapToSource(at).row())];
        Q_EMIT boxActivated(box.imageId, box.box);
    });
    connect(boxTable_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &AssignmentPanel::showExplanation);
    retranslate();
    enter(State::NoData);
}

QWidget *AssignmentPanel::makeHead()
{
    auto *head = new QWidget;
    auto *layout = new QGridLayout(head);
    layout->setContentsMargins(8, 0, 8, 0);
    layout->setSpacing(6);
    layout->addWidget(start_, 0, 0);
    layout->addWidget(bar_, 0, 1);
    layout->addWidget(export_, 0, 2);
    layout->addWidget(status_, 1, 0, 1, 3);
    layout->setColumnStretch(1, 1);
    status_->setWordWrap(true);
    status_->setTextFormat(Qt::PlainText);  // file names are no markup
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    QSizePolicy keep = bar_->sizePolicy();
    keep.setRetainSizeWhenHidden(true);
    bar_->setSizePolicy(keep);
    export_->setIcon(icon("save"));
    connect(start_, &QPushButton::clicked, this, [this] {
        if (state_ == State::Running)
            Q_EMIT stopRequested();
        else
            Q_EMIT startRequested();
    });
    connect(export_, &QPushButton::clicked, this, &AssignmentPanel::exportRequested);
    return head;
}

QWidget *AssignmentPanel::makeSummary()
{
    auto *summary = new QWidget;
    auto *grid = new QGridLayout(summary);
    grid->setContentsMargins(8, 0, 8, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(0, 1);
    grid->addWidget(heading_, 0, 0, 1, 3);
    heading_->setWordWrap(true);
    heading_->setTextFormat(Qt::PlainText);
    heading_->setForegroundRole(QPalette::PlaceholderText);
    for (int column = 0; column < 2; ++column) {
        columnNames_[column] = new QLabel;
        columnNames_[column]->setAlignment(Qt::AlignRight);
        columnNames_[column]->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(columnNames_[column], 1, column + 1);
    }
    for (int row = 0; row < 3; ++row) {
        rowNames_[row] = new QLabel;
        grid->addWidget(rowNames_[row], row + 2, 0);
        for (int column = 0; column < 2; ++column) {
            values_[row][column] = new QLabel;
            values_[row][column]->setAlignment(Qt::AlignRight);
            grid->addWidget(values_[row][column], row + 2, column + 1);
        }
    }
    QFont bold = font();
    bold.setBold(true);
    for (auto &row : values_)
        row[0]->setFont(bold);
    grid->addWidget(levelsTitle_, 5, 0, 1, 3);
    levelsTitle_->setForegroundRole(QPalette::PlaceholderText);
    grid->setRowMinimumHeight(5, levelsTitle_->sizeHint().height() + 8);
    levelsTitle_->setAlignment(Qt::AlignLeft | Qt::AlignBottom);
    grid->addWidget(levels_, 6, 0, 1, 3);
    return summary;
}

QTableView *AssignmentPanel::makeTable(AssignmentModel *model, int stretched)
{
    auto *proxy = new QSortFilterProxyModel(this);
    proxy->setSourceModel(model);
    proxy->setSortRole(AssignmentModel::SortRole);
    proxy->setSortLocaleAware(true);
    auto *table = new QTableView;
    table->setModel(proxy);
    table->setSortingEnabled(true);
    table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);  // as the statistics order them
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setAlternatingRowColors(true);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTabKeyNavigation(false);  // Tab leaves the table
    table->setFrameShape(QFrame::NoFrame);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setFixedHeight(fontMetrics().height() + 10);
    table->horizontalHeader()->setStretchLastSection(stretched == model->columnCount() - 1);
    return table;
}

void AssignmentPanel::setDataAvailable(bool available)
{
    setStatistics(nullptr);
    enter(available ? State::Ready : State::NoData);
}

void AssignmentPanel::setProgress(const Progress &progress)
{
    progress_ = progress;
    enter(State::Running);
}

void AssignmentPanel::setStatistics(AssignmentStatisticsPtr statistics)
{
    boxes_->setStatistics(statistics);
    pairs_->setStatistics(statistics);
    levels_->setStatistics(statistics);
    fillSummary();
    fitColumns();
    showExplanation();
    enter(State::Ready);
}

void AssignmentPanel::setFailed(const Message &reason)
{
    failure_ = reason;
    enter(State::Failed);
}

void AssignmentPanel::setStopped()
{
    enter(State::Stopped);
}

void AssignmentPanel::enter(State state)
{
    state_ = state;
    const bool running = state == State::Running;
    start_->setText(running ? tr("Stop") : tr("Assign"));
    start_->setIcon(running ? icon("stop") : icon("table"));
    start_->setToolTip(running ? tr("Stop assigning")
                               : tr("Assign the labels of every image of the data set to locations; needs no model"));
    start_->setEnabled(state != State::NoData);
    export_->setEnabled(!running && statistics());
    bar_->setVisible(running);
    bar_->setRange(0, progress_.fraction < 0 ? 0 : 1000);
    bar_->setValue(running ? static_cast<int>(std::lround(std::clamp(progress_.fraction, 0.0, 1.0) * 1000)) : 0);
    QString text;
    if (state == State::NoData)
        text = tr("Open a data set with labels to see how they are assigned to locations.");
    else if (running)
        text = translated(progress_.what);
    else if (state == State::Failed)
        text = translated(failure_);
    else if (state == State::Stopped)
        text = tr("Stopped.");
    else if (!statistics())
        text = tr("How much of this data set can be learnt at all: which labels no location learns, and which get in "
                  "each other's way.");
    status_->setText(text);
    status_->setVisible(!text.isEmpty());
    QPalette colours;
    if (state == State::Failed)
        colours.setColor(QPalette::WindowText, errorColor(palette()));
    status_->setPalette(colours);
    figures_->setVisible(statistics() != nullptr);
}

void AssignmentPanel::retranslateSummary()
{
    rowNames_[0]->setText(tr("Best possible recall"));
    rowNames_[0]->setToolTip(tr("Share of the labels that at least one location learns"));
    rowNames_[1]->setText(tr("Ambiguous samples"));
    rowNames_[1]->setToolTip(tr("Share of the positive locations that two or more labels claim"));
    rowNames_[2]->setText(tr("of different classes"));
    rowNames_[2]->setToolTip(tr("Share of the positive locations that labels of different classes claim"));
    rowNames_[2]->setIndent(fontMetrics().averageCharWidth() * 2);
    levelsTitle_->setText(tr("Positive locations of each level"));
}

void AssignmentPanel::retranslate()
{
    export_->setText(tr("Export…"));
    export_->setToolTip(tr("Write these figures as JSON or CSV"));
    bar_->setAccessibleName(tr("Progress"));
    boxTable_->setAccessibleName(tr("Boxes that no location can learn"));
    pairTable_->setAccessibleName(tr("Pairs of classes that claim the same locations"));
    boxTable_->setToolTip(tr("Enter or a double click opens the image at the box"));
    retranslateSummary();
    boxes_->retranslate();
    pairs_->retranslate();
    fillSummary();
    fitColumns();
    showExplanation();
    enter(state_);
}

void AssignmentPanel::fillSummary()
{
    const AssignmentStatisticsPtr &s = statistics();
    tabs_->setTabText(0, tr("Never learnt (%1)").arg(number(s ? static_cast<int64_t>(s->unlearnable.size()) : 0)));
    tabs_->setTabText(1, tr("Pairs of classes (%1)").arg(number(s ? static_cast<int64_t>(s->pairs.size()) : 0)));
    if (!s)
        return;
    heading_->setText(tr("%1, profile %2: %3 labels in %4 images")
                          .arg(QString::fromStdString(s->name), QString::fromStdString(s->profile.name),
                               number(s->labels), number(s->images)));
    const ArrangementStatistics *arrangements[] = {&s->pyramid, &s->singleLevel};
    for (int column = 0; column < 2; ++column) {
        const ArrangementStatistics &its = *arrangements[column];
        columnNames_[column]->setText(levelsOf(its));
        const Share shares[] = {its.recall, its.ambiguous, its.ambiguousAcrossClasses};
        for (int row = 0; row < 3; ++row) {
            QLabel &value = *values_[row][column];
            value.setText(percent(shares[row]));
            value.setToolTip(tr("%1 of %2").arg(number(shares[row].part), number(shares[row].whole)));
            value.setAccessibleName(
                QStringLiteral("%1, %2: %3").arg(rowNames_[row]->text(), columnNames_[column]->text(), value.text()));
        }
    }
}

// Widths of the first rows: a look at thousands would take longer than it is worth.
void AssignmentPanel::fitColumns()
{
    constexpr int looked = 200;
    for (QTableView *table : {boxTable_, pairTable_}) {
        const QAbstractItemModel &model = *table->model();
        for (int column = 0; column < model.columnCount(); ++column) {
            int width = fontMetrics().horizontalAdvance(model.headerData(column, Qt::Horizontal).toString()) + 14;
            for (int row = 0; row < std::min(looked, model.rowCount()); ++row)
                width = std::max(width, fontMetrics().horizontalAdvance(model.index(row, column).data().toString()));
            table->setColumnWidth(column, std::min(width, fontMetrics().averageCharWidth() * 36) + 20);
        }
    }
}

void AssignmentPanel::showExplanation()
{
    const QModelIndexList rows = boxTable_->selectionModel()->selectedRows();
    const auto *proxy = static_cast<const QSortFilterProxyModel *>(boxTable_->model());
    const bool none = rows.isEmpty() || !statistics();
    explanation_->setVisible(!none);
    explanation_->setText(
        none ? QString()
             : explanationOf(statistics()->unlearnable[static_cast<size_t>(proxy->mapToSource(rows.first()).row())]));
}

void AssignmentPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    else if (event->type() == QEvent::PaletteChange && state_ == State::Failed)
        enter(state_);
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
