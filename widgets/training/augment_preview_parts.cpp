// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/training/augment_preview_parts.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/theme.h"

namespace fcoscope {

namespace {

constexpr double between = 8;               // logical px from one sample to the next
constexpr int markRoom = 34, itemGap = 10;  // of the legend

QSizeF fitted(QSizeF size, QSizeF room)
{
    return size.isEmpty() ? QSizeF() : size.scaled(room, Qt::KeepAspectRatio);
}

void paintBoxLine(QPainter &painter, const QRectF &box, const QColor &colour, double unit)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 150), 3 * unit, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(box);
    painter.setPen(QPen(colour, 1.5 * unit, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(box);
}

void paintName(QPainter &painter, const QRectF &box, const PreviewBox &shown, const QRectF &within)
{
    const QFontMetricsF metrics(painter.font(), painter.device());
    QRectF plate(box.topLeft(),
                 QSizeF(metrics.horizontalAdvance(shown.name) + metrics.averageCharWidth(), metrics.height()));
    plate.moveBottom(std::max(box.top(), within.top() + plate.height()));
    plate.moveLeft(std::max(within.left(), std::min(plate.left(), within.right() - plate.width())));
    painter.fillRect(plate, shown.colour);
    painter.setPen(textColorOn(shown.colour));
    painter.drawText(plate, Qt::AlignCenter, shown.name);
}

}  // namespace

Mark levelMark(const QColor &colour, int level, double unit)
{
    DotShape shape;
    shape.radius = 2 * unit;
    shape.rings = std::clamp(level, 0, 4);
    shape.unit = unit;
    return positiveMark(colour, shape);
}

// --- The grid

SampleGrid::SampleGrid(QWidget *parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SampleGrid::setSamples(std::vector<PreviewSample> samples)
{
    samples_ = std::move(samples);
    scaled_.assign(samples_.size(), {});
    const int last = static_cast<int>(samples_.size()) - 1;
    current_ = std::clamp(current_, 0, std::max(0, last));
    if (enlarged_ > last)
        enlarged_ = -1;
    update();
}

void SampleGrid::setMessage(const QString &message)
{
    message_ = message;
    update();
}

// That number of columns with which the first sample, and so mostly every one, is largest.
int SampleGrid::columns() const
{
    const int count = static_cast<int>(samples_.size());
    int best = 1;
    double largest = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const QSizeF room(std::max(1.0, width() / double(columns) - between),
                          std::max(1.0, height() / double(rows) - between));
        const double side = fitted(samples_.front().picture.size(), room).width();
        if (side > largest) {
            largest = side;
            best = columns;
        }
    }
    return best;
}

QRectF SampleGrid::placeOfSample(int i) const
{
    const int count = static_cast<int>(samples_.size());
    if (i < 0 || i >= count || (enlarged_ >= 0 && enlarged_ != i))
        return {};
    const int across = enlarged_ >= 0 ? 1 : columns(), down = enlarged_ >= 0 ? 1 : (count + across - 1) / across;
    const int at = enlarged_ >= 0 ? 0 : i;
    const QRectF cell(at % across * (width() / double(across)), at / across * (height() / double(down)),
                      width() / double(across), height() / double(down));
    const QSizeF size = fitted(samples_[static_cast<size_t>(i)].picture.size(),
                               {std::max(1.0, cell.width() - between), std::max(1.0, cell.height() - between)});
    return {cell.center() - QPointF(size.width() / 2, size.height() / 2), size};
}

QPointF SampleGrid::placeOf(int sample, QPointF inPicture) const
{
    const QRectF place = placeOfSample(sample);
    if (place.isEmpty())
        return {};
    const QSize size = samples_[static_cast<size_t>(sample)].picture.size();
    return {place.left() + inPicture.x() * place.width() / size.width(),
            place.top() + inPicture.y() * place.height() / size.height()};
}

int SampleGrid::sampleAt(QPointF at) const
{
    for (int i = 0; i < static_cast<int>(samples_.size()); ++i)
        if (placeOfSample(i).contains(at))
            return i;
    return -1;
}

// In screen pixels, so that dots and lines are crisp at every ratio.
void SampleGrid::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    if (samples_.empty()) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, message_);
        return;
    }
    marks_.tidy();
    const double ratio = devicePixelRatioF();
    painter.scale(1 / ratio, 1 / ratio);
    QFont font = painter.font();
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * ratio);
    else
        font.setPixelSize(static_cast<int>(std::lround(font.pixelSize() * ratio)));
    painter.setFont(font);
    for (int i = 0; i < static_cast<int>(samples_.size()); ++i)
        if (!placeOfSample(i).isEmpty())
            paintSample(painter, i, ratio);
}

