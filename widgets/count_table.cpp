// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/count_table.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <cmath>

namespace fcoscope {

namespace {

constexpr int narrowName = 66;  // logical px: what the name of a figure is sure to get

// Best possible recall in per cent; none without labels.
std::optional<double> recallOf(const AssignmentCounts &counts)
{
    if (counts.labels == 0)
        return {};
    return 100.0 * counts.recalled / counts.labels;
}

std::optional<double> figure(const std::optional<AssignmentCounts> &counts, size_t row)
{
    if (!counts)
        return {};
    switch (row) {
    case 0:
        return recallOf(*counts);
    case 1:
        return counts->positives;
    case 2:
        return counts->ambiguous;
    default:
        return counts->ambiguousAcrossClasses;
    }
}

QString written(double value, bool perCent)
{
    const QLocale locale;
    return perCent ? locale.toString(value, 'f', 1) + QStringLiteral("\u202f%")
                   : locale.toString(static_cast<int>(value));
}

// With its sign, a real minus; nothing to say about what is the same.
QString difference(double before, double after, bool perCent)
{
    const double by = after - before;
    if (std::abs(by) < (perCent ? 0.05 : 0.5))
        return QStringLiteral("=");
    const QLocale locale;
    return (by > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) +
           locale.toString(std::abs(by), 'f', perCent ? 1 : 0);
}

}  // namespace

CountTable::CountTable(QWidget *parent) : QWidget(parent)
{
    auto *layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(6);
    layout->setVerticalSpacing(2);
    layout->setColumnStretch(0, 1);
    layout->setColumnMinimumWidth(0, narrowName);
    for (int c = 0; c < 3; ++c) {
        QLabel *header = headers_[static_cast<size_t>(c)] = new QLabel;
        header->setForegroundRole(QPalette::PlaceholderText);
        header->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        layout->addWidget(header, 0, c + 1);
    }
    for (size_t r = 0; r < rows; ++r) {
        const int at = static_cast<int>(r) + 1;
        names_[r] = new QLabel;
        names_[r]->setWordWrap(true);
        layout->addWidget(names_[r], at, 0);
        for (int c = 0; c < 3; ++c) {
            QLabel *cell = cells_[r][static_cast<size_t>(c)] = new QLabel;
            cell->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
            cell->setTextInteractionFlags(Qt::TextSelectableByMouse);
            layout->addWidget(cell, at, c + 1);
        }
        QFont bold = font();
        bold.setBold(true);
        cells_[r][1]->setFont(bold);
    }
    retranslate();
}

void CountTable::setCounts(const std::optional<AssignmentCounts> &model, const std::optional<AssignmentCounts> &whatIf)
{
    model_ = model;
    whatIf_ = whatIf;
    retranslate();
}

void CountTable::retranslate()
{
    headers_[0]->setText(tr("Model"));
    headers_[0]->setToolTip(tr("With the model's own profile"));
    headers_[1]->setText(tr("What if"));
    headers_[1]->setToolTip(tr("With what is set below"));
    headers_[2]->setText(tr("Change"));
    const QString names[rows] = {tr("Best possible recall"), tr("Positives"), tr("Ambiguous"),
                                 tr("… of other classes")};
    const QString help[rows] = {tr("Share of the labels that at least one location learns"),
                                tr("Locations that learn a label"),
                                tr("Positive locations that two or more labels claim"),
                                tr("Ambiguous locations whose labels are of different classes")};
    for (size_t r = 0; r < rows; ++r) {
        const bool perCent = r == 0;
        const std::optional<double> before = figure(model_, r), after = figure(whatIf_, r);
        const QString none = QStringLiteral("–");
        names_[r]->setText(names[r]);
        names_[r]->setToolTip(help[r]);
        // By hand, because a grid asks for the height of wrapped words at another width than they get.
        names_[r]->setMinimumHeight(
            names_[r]->fontMetrics().boundingRect(QRect(0, 0, narrowName, 1000), Qt::TextWordWrap, names[r]).height());
        cells_[r][0]->setText(before ? written(*before, perCent) : none);
        cells_[r][1]->setText(after ? written(*after, perCent) : none);
        cells_[r][2]->setText(before && after ? difference(*before, *after, perCent) : none);
        for (size_t c = 0; c < 3; ++c) {
            cells_[r][c]->setAccessibleName(QStringLiteral("%1, %2").arg(names[r], headers_[c]->text()));
            cells_[r][c]->setToolTip(help[r]);
        }
    }
    const auto counted = [](const AssignmentCounts &counts) {
        return tr("%1 of %2 labels are learnt by a location")
            .arg(QLocale().toString(counts.recalled), QLocale().toString(counts.labels));
    };
    if (model_)
        cells_[0][0]->setToolTip(counted(*model_));
    if (whatIf_)
        cells_[0][1]->setToolTip(counted(*whatIf_));
}

void CountTable::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        retranslate();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
