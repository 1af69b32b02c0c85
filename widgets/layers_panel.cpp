// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/layers_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/assignment_summary.h"
#include "widgets/layer_controls.h"
#include "widgets/legend_view.h"
#include "widgets/theme.h"
#include "widgets/translate.h"

namespace fcoscope {

namespace {

constexpr int indexRole = Qt::UserRole;  // of the layer in layers_

QToolButton *arrowButton(Qt::ArrowType arrow)
{
    auto *button = new QToolButton;
    button->setArrowType(arrow);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}  // namespace

LayersPanel::LayersPanel(QWidget *parent)
    : QWidget(parent), layers_(standardLayers()), list_(new QListWidget), up_(arrowButton(Qt::UpArrow)),
      down_(arrowButton(Qt::DownArrow)), chosenTitle_(new QLabel), controls_(new LayerControls),
      legend_(new LegendView), summary_(new AssignmentSummary)
{
    build();
    retranslate();
    showCheckBoxes();
    list_->setCurrentRow(0);
}

void LayersPanel::build()
{
    list_->setDragDropMode(QAbstractItemView::InternalMove);
    list_->setDefaultDropAction(Qt::MoveAction);
    list_->setWordWrap(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMinimumHeight(140);
    list_->setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
    list_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    list_->setIconSize({14, 14});
    auto *line = new QHBoxLayout;
    line->setSpacing(2);
    line->addWidget(chosenTitle_, 1);
    line->addWidget(up_);
    line->addWidget(down_);
    QFont bold = chosenTitle_->font();
    bold.setWeight(QFont::DemiBold);
    chosenTitle_->setFont(bold);

    auto *below = new QWidget;
    auto *belowLayout = new QVBoxLayout(below);
    belowLayout->setContentsMargins(0, 4, 4, 0);
    belowLayout->setSpacing(12);
    belowLayout->addWidget(legend_);
    belowLayout->addWidget(summary_);
    belowLayout->addStretch();
    auto *scroll = new QScrollArea;
    scroll->setWidget(below);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 10);
    layout->setSpacing(8);
    layout->addWidget(list_);
    layout->addLayout(line);
    layout->addWidget(controls_);
    layout->addWidget(scroll, 1);

    connect(list_, &QListWidget::itemChanged, this, &LayersPanel::takeCheck);
    connect(list_, &QListWidget::currentRowChanged, this, &LayersPanel::showChosen);
    connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &LayersPanel::takeOrder);
    connect(up_, &QToolButton::clicked, this, [this] { moveChosen(-1); });
    connect(down_, &QToolButton::clicked, this, [this] { moveChosen(1); });
    connect(summary_, &AssignmentSummary::labelActivated, this, &LayersPanel::labelActivated);
    connect(controls_, &LayerControls::edited, this, [this](const Layer &layer) {
        if (const int i = chosen(); i >= 0) {
            layers_[static_cast<size_t>(i)] = layer;
            Q_EMIT changed(layers_);
        }
    });
}

void LayersPanel::setLayers(std::vector<Layer> layers)
{
    if (layers == layers_)
        return;
    layers_ = std::move(layers);
    fillList();
}

void LayersPanel::setFrame(LensFramePtr frame)
{
    frame_ = std::move(frame);
    legend_->setFrame(frame_);
    summary_->setFrame(frame_);
    std::vector<LayerControls::Features> features;
    if (frame_ && frame_->raw)
        for (const FeatureMap &each : frame_->raw->features)
            features.push_back({each.name, each.values.channels});
    controls_->setFeatures(features);
    showItems();
}

void LayersPanel::setLevels(const std::vector<double> &strides)
{
    controls_->setLevels(strides);
}

void LayersPanel::setClassNames(const std::vector<std::string> &names)
{
    classNames_ = names;
    controls_->setClassNames(names);
    summary_->setClassNames(labelNames_.empty() ? classNames_ : labelNames_);
}

void LayersPanel::setLabelNames(const std::vector<std::string> &names)
{
    labelNames_ = names;
    summary_->setClassNames(labelNames_.empty() ? classNames_ : labelNames_);
}

int LayersPanel::chosen() const
{
    const QListWidgetItem *item = list_->currentItem();
    const int index = item ? item->data(indexRole).toInt() : -1;
    return index < static_cast<int>(layers_.size()) ? index : -1;
}

/// Why a visible layer shows nothing; empty: it does, or is not visible, or nobody knows yet.
QString LayersPanel::whyNothing(const Layer &layer) const
{
    if (layer.visible && frame_)
        for (const LayerView &view : frame_->layers)
            if (view.layer.kind == layer.kind && !view.missing.text.empty())
                return translated(view.missing);
    return {};
}

void LayersPanel::fillList()
{
    quiet_ = true;
    const int row = list_->currentRow();
    list_->clear();
    for (size_t i = layers_.size(); i-- > 0;) {
        auto *item = new QListWidgetItem(list_);
        item->setData(indexRole, static_cast<int>(i));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsDragEnabled);
    }
    list_->setCurrentRow(std::clamp(row, 0, std::max(0, list_->count() - 1)));
    quiet_ = false;
    showItems();
    showChosen();
}