void SampleGrid::paintSample(QPainter &painter, int i, double ratio)
{
    const PreviewSample &sample = samples_[static_cast<size_t>(i)];
    const QRectF logical = placeOfSample(i);
    const QRect place(qRound(logical.left() * ratio), qRound(logical.top() * ratio),
                      std::max(1, qRound(logical.width() * ratio)), std::max(1, qRound(logical.height() * ratio)));
    QImage &scaled = scaled_[static_cast<size_t>(i)];
    if (scaled.size() != place.size())
        scaled = sample.picture.scaled(place.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                     .convertToFormat(QImage::Format_RGB32);
    scaled.setDevicePixelRatio(1);
    painter.drawImage(place.topLeft(), scaled);
    const double across = double(place.width()) / sample.picture.width(),
                 down = double(place.height()) / sample.picture.height();
    const auto onScreen = [&](QPointF at) {
        return QPointF(place.left() + at.x() * across, place.top() + at.y() * down);
    };
    painter.save();
    painter.setClipRect(place);
    for (const PreviewBox &box : sample.boxes)
        paintBoxLine(painter, {onScreen(box.box.topLeft()), onScreen(box.box.bottomRight())}, box.colour, ratio);
    // Smaller on small pictures, where locations are nearer to one another.
    const double unit = ratio * std::clamp(1.3 * across / ratio, 0.6, 1.0);
    for (const LocationDot &dot : sample.dots) {
        const Mark &mark = marks_.of({double(dot.level), double(dot.colour.rgba()), unit},
                                     [&] { return levelMark(dot.colour, dot.level, unit); });
        mark.stamp(painter, onScreen(dot.at));
    }
    if (enlarged_ == i)
        for (const PreviewBox &box : sample.boxes)
            paintName(painter, {onScreen(box.box.topLeft()), onScreen(box.box.bottomRight())}, box, place);
    painter.restore();
    if (hasFocus() && current_ == i && enlarged_ < 0) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2 * ratio));
        painter.drawRect(QRectF(place).adjusted(-2 * ratio, -2 * ratio, 2 * ratio, 2 * ratio));
    }
}

void SampleGrid::enlarge(int sample)
{
    enlarged_ = sample;
    if (sample >= 0)
        current_ = sample;
    update();
}

void SampleGrid::mousePressEvent(QMouseEvent *event)
{
    const int at = sampleAt(event->position());
    if (event->button() != Qt::LeftButton || at < 0)
        return QWidget::mousePressEvent(event);
    enlarge(enlarged_ == at ? -1 : at);
}

void SampleGrid::keyPressEvent(QKeyEvent *event)
{
    const int last = static_cast<int>(samples_.size()) - 1, row = samples_.empty() || enlarged_ >= 0 ? 1 : columns();
    int to = current_;
    switch (event->key()) {
    case Qt::Key_Left:
        to -= 1;
        break;
    case Qt::Key_Right:
        to += 1;
        break;
    case Qt::Key_Up:
        to -= row;
        break;
    case Qt::Key_Down:
        to += row;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        return enlarge(enlarged_ < 0 && last >= 0 ? current_ : -1);
    case Qt::Key_Escape:
        if (enlarged_ >= 0)
            return enlarge(-1);
        return QWidget::keyPressEvent(event);
    default:
        return QWidget::keyPressEvent(event);
    }
    if (to < 0 || to > last)
        return;
    current_ = to;
    if (enlarged_ >= 0)
        enlarged_ = to;
    update();
}

bool SampleGrid::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int at = sampleAt(help->pos());
        if (at < 0)
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), samples_[static_cast<size_t>(at)].name, this,
                               placeOfSample(at).toRect());
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    return QWidget::event(event);
}

// --- The legend

LevelLegend::LevelLegend(QWidget *parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void LevelLegend::setLevels(const std::vector<QString> &names, const std::vector<int> &positives)
{
    names_ = names;
    positives_ = positives;
    updateGeometry();
    update();
}

int LevelLegend::rowHeight() const
{
    return std::max(markRoom - 4, fontMetrics().height() + 4);
}

QString LevelLegend::words(size_t level) const
{
    return names_[level] + QStringLiteral("\u2002") + QLocale().toString(positives_[level]);
}

std::vector<QRect> LevelLegend::places(int width) const
{
    std::vector<QRect> all;
    QPoint at;
    for (size_t level = 0; level < names_.size(); ++level) {
        const int needed = markRoom + 2 + fontMetrics().horizontalAdvance(words(level));
        if (at.x() > 0 && at.x() + needed > width)
            at = {0, at.y() + rowHeight()};
        all.emplace_back(at, QSize(needed, rowHeight()));
        at.rx() += needed + itemGap;
    }
    return all;
}

int LevelLegend::heightForWidth(int width) const
{
    return names_.empty() ? 0 : places(width).back().bottom() + 1;
}

void LevelLegend::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::vector<QRect> all = places(width());
    for (size_t level = 0; level < all.size(); ++level) {
        const QRect &place = all[level];
        levelMark(palette().color(QPalette::WindowText), static_cast<int>(level), 1)
            .draw(painter, QPointF(place.left() + markRoom / 2.0, place.center().y() + 0.5));
        painter.setPen(palette().color(positives_[level] > 0 ? QPalette::WindowText : QPalette::PlaceholderText));
        painter.drawText(place.adjusted(markRoom + 2, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, words(level));
    }
}

}  // namespace fcoscope
