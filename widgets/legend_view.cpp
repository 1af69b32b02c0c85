// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/legend_view.h"

#include <QEvent>
#include <QPainter>
#include <QStringList>
#include <cmath>

#include "widgets/legend.h"

namespace fcoscope {

LegendView::LegendView(QWidget *parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Legend"));
}

void LegendView::setFrame(LensFramePtr frame)
{
    frame_ = std::move(frame);
    QStringList titles;
    if (frame_)
        for (const LayerView &view : frame_->layers)
            titles += layerTitle(view.layer, *frame_);
    setAccessibleDescription(titles.join(QStringLiteral("; ")));
    updateGeometry();
    update();
}

int LegendView::heightForWidth(int width) const
{
    if (!frame_ || frame_->layers.empty())
        return 0;
    return static_cast<int>(std::ceil(legendSize(*frame_, legendStyle(font(), palette()), width).height()));
}

QSize LegendView::sizeHint() const
{
    return {200, heightForWidth(200)};
}

void LegendView::paintEvent(QPaintEvent *)
{
    if (!frame_)
        return;
    QPainter painter(this);
    paintLegend(painter, rect(), *frame_, legendStyle(font(), palette()));
}

void LegendView::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Legend"));
        setFrame(frame_);
    }
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

}  // namespace fcoscope
