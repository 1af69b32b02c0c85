// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/image_list_delegate.h"

#include <QLocale>
#include <QPainter>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

using Entry = ImageListModel::Entry;
using Kind = ImageState::Kind;

constexpr int padding = 6, side = 10, signSize = 10, gap = 8;

// The colours of a row: on a selected one everything is in the colour of its text.
struct Inks {
    const QPalette &palette;
    bool selected;

    QColor text() const
    {
        return palette.color(QPalette::Active, selected ? QPalette::HighlightedText : QPalette::Text);
    }
    QColor faint() const { return own(palette.color(QPalette::Active, QPalette::PlaceholderText)); }
    QColor own(const QColor &colour) const { return selected ? text() : colour; }
};

QPen line(const QColor &colour, double width)
{
    return {colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
}

// What has been said of an image, in shapes as well as colours: nothing, a disc, a check mark, a struck-through ring.
void paintStatus(QPainter &painter, const QRectF &at, ListStatus status, const Inks &inks)
{
    switch (status) {
    case ListStatus::New:
        return;
    case ListStatus::Labelled:
        painter.setPen(Qt::NoPen);
        painter.setBrush(inks.own(inks.palette.color(QPalette::Active, QPalette::Link)));
        painter.drawEllipse(at.adjusted(1.5, 1.5, -1.5, -1.5));
        painter.setBrush(Qt::NoBrush);
        return;
    case ListStatus::Verified:
        painter.setPen(line(inks.own(successColor(inks.palette)), 2.2));
        painter.drawPolyline(QPolygonF{at.topLeft() + QPointF(0.8, 5.4), at.topLeft() + QPointF(3.8, 8.4),
                                       at.topLeft() + QPointF(9.2, 1.8)});
        return;
    case ListStatus::Empty:
        painter.setPen(line(inks.own(inks.palette.color(QPalette::Active, QPalette::Text)), 1.4));
        painter.drawEllipse(at.adjusted(1.6, 1.6, -1.6, -1.6));
        painter.drawLine(at.bottomLeft() + QPointF(0.8, -0.8), at.topRight() + QPointF(-0.8, 0.8));
        return;
    }
}

// A failure hides the status, work hides it for a moment: a cross, an open arc.
void paintSign(QPainter &painter, const QRectF &at, const Entry &entry, const Inks &inks)
{
    painter.setBrush(Qt::NoBrush);
    switch (entry.state.kind) {
    case Kind::Loading:
    case Kind::Detecting:
        painter.setPen(line(inks.own(inks.palette.color(QPalette::Active, QPalette::Highlight)), 2));
        painter.drawArc(at.adjusted(1.2, 1.2, -1.2, -1.2), 90 * 16,
                        (entry.state.kind == Kind::Loading ? 120 : 250) * 16);
        return;
    case Kind::Failed:
        painter.setPen(line(inks.own(errorColor(inks.palette)), 2));
        painter.drawLine(at.topLeft() + QPointF(1.5, 1.5), at.bottomRight() - QPointF(1.5, 1.5));
        painter.drawLine(at.topRight() + QPointF(-1.5, 1.5), at.bottomLeft() + QPointF(1.5, -1.5));
        return;
    default:
        paintStatus(painter, at, entry.review.status, inks);
    }
}

// A number after a small box: solid for labels, dashed for what a network found, as they stand on the canvas. Painted
// from `x` to the right; answers where it ends.
double paintCount(QPainter &painter, double x, const QRect &row, int number, bool labels, const Inks &inks)
{
    const QString text = QLocale().toString(number);
    const QRectF box(x + 0.5, row.center().y() - 3.5, 9, 8);
    QPen pen = line(inks.own(inks.palette.color(QPalette::Active, QPalette::Text)), labels ? 1.6 : 1.2);
    pen.setJoinStyle(Qt::MiterJoin);
    pen.setCapStyle(Qt::FlatCap);
    if (!labels)
        pen.setDashPattern({2, 1.5});
    painter.setBrush(Qt::NoBrush);
    painter.setPen(pen);
    painter.drawRect(box);
    painter.setPen(inks.faint());
    const int wide = painter.fontMetrics().horizontalAdvance(text);
    painter.drawText(QRectF(x + 14, row.top(), wide + 2, row.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
    return x + 14 + wide + 10;
}

int countWidth(const QFontMetrics &metrics, int number)
{
    return 24 + metrics.horizontalAdvance(QLocale().toString(number));
}

struct Counts {
    bool labels, detections;
    explicit Counts(const Entry &entry)
        : labels(entry.review.labels > 0), detections(entry.state.kind == Kind::Detected)
    {
    }
    int width(const QFontMetrics &metrics, const Entry &entry) const
    {
        return (labels ? countWidth(metrics, entry.review.labels) : 0) +
               (detections ? countWidth(metrics, entry.state.detections) : 0);
    }
};

void paintCounts(QPainter &painter, double x, const QRect &row, const Entry &entry, const Inks &inks)
{
    const Counts counts(entry);
    if (counts.labels)
        x = paintCount(painter, x, row, entry.review.labels, true, inks);
    if (counts.detections)
        paintCount(painter, x, row, entry.state.detections, false, inks);
}

void paintElided(QPainter &painter, const QRect &place, const QString &text, Qt::TextElideMode mode)
{
    painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, mode, place.width()));
}

// The picture in the middle of its place, or the place where one will be.
void paintThumbnail(QPainter &painter, const QRect &place, const QImage *thumbnail, const Entry &entry,
                    const Inks &inks)
{
    QColor ground = inks.text();
    ground.setAlpha(18);
    painter.fillRect(place, ground);
    if (thumbnail) {
        const QSizeF size = QSizeF(thumbnail->size()).scaled(place.size(), Qt::KeepAspectRatio);
        const QRectF at(place.center().x() + 0.5 - size.width() / 2, place.center().y() + 0.5 - size.height() / 2,
                        size.width(), size.height());
        painter.drawImage(at, *thumbnail);
    } else if (entry.pictureless || entry.state.kind == Kind::Failed) {
        painter.setPen(line(inks.faint(), 1.2));
        const QRectF mark(place.center().x() - 8, place.center().y() - 6, 17, 13);
        painter.drawRect(mark);
        painter.drawLine(mark.topLeft(), mark.bottomRight());
    }
}

}  // namespace

