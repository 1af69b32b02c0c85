// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/flow_layout.h"

#include <QStyle>
#include <QWidget>

#include <algorithm>

namespace fcoscope {

FlowLayout::FlowLayout(QWidget *parent, int space) : QLayout(parent), space_(space)
{
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem *item)
{
    items_.emplace_back(item);
    invalidate();
}

QLayoutItem *FlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? items_[static_cast<size_t>(index)].get() : nullptr;
}

QLayoutItem *FlowLayout::takeAt(int index)
{
    if (!itemAt(index))
        return nullptr;
    QLayoutItem *item = items_[static_cast<size_t>(index)].release();
    items_.erase(items_.begin() + index);
    invalidate();
    return item;
}

int FlowLayout::heightForWidth(int width) const
{
    return arrange(QRect(0, 0, width, 0), false);
}

QSize FlowLayout::sizeHint() const
{
    int width = 0, height = 0;
    for (const auto &item : items_) {
        if (item->isEmpty())
            continue;
        width += (width ? space_ : 0) + item->sizeHint().width();
        height = std::max(height, item->sizeHint().height());
    }
    return {width, height};
}

QSize FlowLayout::minimumSize() const
{
    QSize most;
    for (const auto &item : items_)
        if (!item->isEmpty())
            most = most.expandedTo(item->minimumSize());
    return most;
}

void FlowLayout::setGeometry(const QRect &place)
{
    QLayout::setGeometry(place);
    arrange(place, true);
}

int FlowLayout::arrange(const QRect &place, bool move) const
{
    int x = place.left(), y = place.top(), line = 0;
    const Qt::LayoutDirection direction = parentWidget() ? parentWidget()->layoutDirection() : Qt::LeftToRight;
    std::vector<std::pair<QLayoutItem *, QRect>> inLine;
    const auto endLine = [&] {
        for (auto &[item, rect] : inLine) {
            rect.moveTop(y + (line - rect.height()) / 2);
            if (move)
                item->setGeometry(QStyle::visualRect(direction, place, rect));
        }
        inLine.clear();
    };
    for (const auto &item : items_) {
        if (item->isEmpty())
            continue;
        const int width = std::min(std::max(item->sizeHint().width(), item->minimumSize().width()),
                                   std::max(place.width(), item->minimumSize().width()));
        const int height = item->hasHeightForWidth() ? item->heightForWidth(width) : item->sizeHint().height();
        if (!inLine.empty() && x + width > place.left() + place.width()) {
            endLine();
            x = place.left();
            y += line + space_;
            line = 0;
        }
        inLine.emplace_back(item.get(), QRect(x, y, width, height));
        x += width + space_;
        line = std::max(line, height);
    }
    endLine();
    return y + line - place.top();
}

}  // namespace fcoscope
