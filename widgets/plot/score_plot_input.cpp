// SPDX-License-Identifier: GPL-3.0-or-later
// Wheel, mouse and keys of the plot, and where things are in it.
#include <QFileInfo>
#include <QKeyEvent>
#include <QToolTip>

#include <cmath>

#include "core/base/text.h"
#include "widgets/plot/score_plot_parts.h"

namespace fcoscope {
namespace {

constexpr double margin = 0.02;    // beyond 0 and 1, so that discs on the border are whole
constexpr double smallest = 0.01;  // of the ranges: more zoom shows nothing more
constexpr double reach = 8;        // logical px between cursor and point

QCPRange allowed(const QCPRange &range)
{
    QCPRange wanted = range;
    if (const double missing = smallest - range.size(); missing > 0)
        wanted = {range.lower - missing / 2, range.upper + missing / 2};
    return wanted.bounded(-margin, 1 + margin);
}

}  // namespace

void ScorePlot::listen()
{
    Parts &p = *parts_;
    for (Parts::Half &half : p.halves)
        for (QCPAxis *axis : {&half.x(), &half.y()})
            connect(axis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
                    [axis](const QCPRange &range) { axis->setRange(allowed(range)); });
    connect(p.plot, &QCustomPlot::beforeReplot, this, [&p] { p.count(); });
    connect(p.plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent *event) {
        if (event->buttons() == Qt::NoButton)
            hoverAt(event->position());
    });
    connect(p.plot, &QCustomPlot::mousePress, this, [&p](QMouseEvent *event) {
        p.pressedAt = event->pos();
        p.used = p.halfAt(event->position()).value_or(p.used);
    });
    connect(p.plot, &QCustomPlot::mouseRelease, this, [this, &p](QMouseEvent *event) {
        if (event->button() != Qt::LeftButton || (event->pos() - p.pressedAt).manhattanLength() > 3)
            return;
        if (const int point = pointAt(event->position()); point >= 0)
            Q_EMIT pointActivated(point);
    });
    connect(p.plot, &QCustomPlot::mouseDoubleClick, this, [this] { showAll(); });
}

// --- Where things are

QRectF ScorePlot::seen(Side side) const
{
    const QCPRange x = parts_->half(side).x().range(), y = parts_->half(side).y().range();
    return {x.lower, y.lower, x.size(), y.size()};
}

void ScorePlot::setSeen(Side side, const QRectF &part)
{
    parts_->half(side).x().setRange(part.left(), part.right());
    parts_->half(side).y().setRange(part.top(), part.bottom());
    parts_->plot->replot();
}

void ScorePlot::showAll()
{
    const QRectF all(-margin, -margin, 1 + 2 * margin, 1 + 2 * margin);
    setSeen(Side::WithoutCenterness, all);
    setSeen(Side::WithCenterness, all);
}

QPointF ScorePlot::placeOf(Side side, int point) const
{
    const Parts::Half &half = parts_->half(side);
    const QPointF at = half.density->points()[static_cast<size_t>(point)];
    return parts_->plot->mapTo(this, half.density->coordsToPixels(at.x(), at.y()));
}

int ScorePlot::pointAt(QPointF place) const
{
    const auto index = parts_->halfAt(place);
    if (!index)
        return -1;
    const Density &density = *parts_->halves[*index].density;
    int nearest = -1;
    double least = reach * reach;
    for (size_t i = 0; i < density.points().size(); ++i) {
        const QPointF away = density.coordsToPixels(density.points()[i].x(), density.points()[i].y()) - place;
        if (const double far = QPointF::dotProduct(away, away); far < least) {
            least = far;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

// --- Gestures

QString ScorePlot::pointText(int index) const
{
    const ScorePoint &point = parts_->data.points[static_cast<size_t>(index)];
    const auto number = [this](float value) { return locale().toString(double(value), 'f', 2); };
    const QString name = QString::fromStdString(nameOfClass(parts_->classNames, point.classIndex));
    return tr("%1: IoU %2, p %3, centerness %4, score %5\n%6\nClick to open the image at this box.")
        .arg(name, number(point.iou), number(point.p), number(point.o), number(point.score),
             QFileInfo(QString::fromStdString(parts_->data.images[static_cast<size_t>(point.image)])).fileName());
}

void ScorePlot::hoverAt(QPointF place)
{
    Parts &p = *parts_;
    const int point = pointAt(place);
    p.mark->setVisible(point >= 0);
    p.plot->setCursor(point >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (point >= 0) {
        const Parts::Half &half = p.halves[*p.halfAt(place)];
        const QPointF at = half.density->points()[static_cast<size_t>(point)];
        p.mark->position->setAxes(&half.x(), &half.y());
        p.mark->position->setAxisRect(half.rect);
        p.mark->position->setCoords(at.x(), at.y());
        p.mark->setClipAxisRect(half.rect);
        QToolTip::showText(p.plot->mapToGlobal(place).toPoint(), pointText(point), p.plot);
    } else {
        QToolTip::hideText();
    }
    p.plot->layer(QStringLiteral("overlay"))->replot();
}

void ScorePlot::keyPressEvent(QKeyEvent *event)
{
    const Side side = static_cast<Side>(parts_->used);
    QRectF part = seen(side);
    const double step = 0.1;
    const auto zoomed = [&](double factor) {
        const QPointF centre = part.center();
        part.setSize(part.size() * factor);
        part.moveCenter(centre);
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomed(0.8);
        break;
    case Qt::Key_Minus:
        zoomed(1.25);
        break;
    case Qt::Key_Left:
        part.translate(-step * part.width(), 0);
        break;
    case Qt::Key_Right:
        part.translate(step * part.width(), 0);
        break;
    case Qt::Key_Up:
        part.translate(0, step * part.height());
        break;
    case Qt::Key_Down:
        part.translate(0, -step * part.height());
        break;
    case Qt::Key_Home:
        return showAll();
    default:
        return QWidget::keyPressEvent(event);
    }
    setSeen(side, part);
}

}  // namespace fcoscope