QSize ImageListDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const int line = option.fontMetrics.height();
    if (namesOnly)
        return {120, line + 2 * padding};
    return {160, std::max(thumbnailSize.height(), 2 * line + 4) + 2 * padding};
}

void ImageListDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const int place = model_.placeAt(index.row());
    const Entry &entry = model_.at(place);
    const Inks inks{option.palette, bool(option.state & QStyle::State_Selected)};
    option.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    QRect inner = option.rect.adjusted(side, 0, -side, 0);
    const bool failed = entry.state.kind == Kind::Failed;
    const QString name = index.data().toString();
    if (!namesOnly) {
        const QRect picture({inner.left(), option.rect.center().y() - thumbnailSize.height() / 2 + 1}, thumbnailSize);
        paintThumbnail(*painter, picture, model_.thumbnail(place), entry, inks);
        inner.setLeft(picture.right() + gap);
        inner.adjust(0, padding, 0, -padding);
        const int line = option.fontMetrics.height();
        const QRect first(inner.left(), inner.center().y() - line - 1, inner.width(), line),
            second(inner.left(), inner.center().y() + 3, inner.width(), line);
        paintSign(*painter, {inner.right() - signSize + 1.0, first.center().y() - 4.5, signSize, signSize}, entry,
                  inks);
        painter->setPen(inks.text());
        paintElided(*painter, first.adjusted(0, 0, -signSize - 6, 0), name, Qt::ElideMiddle);
        painter->setPen(inks.faint());
        if (failed)
            paintElided(*painter, second, entry.state.reason, Qt::ElideRight);
        else
            paintCounts(*painter, second.left(), second, entry, inks);
    } else {
        const int wide = Counts(entry).width(option.fontMetrics, entry);
        paintSign(*painter, {double(inner.left()) - 1, option.rect.center().y() - 4.5, signSize, signSize}, entry,
                  inks);
        paintCounts(*painter, inner.right() + 1 - wide + 10, option.rect, entry, inks);
        painter->setPen(failed ? inks.faint() : inks.text());
        paintElided(*painter, inner.adjusted(signSize + gap, 0, -wide, 0), name, Qt::ElideMiddle);
    }
    painter->restore();
}

}  // namespace fcoscope
