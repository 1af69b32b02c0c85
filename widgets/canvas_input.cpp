// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, wheel, keys and dropped files.
#include <QAbstractItemView>
#include <QApplication>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QMouseEvent>

#include "widgets/canvas_parts.h"

namespace fcoscope {

void Canvas::wheelEvent(QWheelEvent *event)
{
    const int turn = event->angleDelta().y();
    if (!parts_->hasPicture() || turn == 0) {
        event->ignore();
        return;
    }
    zoomAt(event->position(), zoom() * std::pow(1.2, turn / 120.0));
    hoverAt(event->position());
    event->accept();
}

void Canvas::mousePressEvent(QMouseEvent *event)
{
    Parts &p = *parts_;
    p.pressedAt = p.lastAt = event->position();
    if (p.panning != Qt::NoButton || !p.hasPicture())
        return;
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && p.spaceHeld))
        p.panning = event->button();
    else if (event->button() == Qt::LeftButton && offerPress(*event))
        p.toolHolds = true;
    else if (event->button() == Qt::LeftButton)
        p.clicking = true;
    updateCursor();
}

void Canvas::mouseMoveEvent(QMouseEvent *event)
{
    Parts &p = *parts_;
    const QPointF at = event->position();
    if (p.panning != Qt::NoButton)
        setView(p.view.movedBy(at - p.lastAt), false);
    if (p.tool && p.toolHolds) {
        p.tool->move(p.mouseAt(at, event->modifiers()));
        update();
    } else if (p.tool && p.state == State::Shown) {
        p.tool->hover(p.mouseAt(at, event->modifiers()));
    }
    if (p.clicking && (at - p.pressedAt).manhattanLength() > QApplication::startDragDistance())
        p.clicking = false;
    p.lastAt = at;
    hoverAt(at);
}

void Canvas::mouseReleaseEvent(QMouseEvent *event)
{
    Parts &p = *parts_;
    if (event->button() == p.panning) {
        p.panning = Qt::NoButton;
    } else if (event->button() == Qt::LeftButton && p.toolHolds) {
        p.toolHolds = false;
        if (p.tool)
            p.tool->release(p.mouseAt(event->position(), event->modifiers()));
        const bool click = (event->position() - p.pressedAt).manhattanLength() <= QApplication::startDragDistance();
        if (p.tool && p.tool->passesClickOn())
            clickAt(event->position());
        else if (const QPointF at = p.view.toImage(event->position());
                 click && p.tool && p.tool->sharesClick() && p.view.contains(at))
            Q_EMIT clicked(at);  // on a label, which is its location's, too
        update();
    } else if (event->button() == Qt::LeftButton && p.clicking) {
        p.clicking = false;
        clickAt(event->position());
    }
    updateCursor();
}

void Canvas::enterEvent(QEnterEvent *event)
{
    qApp->installEventFilter(this);
    QWidget::enterEvent(event);
}

void Canvas::leaveEvent(QEvent *event)
{
    qApp->removeEventFilter(this);
    if (!hasFocus())
        holdSpace(false);
    forgetHover();
    if (parts_->tool)
        parts_->tool->leave();
    QWidget::leaveEvent(event);
}

void Canvas::hideEvent(QHideEvent *event)
{
    qApp->removeEventFilter(this);
    QWidget::hideEvent(event);
}

// Space pans while the cursor is over the canvas, also when a list beside it has the focus; a button or a text field
// keeps its Space.
bool Canvas::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress && event->type() != QEvent::KeyRelease)
        return false;
    auto *key = static_cast<QKeyEvent *>(event);
    if (key->key() != Qt::Key_Space || key->modifiers() != Qt::NoModifier ||
        !qobject_cast<QAbstractItemView *>(watched))
        return false;
    if (!key->isAutoRepeat())
        holdSpace(event->type() == QEvent::KeyPress);
    return true;
}

void Canvas::keyPressEvent(QKeyEvent *event)
{
    Parts &p = *parts_;
    const double step = 0.1 * std::min(width(), height());
    const auto move = [&](double x, double y) {
        if (p.hasPicture())
            setView(p.view.movedBy({x, y}), false);
    };
    if (offerKey(*event))
        return;
    switch (event->key()) {
    case Qt::Key_Space:
        if (!event->isAutoRepeat())
            holdSpace(true);
        return;
    case Qt::Key_Left:
        return move(step, 0);
    case Qt::Key_Right:
        return move(-step, 0);
    case Qt::Key_Up:
        return move(0, step);
    case Qt::Key_Down:
        return move(0, -step);
    case Qt::Key_Escape:
        if (p.selected >= 0)
            return choose(-1);
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void Canvas::keyReleaseEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space) {
        if (!event->isAutoRepeat())
            holdSpace(false);
        return;
    }
    QWidget::keyReleaseEvent(event);
}

