// SPDX-License-Identifier: GPL-3.0-or-later
// Wheel, mouse and keys of a CurvePlot, and the cursor that is read out.
#include <QKeyEvent>
#include <QLabel>
#include <QToolButton>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/plot/curve_plot_parts.h"

namespace fcoscope {
namespace {

constexpr int redrawEveryMs = 250;  // while points come in
constexpr double zoomStep = 0.8;    // of what is seen, for a notch of the wheel or a key

}  // namespace

void CurvePlot::listen()
{
    Parts &p = *parts_;
    p.redraw.setSingleShot(true);
    p.redraw.setInterval(redrawEveryMs);
    connect(&p.redraw, &QTimer::timeout, this, [this] {
        readOut();
        describe();
        if (isVisible())
            parts_->plot->replot();
    });
    p.catchUp.setSingleShot(true);
    connect(&p.catchUp, &QTimer::timeout, this, [this] {
        if (parts_->smoothMore(8))
            parts_->plot->replot();
        else
            parts_->catchUp.start(0);
    });
    connect(p.plot, &QCustomPlot::beforeReplot, this, [&p] { p.draw(); });
    connect(p.followButton, &QToolButton::clicked, this, [this] {
        setFocus();  // the button goes away
        follow();
    });
    p.plot->installEventFilter(this);
}

// --- What is seen

QRectF CurvePlot::seen() const
{
    const QCPRange x = parts_->plot->xAxis->range(), y = parts_->plot->yAxis->range();
    return {x.lower, y.lower, x.size(), y.size()};
}

void CurvePlot::setSeen(const QRectF &part)
{
    parts_->followSteps = parts_->fitValues = false;
    parts_->showSteps({part.left(), part.right()});
    parts_->showValues({part.top(), part.bottom()});
    parts_->plot->replot();
}

bool CurvePlot::following() const
{
    return parts_->followSteps && parts_->fitValues;
}

void CurvePlot::follow()
{
    parts_->followSteps = parts_->fitValues = true;
    parts_->plot->replot();
}

QPointF CurvePlot::placeOf(double step, double value) const
{
    const QPointF inPlot(parts_->plot->xAxis->coordToPixel(step), parts_->plot->yAxis->coordToPixel(value));
    return parts_->plot->mapTo(this, inPlot);
}

// --- The cursor

double CurvePlot::cursorStep() const
{
    return parts_->cursor;
}

void CurvePlot::setCursor(double step)
{
    Parts &p = *parts_;
    if (step == p.cursor || (std::isnan(step) && std::isnan(p.cursor)))
        return;
    p.cursor = step;
    p.cursorLine->setVisible(std::isfinite(step));
    if (std::isfinite(step)) {
        p.cursorLine->point1->setCoords(step, 1);
        p.cursorLine->point2->setCoords(step, 2);
    }
    readOut();
    if (isVisible())
        p.plot->layer(QStringLiteral("overlay"))->replot();
}

// The values at the cursor, or the newest ones: of the run that is followed, then of the others in their order.
void CurvePlot::readOut()
{
    Parts &p = *parts_;
    const bool pointed = std::isfinite(p.cursor);
    std::map<CurveLegendEntry *, QStringList> values;
    size_t gaps = 0;
    for (const auto &line : p.lines) {
        gaps += line->curve.gaps();
        const size_t end = pointed ? line->curve.upTo(p.cursor) : line->curve.size();
        values[line->name] << (end > 0 ? locale().toString(line->curve.at(end - 1).y, 'g', 4) : QStringLiteral("–"));
    }
    for (const auto &[entry, texts] : values)
        entry->setValue(texts.join(QStringLiteral(" / ")));
    QStringList note;
    if (gaps > 0)
        note << tr("%n gap(s): no number", nullptr, static_cast<int>(std::min<size_t>(gaps, 1000000000)));
    if (pointed)
        note << tr("Step %1").arg(locale().toString(qRound64(p.cursor)));
    p.note->setText(note.join(QStringLiteral(" · ")));
    p.note->setToolTip(p.note->text());
}

// The cursor stands at the step of a point: of the line that has the nearest.
void CurvePlot::point(QPointF place)
{
    Parts &p = *parts_;
    double nearest = std::numeric_limits<double>::quiet_NaN();
    if (p.plot->axisRect()->rect().contains(place.toPoint())) {
        const double at = p.plot->xAxis->pixelToCoord(place.x());
        for (const auto &line : p.lines) {
            if (!line->shown())
                continue;
            const size_t i = line->curve.below(at);
            for (const size_t near : {i, i - 1})
                if (near < line->curve.size() && !(std::abs(line->curve.at(near).x - at) >= std::abs(nearest - at)))
                    nearest = line->curve.at(near).x;
        }
    }
    if (nearest == p.cursor || (std::isnan(nearest) && std::isnan(p.cursor)))
        return;
    setCursor(nearest);
    Q_EMIT cursorMoved(nearest);
}

// To the next step that any shown line has a point of; from the newest point where there was no cursor.
bool CurvePlot::moveCursor(int by)
{
    Parts &p = *parts_;
    double next = std::numeric_limits<double>::quiet_NaN();
    const QCPRange seen = p.plot->xAxis->range();
    const double from = std::isfinite(p.cursor) ? p.cursor : by < 0 ? seen.upper : seen.lower;
    for (const auto &line : p.lines) {
        if (!line->shown())
            continue;
        const size_t i = by > 0 ? line->curve.upTo(from) : line->curve.below(from) - 1;
        if (i < line->curve.size() && !(std::abs(line->curve.at(i).x - from) >= std::abs(next - from)))
            next = line->curve.at(i).x;
    }
    if (!std::isfinite(next))
        return false;
    if (!seen.contains(next))
        p.move((next < seen.lower ? next - seen.lower : next - seen.upper) / seen.size() +
                   (next < seen.lower ? -0.1 : 0.1),
               0);
    setCursor(next);
    Q_EMIT cursorMoved(next);
    p.plot->replot(QCustomPlot::rpQueuedReplot);
    return true;
}

// --- Gestures

void CurvePlot::turnWheel(QWheelEvent &wheel)
{
    Parts &p = *parts_;
    if ((p.wheelNeedsFocus && !hasFocus()) || wheel.angleDelta().y() == 0)
        return wheel.ignore();  // whoever scrolls gets it
    const double factor = std::pow(zoomStep, wheel.angleDelta().y() / 120.0);
    if (wheel.modifiers() & Qt::ControlModifier)
        p.zoomValues(factor, p.plot->yAxis->pixelToCoord(wheel.position().y()));
    else
        p.zoomSteps(factor, p.plot->xAxis->pixelToCoord(wheel.position().x()));
    p.plot->replot();
    wheel.accept();
}

void CurvePlot::moveMouse(const QMouseEvent &mouse)
{
    Parts &p = *parts_;
    if (!p.drag.pressed || !(mouse.buttons() & Qt::LeftButton))
        return point(mouse.position());
    const QPoint by = mouse.pos() - p.drag.at;
    p.drag.moved = p.drag.moved || by.manhattanLength() > 3;
    if (!p.drag.moved)
        return;
    p.plot->xAxis->setRange(p.drag.x);
    p.plot->yAxis->setRange(p.drag.y);
    p.move(-double(by.x()) / std::max(1, p.plot->axisRect()->width()),
           double(by.y()) / std::max(1, p.plot->axisRect()->height()));
    p.plot->replot();
}

bool CurvePlot::eventFilter(QObject *watched, QEvent *event)
{
    Parts &p = *parts_;
    if (watched != p.plot)
        return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::Wheel:
        turnWheel(*static_cast<QWheelEvent *>(event));
        return true;
    case QEvent::MouseButtonPress: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        p.drag = {mouse->button() == Qt::LeftButton, false, mouse->pos(), p.plot->xAxis->range(),
                  p.plot->yAxis->range()};
        return false;
    }
    case QEvent::MouseMove:
        moveMouse(*static_cast<QMouseEvent *>(event));
        return false;
    case QEvent::MouseButtonRelease:
        p.drag.pressed = false;
        return false;
    case QEvent::MouseButtonDblClick:
        follow();
        return false;
    case QEvent::Leave:
        point({-1, -1});
        return false;
    default:
        return false;
    }
}

