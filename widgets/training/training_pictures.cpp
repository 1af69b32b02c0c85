// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/training_pictures.h"

#include <QAbstractButton>
#include <QEvent>
#include <QLocale>
#include <QPainter>
#include <QResizeEvent>

#include <algorithm>

#include "widgets/plot/flow_layout.h"
#include "widgets/theme.h"

namespace fcoscope {
namespace {

constexpr QSize largeRoom(190, 140), smallRoom(124, 92);  // logical px; small: two in a dock of 320
constexpr int narrow = 400;
constexpr int border = 3;

QString stepWords(double step)
{
    return TrainingPictures::tr("Step %1").arg(QLocale().toString(qRound64(step)));
}

/// One small picture: a button, so that keys reach it, too.
class PictureTile : public QAbstractButton {
public:
    explicit PictureTile(const TrainingPicture &picture, QWidget *parent) : QAbstractButton(parent), picture_(picture)
    {
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
        QStringList found;
        for (const TrainingBox &box : picture.boxes)
            found << words(box);
        setAccessibleName(QStringLiteral("%1, %2").arg(picture.name, stepWords(picture.step)));
        const QString boxes = found.isEmpty() ? TrainingPictures::tr("Nothing found")
                                              : QStringList(found.mid(0, 20)).join(QStringLiteral(", "));
        setAccessibleDescription(boxes);
        setToolTip(QStringLiteral("%1\n%2\n%3").arg(picture.name, stepWords(picture.step), boxes));
    }

    QSize sizeHint() const override { return room_ + QSize(2 * border, 2 * border + 2 * fontMetrics().height() + 2); }

    void setRoom(QSize room)
    {
        room_ = room;
        updateGeometry();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        const QRect room(QPoint(border, border), room_);
        painter.fillRect(room, palette().color(QPalette::AlternateBase));
        paintPicture(painter, room);
        painter.setPen(palette().color(QPalette::WindowText));
        const QRect first(border, room.bottom() + 2, room.width(), fontMetrics().height());
        painter.drawText(first, Qt::AlignCenter,
                         fontMetrics().elidedText(picture_.name, Qt::ElideMiddle, room.width()));
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(first.translated(0, first.height()), Qt::AlignCenter, stepWords(picture_.step));
        if (hasFocus() || underMouse()) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), hasFocus() ? 2 : 1));
            painter.drawRect(rect().adjusted(1, 1, -2, -2));
        }
    }

private:
    static QString words(const TrainingBox &box)
    {
        return QStringLiteral("%1 %2").arg(box.className, QLocale().toString(box.score, 'f', 2));
    }

    void paintPicture(QPainter &painter, const QRect &room)
    {
        if (picture_.image.isNull())
            return;
        const QSizeF size = QSizeF(picture_.image.size()).scaled(room.size(), Qt::KeepAspectRatio);
        const QRectF place(room.center() - QPointF(size.width() / 2, size.height() / 2), size);
        const QSize pixels = (size * devicePixelRatioF()).toSize().expandedTo({1, 1});
        if (small_.size() != pixels)  // roughly first: a photograph is many times larger than this
            small_ = picture_.image.scaled(2 * pixels, Qt::IgnoreAspectRatio, Qt::FastTransformation)
                         .scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        painter.drawImage(place, small_);
        painter.save();
        painter.setClipRect(place);
        QFont font = this->font();
        font.setPixelSize(std::max(9, QFontInfo(font).pixelSize() * 3 / 4));
        painter.setFont(font);
        const double scale = size.width() / picture_.image.width();
        for (auto box = picture_.boxes.rbegin(); box != picture_.boxes.rend(); ++box)  // the best on top
            paintBox(painter, *box, QRectF(place.topLeft() + box->box.topLeft() * scale, box->box.size() * scale));
        painter.restore();
    }

    static void paintBox(QPainter &painter, const TrainingBox &box, const QRectF &place)
    {
        painter.setPen(QPen(textColorOn(box.colour), 3));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(place);
        painter.setPen(QPen(box.colour, 1.5));
        painter.drawRect(place);
        const QString tag = words(box);
        const QFontMetricsF metrics(painter.font());
        QRectF ground(place.topLeft(), QSizeF(metrics.horizontalAdvance(tag) + 4, metrics.height()));
        if (ground.width() > 2.4 * place.width() || ground.height() > place.height())
            return;  // the tool tip names it
        painter.fillRect(ground, box.colour);
        painter.setPen(textColorOn(box.colour));
        painter.drawText(ground, Qt::AlignCenter, tag);
    }

    TrainingPicture picture_;
    QSize room_ = largeRoom;
    QImage small_;
};

}  // namespace

TrainingPictures::TrainingPictures(QWidget *parent) : QWidget(parent)
{
    new FlowLayout(this, 6);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void TrainingPictures::setPictures(const std::vector<TrainingPicture> &pictures)
{
    pictures_ = pictures;
    qDeleteAll(findChildren<QAbstractButton *>());
    for (const TrainingPicture &picture : pictures_) {
        auto *tile = new PictureTile(picture, this);
        connect(tile, &QAbstractButton::clicked, this, [this, name = picture.name] { Q_EMIT pictureWanted(name); });
        tile->setRoom(width() < narrow ? smallRoom : largeRoom);
        layout()->addWidget(tile);
        tile->show();
    }
    setAccessibleName(tr("Pictures"));
}

void TrainingPictures::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const auto room = [](int width) { return width < narrow ? smallRoom : largeRoom; };
    if (room(event->size().width()) != room(event->oldSize().width()))
        for (QAbstractButton *tile : findChildren<QAbstractButton *>())
            static_cast<PictureTile *>(tile)->setRoom(room(event->size().width()));
}

void TrainingPictures::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::LocaleChange)
        setPictures(std::vector<TrainingPicture>(pictures_));
}

}  // namespace fcoscope