void Canvas::focusOutEvent(QFocusEvent *event)
{
    holdSpace(false);
    if (parts_->tool && event->reason() != Qt::PopupFocusReason)  // a menu gives the keyboard back
        parts_->tool->interrupt();
    QWidget::focusOutEvent(event);
}

void Canvas::holdSpace(bool held)
{
    parts_->spaceHeld = held;
    updateCursor();
}

void Canvas::updateCursor()
{
    const Parts &p = *parts_;
    if (p.panning != Qt::NoButton)
        setCursor(Qt::ClosedHandCursor);
    else if (p.spaceHeld && p.hasPicture())
        setCursor(Qt::OpenHandCursor);
    else if (p.tool && p.state == State::Shown)
        setCursor(p.tool->cursor(p.mouseAt(p.lastAt, QGuiApplication::keyboardModifiers())));
    else
        unsetCursor();
}

// Indices of the boxes under a point, the smallest first. A few pixels beyond a box's line still count as the box, so
// that tiny boxes can be hit.
std::vector<int> Canvas::detectionsAt(QPointF widget) const
{
    const Parts &p = *parts_;
    std::vector<int> found;
    if (p.state != State::Shown || !p.boxes)
        return found;
    const QPointF at = p.view.toImage(widget);
    const double reach = 3 * p.view.ratio / p.view.zoom;
    for (size_t i = 0; i < p.detections.size(); ++i) {
        const Detection &d = p.detections[i];
        if (p.style.shows(d, i) && d.box.hasArea() && at.x() >= d.box.x1 - reach && at.x() <= d.box.x2 + reach &&
            at.y() >= d.box.y1 - reach && at.y() <= d.box.y2 + reach)
            found.push_back(static_cast<int>(i));
    }
    std::stable_sort(found.begin(), found.end(), [&](int a, int b) {
        return p.detections[static_cast<size_t>(a)].box.area() < p.detections[static_cast<size_t>(b)].box.area();
    });
    return found;
}

void Canvas::clickAt(QPointF widget)
{
    Parts &p = *parts_;
    if (const QPointF at = p.view.toImage(widget); p.state == State::Shown && p.view.contains(at))
        Q_EMIT clicked(at);
    const bool again = (widget - p.clickedAt).manhattanLength() <= 4;
    p.clickedAt = widget;
    const std::vector<int> found = detectionsAt(widget);
    if (found.empty())
        return choose(-1);
    const auto selected = std::find(found.begin(), found.end(), p.selected);
    if (again && selected != found.end())
        choose(selected + 1 == found.end() ? found.front() : *(selected + 1));
    else
        choose(found.front());
}

void Canvas::hoverAt(QPointF widget)
{
    Parts &p = *parts_;
    p.lastAt = widget;
    if (p.state != State::Shown)
        return;
    const std::vector<int> found = p.panning != Qt::NoButton ? std::vector<int>() : detectionsAt(widget);
    const int hoveredNow = found.empty() ? -1 : found.front();
    if (hoveredNow != p.hovered) {
        p.hovered = hoveredNow;
        update();
    }
    if (p.tool)
        updateCursor();
    const QPointF at = p.view.toImage(widget);
    Q_EMIT hovered(at, p.view.contains(at));
}

void Canvas::forgetHover()
{
    if (parts_->hovered >= 0) {
        parts_->hovered = -1;
        update();
    }
    Q_EMIT hovered({}, false);
}

void Canvas::dragEnterEvent(QDragEnterEvent *event)
{
    if (!event->mimeData()->hasUrls())
        return;
    parts_->dropping = true;
    update();
    event->acceptProposedAction();
}

void Canvas::dragLeaveEvent(QDragLeaveEvent *)
{
    parts_->dropping = false;
    update();
}

void Canvas::dropEvent(QDropEvent *event)
{
    parts_->dropping = false;
    update();
    if (!event->mimeData()->hasUrls())
        return;
    event->acceptProposedAction();
    Q_EMIT filesDropped(event->mimeData()->urls());
}

}  // namespace fcoscope
