// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/what_if_tool.h"

#include <QPainter>

#include "widgets/box_painter.h"
#include "widgets/theme.h"
#include "widgets/view.h"

namespace fcoscope {

namespace {

constexpr double handleReach = 7;  // logical px around a handle's middle
constexpr double handleSide = 8;   // logical px, as painted
constexpr double trembling = 3;    // logical px: a click is no drag
constexpr double leastSide = 1;    // image px

bool large(const Box &box)
{
    return box.hasArea() && box.width() >= leastSide && box.height() >= leastSide;
}

Box ordered(double x1, double y1, double x2, double y2)
{
    return {std::min(x1, x2), std::min(y1, y2), std::max(x1, x2), std::max(y1, y2)};
}

// The middle of a handle along one axis.
double along(double from, double to, int side)
{
    return side < 0 ? from : side > 0 ? to : (from + to) / 2;
}

// How far `at` may be from a handle's middle: inside the box never more than a quarter of it, so that the body of a
// small box can still be taken hold of.
bool near(double at, double middle, double from, double to, double reach)
{
    const double inner = std::min(reach, (to - from) / 4);
    return std::abs(at - middle) <= (at > from && at < to ? inner : reach);
}

}  // namespace

WhatIfTool::WhatIfTool(QObject *parent) : QObject(parent) {}

void WhatIfTool::setLabels(const ImageId &id, std::vector<Label> labels, Size image)
{
    imageId_ = id;
    image_ = image;
    given_ = labels;
    labels_ = std::move(labels);
    edited_ = false;
    gesture_ = Gesture::None;
    choose(-1);
    Q_EMIT repaintNeeded();
}

void WhatIfTool::restore()
{
    const bool told = edited_ || gesture_ != Gesture::None;
    gesture_ = Gesture::None;
    labels_ = given_;
    edited_ = false;
    choose(-1);
    if (told)
        Q_EMIT labelsChanged(labels_);
    Q_EMIT repaintNeeded();
}

void WhatIfTool::select(int label)
{
    cancel();
    choose(label >= 0 && static_cast<size_t>(label) < labels_.size() ? label : -1);
}

void WhatIfTool::choose(int label)
{
    if (label >= 0)
        lastClass_ = labels_[static_cast<size_t>(label)].classIndex;
    if (label == selected_)
        return;
    selected_ = label;
    Q_EMIT selectionChanged(label);
    Q_EMIT repaintNeeded();
}

// --- What is where

WhatIfTool::Handle WhatIfTool::handleAt(const Mouse &mouse) const
{
    if (selected_ < 0)
        return {};
    const Box &box = labels_[static_cast<size_t>(selected_)].box;
    const double reach = handleReach * mouse.pixel;
    // Corners first: where a box is small they lie over the handles of its sides.
    for (const Handle &handle : {Handle{-1, -1}, Handle{1, -1}, Handle{-1, 1}, Handle{1, 1}, Handle{0, -1},
                                 Handle{0, 1}, Handle{-1, 0}, Handle{1, 0}})
        if (near(mouse.inImage.x(), along(box.x1, box.x2, handle.x), box.x1, box.x2, reach) &&
            near(mouse.inImage.y(), along(box.y1, box.y2, handle.y), box.y1, box.y2, reach))
            return handle;
    return {};
}

int WhatIfTool::labelAt(QPointF at) const
{
    int found = -1;
    double least = 0;
    for (size_t i = 0; i < labels_.size(); ++i) {
        const Box &box = labels_[i].box;
        if (at.x() < box.x1 || at.x() >= box.x2 || at.y() < box.y1 || at.y() >= box.y2)
            continue;
        if (found < 0 || box.area() < least) {
            found = static_cast<int>(i);
            least = box.area();
        }
    }
    return found;
}

Box WhatIfTool::inside(const Box &box) const
{
    return clipped(box, image_.width, image_.height);
}

Box WhatIfTool::movedBy(const Box &box, double dx, double dy) const
{
    dx = std::clamp(dx, -box.x1, std::max(-box.x1, image_.width - box.x2));
    dy = std::clamp(dy, -box.y1, std::max(-box.y1, image_.height - box.y2));
    return {box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy};
}

Box WhatIfTool::resizedTo(QPointF at) const
{
    // By how much the cursor has moved, so that a handle taken hold of beside its middle does not jump.
    const QPointF by = at - pressedAt_;
    Box box = inside(before_.box);
    (handle_.x < 0 ? box.x1 : box.x2) += handle_.x == 0 ? 0 : by.x();
    (handle_.y < 0 ? box.y1 : box.y2) += handle_.y == 0 ? 0 : by.y();
    return inside(ordered(box.x1, box.y1, box.x2, box.y2));  // pulled over the other side, it turns
}

// --- Gestures

void WhatIfTool::start(Gesture gesture, const Mouse &mouse)
{
    gesture_ = gesture;
    pressedAt_ = mouse.inImage;
    moving_ = false;
    if (selected_ >= 0)
        before_ = labels_[static_cast<size_t>(selected_)];
}

bool WhatIfTool::press(const Mouse &mouse)
{
    if (image_.width <= 0 || image_.height <= 0)
        return false;
    cancel();
    selectedBefore_ = selected_;
    handle_ = handleAt(mouse);
    if (handle_ != Handle{}) {
        start(Gesture::Resize, mouse);
        return true;
    }
    const int label = labelAt(mouse.inImage);
    choose(label);
    start(label >= 0 ? Gesture::Move : Gesture::Draw, mouse);
    return true;
}

void WhatIfTool::move(const Mouse &mouse)
{
    if (gesture_ == Gesture::None)
        return;
    const QPointF by = mouse.inImage - pressedAt_;
    if (!moving_ && std::max(std::abs(by.x()), std::abs(by.y())) < trembling * mouse.pixel)
        return;
    if (gesture_ == Gesture::Draw) {
        if (!moving_) {
            Label label;
            label.classIndex = drawingClass();
            labels_.push_back(label);
            choose(static_cast<int>(labels_.size()) - 1);
        }
        change(inside(ordered(pressedAt_.x(), pressedAt_.y(), mouse.inImage.x(), mouse.inImage.y())));
    } else {
        change(gesture_ == Gesture::Move ? movedBy(inside(before_.box), by.x(), by.y()) : resizedTo(mouse.inImage));
    }
    moving_ = true;
}

void WhatIfTool::release(const Mouse &mouse)
{
    if (gesture_ == Gesture::None)
        return;
    move(mouse);
    if (moving_ && !large(labels_[static_cast<size_t>(selected_)].box)) {
        cancel();  // too small to be a box: as if nothing had been done
        return;
    }
    edited_ = edited_ || moving_;
    gesture_ = Gesture::None;
    Q_EMIT repaintNeeded();
}

void WhatIfTool::change(const Box &box)
{
    Label &label = labels_[static_cast<size_t>(selected_)];
    if (label.box == box)
        return;
    label.box = box;
    label.area = -1;  // a file's own area was that of the former box
    Q_EMIT labelsChanged(labels_);
    Q_EMIT repaintNeeded();
}

void WhatIfTool::cancel()
{
    const Gesture was = gesture_;
    gesture_ = Gesture::None;
    if (was == Gesture::None || !moving_)
        return;
    moving_ = false;
    if (was == Gesture::Draw) {
        labels_.pop_back();
        choose(-1);
        choose(selectedBefore_);
    } else {
        labels_[static_cast<size_t>(selected_)] = before_;
    }
    Q_EMIT labelsChanged(labels_);
    Q_EMIT repaintNeeded();
}

Qt::CursorShape WhatIfTool::cursor(const Mouse &mouse) const
{
    const Handle handle = gesture_ == Gesture::Resize ? handle_
                          : gesture_ == Gesture::None ? handleAt(mouse)
                                                      : Handle{};
    if (handle.x != 0 && handle.y != 0)
        return handle.x == handle.y ? Qt::SizeFDiagCursor : Qt::SizeBDiagCursor;
    if (handle.x != 0)
        return Qt::SizeHorCursor;
    if (handle.y != 0)
        return Qt::SizeVerCursor;
    if (gesture_ == Gesture::Move || (gesture_ == Gesture::None && labelAt(mouse.inImage) >= 0))
        return Qt::SizeAllCursor;
    return Qt::CrossCursor;
}

// --- Keys

void WhatIfTool::removeSelected()
{
    cancel();
    labels_.erase(labels_.begin() + selected_);
    edited_ = true;
    choose(-1);
    Q_EMIT labelsChanged(labels_);
    Q_EMIT repaintNeeded();
}

bool WhatIfTool::key(int key, Qt::KeyboardModifiers modifiers)
{
    if (key == Qt::Key_Escape && gesture_ != Gesture::None) {
        cancel();
        return true;
    }
    if (selected_ < 0)
        return false;
    const double step = modifiers.testFlag(Qt::ShiftModifier) ? 10 : 1;
    const QPointF by = key == Qt::Key_Left    ? QPointF(-step, 0)
                       : key == Qt::Key_Right ? QPointF(step, 0)
                       : key == Qt::Key_Up    ? QPointF(0, -step)
                       : key == Qt::Key_Down  ? QPointF(0, step)
                                              : QPointF();
    if (!by.isNull() && gesture_ == Gesture::None) {
        const Box box = movedBy(inside(labels_[static_cast<size_t>(selected_)].box), by.x(), by.y());
        edited_ = edited_ || !(box == labels_[static_cast<size_t>(selected_)].box);
        change(box);
        return true;
    }
    if (key == Qt::Key_Delete || key == Qt::Key_Backspace)
        removeSelected();
    else if (key == Qt::Key_Escape)
        choose(-1);
    else
        return !by.isNull();
    return true;
}

// --- Painting

// The selected box, which may be ahead of the layers that are being worked out, and its handles: white squares with a
// dark rim, seen on any picture.
void WhatIfTool::paint(QPainter &painter, const View &view)
{
    if (selected_ < 0)
        return;
    const Label &label = labels_[static_cast<size_t>(selected_)];
    const QRect box = boxOnScreen(label.box, view);
    const int line = std::max(1, qRound(view.ratio));
    const auto frame = [&](int grown, const QColor &color) {
        const QRect out = box.adjusted(-grown, -grown, grown, grown);
        painter.fillRect(out.left(), out.top(), out.width(), line, color);
        painter.fillRect(out.left(), out.bottom() + 1 - line, out.width(), line, color);
        painter.fillRect(out.left(), out.top(), line, out.height(), color);
        painter.fillRect(out.right() + 1 - line, out.top(), line, out.height(), color);
    };
    frame(line, QColor(0, 0, 0, 160));
    frame(0, classColor(label.classIndex));
    frame(-line, Qt::white);
    const int side = qRound(handleSide * view.ratio);
    for (int y = -1; y <= 1; ++y)
        for (int x = -1; x <= 1; ++x) {
            if (x == 0 && y == 0)
                continue;
            const QRect handle(qRound(along(box.left(), box.right() + 1, x)) - side / 2,
                               qRound(along(box.top(), box.bottom() + 1, y)) - side / 2, side, side);
            painter.fillRect(handle, QColor(0x20, 0x20, 0x20));
            painter.fillRect(handle.adjusted(line, line, -line, -line), Qt::white);
        }
}

}  // namespace fcoscope