void CurvePlot::keyPressEvent(QKeyEvent *event)
{
    Parts &p = *parts_;
    const bool shift = event->modifiers() & Qt::ShiftModifier, ctrl = event->modifiers() & Qt::ControlModifier;
    const auto zoom = [&](double factor) {
        // About the cursor, where it is seen.
        const QCPRange x = p.plot->xAxis->range(), y = p.plot->yAxis->range();
        const double middle = p.logarithmic ? std::sqrt(y.lower) * std::sqrt(y.upper) : y.center();
        ctrl ? p.zoomValues(factor, middle) : p.zoomSteps(factor, x.contains(p.cursor) ? p.cursor : x.center());
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(zoomStep);
        break;
    case Qt::Key_Minus:
        zoom(1 / zoomStep);
        break;
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int by = event->key() == Qt::Key_Right ? 1 : -1;
        if (shift)
            return void(moveCursor(by));
        p.move(0.1 * by, 0);
        break;
    }
    case Qt::Key_Up:
    case Qt::Key_Down:
        p.move(0, event->key() == Qt::Key_Up ? 0.1 : -0.1);
        break;
    case Qt::Key_Home:
        return follow();
    case Qt::Key_Escape:
        if (std::isnan(p.cursor))
            return QWidget::keyPressEvent(event);
        setCursor(std::numeric_limits<double>::quiet_NaN());
        Q_EMIT cursorMoved(p.cursor);
        return;
    default:
        return QWidget::keyPressEvent(event);
    }
    p.plot->replot();
}

void CurvePlot::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    setColours();
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    setColours();
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace fcoscope
