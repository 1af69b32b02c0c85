// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels/mark_delegate.h"

#include <QPainter>

namespace fcoscope {

void MarkDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given, const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QStyle &style = *option.widget->style();
    const QRectF place = style.subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &option, option.widget);
    const bool on = option.checkState == Qt::Checked;
    option.features &= ~QStyleOptionViewItem::HasCheckIndicator;
    style.drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
    const QPalette::ColorGroup group =
        index.flags().testFlag(Qt::ItemIsUserCheckable) ? QPalette::Active : QPalette::Disabled;
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    QColor ink = option.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    if (on) {
        painter->setPen(QPen(ink, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPolyline(QPolygonF({{place.left() + place.width() * 0.24, place.top() + place.height() * 0.52},
                                         {place.left() + place.width() * 0.43, place.top() + place.height() * 0.72},
                                         {place.left() + place.width() * 0.78, place.top() + place.height() * 0.28}}));
    }
    ink.setAlpha(on ? 200 : 110);
    painter->setPen(QPen(ink, 1));
    painter->drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
    painter->restore();
}

}  // namespace fcoscope