void LayersPanel::showItems()
{
    quiet_ = true;
    for (int row = 0; row < list_->count(); ++row) {
        QListWidgetItem *item = list_->item(row);
        const Layer &layer = layers_[static_cast<size_t>(item->data(indexRole).toInt())];
        const QString title = translated(titleOf(layer.kind)), why = whyNothing(layer);
        const QString text = why.isEmpty() ? title : title + '\n' + why;
        if (item->text() != text) {
            item->setText(text);
            item->setToolTip(why);
            item->setIcon(why.isEmpty() ? QIcon() : icon("info"));
        }
        item->setCheckState(layer.visible ? Qt::Checked : Qt::Unchecked);
    }
    quiet_ = false;
}

void LayersPanel::showChosen()
{
    if (quiet_)
        return;
    const int i = chosen();
    controls_->setVisible(i >= 0);
    up_->setEnabled(list_->currentRow() > 0);
    down_->setEnabled(i >= 0 && list_->currentRow() + 1 < list_->count());
    chosenTitle_->setText(i >= 0 ? translated(titleOf(layers_[static_cast<size_t>(i)].kind)) : QString());
    if (i >= 0)
        controls_->setLayer(layers_[static_cast<size_t>(i)]);
}

void LayersPanel::takeCheck(QListWidgetItem *item)
{
    if (quiet_)
        return;
    Layer &layer = layers_[static_cast<size_t>(item->data(indexRole).toInt())];
    const bool visible = item->checkState() == Qt::Checked;
    if (layer.visible == visible)
        return;
    layer.visible = visible;
    list_->setCurrentItem(item);
    showItems();
    showChosen();
    Q_EMIT changed(layers_);
}

void LayersPanel::takeOrder()
{
    std::vector<Layer> ordered;
    for (int row = list_->count(); row-- > 0;)
        ordered.push_back(layers_[static_cast<size_t>(list_->item(row)->data(indexRole).toInt())]);
    quiet_ = true;
    for (int row = 0; row < list_->count(); ++row)
        list_->item(row)->setData(indexRole, list_->count() - 1 - row);
    quiet_ = false;
    layers_ = std::move(ordered);
    showChosen();
    Q_EMIT changed(layers_);
}

void LayersPanel::moveChosen(int rows)
{
    const int from = list_->currentRow(), to = from + rows;
    if (from < 0 || to < 0 || to >= list_->count())
        return;
    // Qt counts the place before the row is taken out.
    list_->model()->moveRow({}, from, {}, rows > 0 ? to + 1 : to);
    list_->setCurrentRow(to);
}

/// Fusion draws the boxes of a list in a shade of the window's colour, which on a dark list nobody sees.
void LayersPanel::showCheckBoxes()
{
    QPalette own = list_->palette();
    const QColor window = isDark(palette()) ? QColor(0xb4, 0xb9, 0xc1) : palette().color(QPalette::Window).darker(120);
    if (own.color(QPalette::Window) == window)
        return;
    own = palette();
    own.setColor(QPalette::Window, window);
    list_->setPalette(own);
}

void LayersPanel::retranslate()
{
    list_->setAccessibleName(tr("Layers"));
    list_->setToolTip(tr("The uppermost layer first. Drag to change the order."));
    for (const auto &[button, words] : {std::pair(up_, tr("Move up")), std::pair(down_, tr("Move down"))}) {
        button->setToolTip(words);
        button->setAccessibleName(words);
    }
    fillList();
}

void LayersPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    if (event->type() == QEvent::PaletteChange)
        showCheckBoxes();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
