// SPDX-License-Identifier: GPL-3.0-or-later
// Paints a row of the image list: with a thumbnail and two lines, or the name alone on one.
#pragma once

#include <QStyledItemDelegate>

#include "widgets/image_list_model.h"

namespace fcoscope {

class ImageListDelegate : public QStyledItemDelegate {
public:
    ImageListDelegate(const ImageListModel &model, QObject *parent) : QStyledItemDelegate(parent), model_(model) {}

    static constexpr QSize thumbnailSize{64, 48};  ///< logical pixels

    bool namesOnly = false;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    const ImageListModel &model_;
};

}  // namespace fcoscope
