// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/model_comparison.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <array>
#include <cmath>

#include "widgets/theme.h"
#include "widgets/training/model_comparison_words.h"

namespace fcoscope {

namespace {

enum Column { NameColumn, LabelColumn, BeforeColumn, AfterColumn, DifferenceColumn, ColumnCount };
constexpr int figureRows = 3;
constexpr int sortRole = Qt::UserRole;

/// Sorted by figures, not by their words; what is missing comes last when the best are first.
class ClassLine : public QTreeWidgetItem {
public:
    using QTreeWidgetItem::QTreeWidgetItem;
    bool operator<(const QTreeWidgetItem &other) const override
    {
        const int column = treeWidget() ? treeWidget()->sortColumn() : 0;
        if (column == NameColumn)
            return QString::localeAwareCompare(text(column), other.text(column)) < 0;
        return data(column, sortRole).toDouble() < other.data(column, sortRole).toDouble();
    }
};

QLabel *plain()
{
    auto *label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    return label;
}

QColor colourOf(double before, double after, const QPalette &palette)
{
    const QString words = apDifference(before, after);
    return words.startsWith(QStringLiteral("▲"))   ? successColor(palette)
           : words.startsWith(QStringLiteral("▼")) ? errorColor(palette)
                                                   : palette.color(QPalette::Text);
}

}  // namespace

struct ModelComparison::Parts {
    QLabel *models = plain(), *sign = new QLabel, *words = plain();
    QProgressBar *progress = new QProgressBar;
    QWidget *results = new QWidget;
    std::array<QLabel *, 4> headers{};
    std::array<std::array<QLabel *, 4>, figureRows> figures{};
    QTreeWidget *classes = new QTreeWidget;
    QLabel *classesLabel = plain();
    QDialogButtonBox *buttons = new QDialogButtonBox;
    QPushButton *use = nullptr, *keep = nullptr;

    enum class State { Measuring, Compared, Failed } state = State::Measuring;
    ComparedModels compared;
    QString reason;

