// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/assignment_summary.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QStringList>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "widgets/detection_table.h"
#include "widgets/label_colours.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr size_t mostBoxes = 100;  // that are listed: the worst ones

QString number(int value)
{
    return QLocale().toString(value);
}

QIcon swatch(const QColor &colour, double ratio)
{
    QPixmap pixmap(qRound(12 * ratio), qRound(12 * ratio));
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(0, 0, 0, 110), 1));
    painter.setBrush(colour);
    painter.drawEllipse(QRectF(1.5, 1.5, 9, 9));
    return QIcon(pixmap);
}

/// Labels that are never learnt first, then those that lose most.
std::vector<size_t> worstFirst(const AssignmentCounts &counts)
{
    std::vector<size_t> order(counts.positivesOfLabel.size());
    std::iota(order.begin(), order.end(), size_t(0));
    const auto worse = [&](size_t a, size_t b) {
        const bool neverA = counts.positivesOfLabel[a] == 0, neverB = counts.positivesOfLabel[b] == 0;
        if (neverA != neverB)
            return neverA;
        return std::pair(-counts.lostOfLabel[a], a) < std::pair(-counts.lostOfLabel[b], b);
    };
    const size_t kept = std::min(order.size(), mostBoxes);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(), worse);
    order.resize(kept);
    return order;
}

/// A row that sorts by numbers where there are numbers.
class BoxItem : public QTreeWidgetItem {
public:
    using QTreeWidgetItem::QTreeWidgetItem;
    bool operator<(const QTreeWidgetItem &other) const override
    {
        const int column = treeWidget() ? treeWidget()->sortColumn() : 0;
        const QVariant mine = data(column, Qt::UserRole + 1), its = other.data(column, Qt::UserRole + 1);
        return mine.isValid() && its.isValid() ? mine.toInt() < its.toInt() : QTreeWidgetItem::operator<(other);
    }
};

}  // namespace

AssignmentSummary::AssignmentSummary(QWidget *parent)
    : QWidget(parent), counts_(new QLabel), more_(new QLabel), boxes_(new QTreeWidget)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(counts_);
    layout->addWidget(boxes_, 1);
    layout->addWidget(more_);
    counts_->setWordWrap(true);
    counts_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    more_->setForegroundRole(QPalette::PlaceholderText);
    more_->setWordWrap(true);
    boxes_->setRootIsDecorated(false);
    boxes_->setUniformRowHeights(true);
    boxes_->setColumnCount(3);
    boxes_->setMinimumHeight(120);
    boxes_->header()->setStretchLastSection(false);
    boxes_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    boxes_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    boxes_->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    const auto activate = [this](QTreeWidgetItem *item) {
        if (item)
            Q_EMIT labelActivated(item->data(0, Qt::UserRole).toInt());
    };
    connect(boxes_, &QTreeWidget::itemClicked, this, activate);
    connect(boxes_, &QTreeWidget::itemActivated, this, activate);  // the keyboard's way
    refresh();
}

void AssignmentSummary::setFrame(LensFramePtr frame)
{
    frame_ = std::move(frame);
    stale_ = !isVisible();
    if (!stale_)
        refresh();
}

void AssignmentSummary::setClassNames(const std::vector<std::string> &names)
{
    if (names == classNames_)
        return;
    classNames_ = names;
    setFrame(frame_);
}

QString AssignmentSummary::countsText() const
{
    const AssignmentCounts &counts = frame_->counts;
    QStringList levels;
    for (size_t l = 0; l < counts.positivesOfLevel.size() && l < frame_->assigned->levels.size(); ++l)
        levels += QStringLiteral("%1 %2").arg(levelName(frame_->assigned->levels[l].stride),
                                              number(counts.positivesOfLevel[l]));
    QStringList lines{tr("%1 of %2 labels are learnt.").arg(number(counts.recalled), number(counts.labels))};
    lines += tr("Positive locations: %1 (%2).").arg(number(counts.positives), levels.join(QStringLiteral(" · ")));
    lines += tr("Ambiguous: %1, of different classes: %2.")
                 .arg(number(counts.ambiguous), number(counts.ambiguousAcrossClasses));
    return lines.join('\n');
}

void AssignmentSummary::refresh()
{
    stale_ = false;
    const bool something = frame_ && frame_->assigned && frame_->counts.labels > 0;
    counts_->setVisible(something);
    boxes_->setVisible(something);
    counts_->setText(something ? countsText() : QString());
    boxes_->setHeaderLabels({tr("Box"), tr("Learnt by"), tr("Lost")});
    boxes_->headerItem()->setToolTip(1, tr("Locations that learn this box"));
    boxes_->headerItem()->setToolTip(2, tr("Locations that this box claims and another one is learnt at"));
    boxes_->setAccessibleName(tr("Boxes and the locations that learn them"));
    fillBoxes();
}

void AssignmentSummary::fillBoxes()
{
    boxes_->setSortingEnabled(false);
    boxes_->clear();
    more_->hide();
    if (!frame_ || !frame_->assigned)
        return;
    const AssignmentCounts &counts = frame_->counts;
    const std::vector<Label> &labels = frame_->assigned->labels;
    const std::vector<size_t> listed = worstFirst(counts);
    const std::vector<QColor> colours = labelColours(labels);
    QList<QTreeWidgetItem *> items;
    for (const size_t i : listed) {
        const QString name = classNameIn(classNames_, labels[i].classIndex);
        const int learnt = counts.positivesOfLabel[i], lost = counts.lostOfLabel[i];
        auto *item = new BoxItem(QStringList{QStringLiteral("%1 · %2").arg(number(static_cast<int>(i) + 1), name),
                                             learnt > 0 ? number(learnt) : tr("none"), number(lost)});
        item->setData(0, Qt::UserRole, static_cast<int>(i));
        item->setData(1, Qt::UserRole + 1, learnt);
        item->setData(2, Qt::UserRole + 1, lost);
        item->setIcon(0, swatch(colours[i], devicePixelRatioF()));
        for (const int column : {1, 2})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        if (learnt == 0) {
            item->setForeground(1, errorColor(palette()));
            item->setToolTip(1, tr("No location learns this box."));
        }
        items += item;
    }
    boxes_->addTopLevelItems(items);
    boxes_->header()->setSortIndicator(-1, Qt::AscendingOrder);  // as they come: the worst first
    boxes_->setSortingEnabled(true);
    if (listed.size() < labels.size()) {
        more_->setText(tr("The %1 of %2 boxes that fare worst.")
                           .arg(number(static_cast<int>(listed.size())), number(static_cast<int>(labels.size()))));
        more_->show();
    }
}

void AssignmentSummary::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (stale_)
        refresh();
}

void AssignmentSummary::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange)
        refresh();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