    void layOut(QDialog *dialog);
    void showFigures(const QPalette &palette);
    void showClasses(const QPalette &palette);
    void showSign(const QPalette &palette, double ratio);
    void choose(QPushButton *button, const QWidget *window);
};

ModelComparison::ModelComparison(QWidget *parent) : QDialog(parent), parts_(std::make_unique<Parts>())
{
    Parts &p = *parts_;
    p.use = p.buttons->addButton(QString(), QDialogButtonBox::AcceptRole);
    p.keep = p.buttons->addButton(QString(), QDialogButtonBox::RejectRole);
    p.layOut(this);
    connect(p.buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(p.buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::accepted, this, &ModelComparison::useWanted);
    connect(this, &QDialog::rejected, this, &ModelComparison::keepWanted);
    resize(600, 480);
    setProgress(0);
}

ModelComparison::~ModelComparison() = default;

void ModelComparison::Parts::layOut(QDialog *dialog)
{
    models->setWordWrap(true);
    models->setForegroundRole(QPalette::PlaceholderText);
    words->setWordWrap(true);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont larger = words->font();
    larger.setPointSizeF(larger.pointSizeF() * 1.1);
    words->setFont(larger);
    sign->setAlignment(Qt::AlignTop);
    progress->setRange(0, 1000);

    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(2);
    for (int column = 0; column < 4; ++column) {
        QLabel *header = headers[static_cast<size_t>(column)] = plain();
        header->setForegroundRole(QPalette::PlaceholderText);
        for (int row = 0; row <= figureRows; ++row) {
            QLabel *cell = row == 0 ? header : plain();
            if (row > 0)
                figures[static_cast<size_t>(row - 1)][static_cast<size_t>(column)] = cell;
            cell->setAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            grid->addWidget(cell, row, column);
        }
    }
    grid->setColumnStretch(4, 1);

    classes->setColumnCount(ColumnCount);
    classes->setRootIsDecorated(false);
    classes->setAlternatingRowColors(true);
    classes->setAllColumnsShowFocus(true);
    classes->setSortingEnabled(true);
    classes->header()->setStretchLastSection(false);
    classes->header()->setMinimumSectionSize(76);
    classes->header()->setSortIndicator(-1, Qt::AscendingOrder);  // as they came
    classesLabel->setBuddy(classes);

    auto *shown = new QVBoxLayout(results);
    shown->setContentsMargins(0, 0, 0, 0);
    shown->addLayout(grid);
    shown->addSpacing(6);
    shown->addWidget(classesLabel);
    shown->addWidget(classes, 1);

    auto *verdict = new QHBoxLayout;
    verdict->setSpacing(10);
    verdict->addWidget(sign);
    verdict->addWidget(words, 1);
    auto *all = new QVBoxLayout(dialog);
    all->setSpacing(10);
    all->addWidget(models);
    all->addLayout(verdict);
    all->addWidget(progress);
    all->addWidget(results, 1);
    all->addStretch(0);
    all->addWidget(buttons);
}

void ModelComparison::setProgress(double fraction)
{
    Parts &p = *parts_;
    p.state = Parts::State::Measuring;
    p.progress->setValue(std::isfinite(fraction) ? static_cast<int>(std::lround(1000 * std::clamp(fraction, 0.0, 1.0)))
                                                 : 0);
    retranslate();
}

void ModelComparison::setCompared(const ComparedModels &compared)
{
    Parts &p = *parts_;
    p.state = Parts::State::Compared;
    p.compared = compared;
    retranslate();
    p.choose(speaksForNew(modelVerdict(compared)) ? p.use : p.keep, focusWidget());
}

void ModelComparison::setFailed(const QString &reason)
{
    Parts &p = *parts_;
    p.state = Parts::State::Failed;
    p.reason = reason;
    retranslate();
    p.choose(p.keep, focusWidget());
}

// What Enter does. Whoever is in the table stays there.
void ModelComparison::Parts::choose(QPushButton *button, const QWidget *focused)
{
    button->setDefault(true);
    if (focused != classes)
        button->setFocus();
}

void ModelComparison::Parts::showFigures(const QPalette &palette)
{
    const double before[] = {compared.apBefore, compared.ap50Before, compared.ap75Before};
    const double after[] = {compared.apAfter, compared.ap50After, compared.ap75After};
    const QString help[] = {ModelComparison::tr("Average precision, the mean over IoU thresholds from 0.50 to 0.95"),
                            ModelComparison::tr("Average precision at IoU 0.50"),
                            ModelComparison::tr("Average precision at IoU 0.75")};
    const QString names[] = {QStringLiteral("AP"), QStringLiteral("AP50"), QStringLiteral("AP75")};
    const QString titles[] = {QString(), ModelComparison::tr("Before"), ModelComparison::tr("After"),
                              ModelComparison::tr("Difference")};
    for (size_t i = 0; i < 4; ++i)
        headers[i]->setText(titles[i]);
    for (size_t row = 0; row < figureRows; ++row) {
        const QString cells[] = {names[row], apText(before[row], QStringLiteral("–")),
                                 apText(after[row], QStringLiteral("–")), apDifference(before[row], after[row])};
        for (size_t column = 0; column < 4; ++column) {
            QLabel *cell = figures[row][column];
            cell->setText(cells[column]);
            cell->setToolTip(help[row]);
            QFont font = headers[0]->font();
            font.setBold(column == 2);
            cell->setFont(font);
            if (column > 0)
                cell->setAccessibleName(
                    ModelComparison::tr("%1 %2: %3").arg(names[row], titles[column], cells[column]));
        }
        QPalette colours = palette;
        colours.setColor(QPalette::WindowText, colourOf(before[row], after[row], palette));
        figures[row][DifferenceColumn - 1]->setPalette(colours);
    }
}

void ModelComparison::Parts::showClasses(const QPalette &palette)
{
    classes->setHeaderLabels({ModelComparison::tr("Class"), ModelComparison::tr("Labels"),
                              ModelComparison::tr("Before"), ModelComparison::tr("After"),
                              ModelComparison::tr("Difference")});
    classes->setAccessibleName(ModelComparison::tr("AP by class"));
    classesLabel->setText(ModelComparison::tr("AP by class"));
    classes->setSortingEnabled(false);
    classes->clear();
    const QLocale locale;
    for (const ComparedClass &each : compared.classes) {
        const bool both = each.before >= 0 && each.after >= 0;
        const QString missing = each.labels > 0 ? ModelComparison::tr("not known") : ModelComparison::tr("no label");
        auto *line = new ClassLine(QStringList{QString::fromStdString(each.name), locale.toString(each.labels),
                                               apText(each.before, missing), apText(each.after, missing),
                                               apDifference(each.before, each.after)});
        line->setData(LabelColumn, sortRole, each.labels);
        line->setData(BeforeColumn, sortRole, each.before);
        line->setData(AfterColumn, sortRole, each.after);
        line->setData(DifferenceColumn, sortRole, both ? each.after - each.before : -2);
        line->setForeground(DifferenceColumn, colourOf(each.before, each.after, palette));
        for (int column = LabelColumn; column < ColumnCount; ++column)
            line->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        for (const int column : {BeforeColumn, AfterColumn})
            if (each.labels > 0 && line->data(column, sortRole).toDouble() < 0)
                line->setToolTip(column, ModelComparison::tr("This model has no class of that name."));
        classes->addTopLevelItem(line);
    }
    classes->setSortingEnabled(true);
    for (int column = LabelColumn; column < ColumnCount; ++column) {
        classes->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        classes->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    }
    classes->header()->setSectionResizeMode(NameColumn, QHeaderView::Stretch);
}

void ModelComparison::Parts::showSign(const QPalette &palette, double ratio)
{
    const bool good = state == State::Compared && speaksForNew(modelVerdict(compared));
    const bool few = state == State::Compared && compared.images < fewImages;
    const QString name = state == State::Measuring ? QStringLiteral("info")
                         : state == State::Failed  ? QStringLiteral("error")
                         : good && !few            ? QStringLiteral("check")
                                                   : QStringLiteral("warning");
    QPixmap mark = icon(name).pixmap(QSize(22, 22), ratio);
    QPainter painter(&mark);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(mark.rect(), state == State::Measuring ? palette.color(QPalette::Link)
                                  : state == State::Failed  ? errorColor(palette)
                                  : good && !few            ? successColor(palette)
                                                            : warningColor(palette));
    painter.end();
    sign->setPixmap(mark);
}

void ModelComparison::retranslate()
{
    Parts &p = *parts_;
    const bool measuring = p.state == Parts::State::Measuring;
    setWindowTitle(tr("Compare models"));
    p.use->setText(tr("Use the new model"));
    p.keep->setText(tr("Keep the old one"));
    p.use->setEnabled(!measuring);
    p.use->setToolTip(measuring ? tr("Both models are being measured first.") : QString());
    p.use->setAccessibleDescription(p.use->toolTip());
    p.keep->setToolTip(measuring ? tr("Stops measuring") : QString());
    p.models->setText(tr("Before: %1\nAfter: %2").arg(p.compared.before, p.compared.after));
    p.models->setVisible(p.state == Parts::State::Compared);
    p.words->setText(
        measuring ? tr("Both models are measured on the validation images of the run…")
        : p.state == Parts::State::Failed
            ? tr("The models could not be compared: %1 The new one can still be used, unmeasured.").arg(p.reason)
            : judgement(p.compared));
    p.words->setAccessibleName(p.words->text());
    p.progress->setVisible(measuring);
    p.progress->setAccessibleName(tr("Measured so far"));
    p.results->setVisible(p.state == Parts::State::Compared);
    p.showSign(palette(), devicePixelRatioF());
    if (p.state == Parts::State::Compared) {
        p.showFigures(palette());
        p.showClasses(palette());
    }
}

void ModelComparison::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange ||
        event->type() == QEvent::PaletteChange)
        retranslate();
}

}  // namespace fcoscope
