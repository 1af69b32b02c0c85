// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse and keys: what a press may become, what follows the cursor, what a key nudges.
#include <algorithm>

#include "widgets/labels/label_tool_parts.h"

namespace fcoscope {

using Gesture = LabelTool::Parts::Gesture;

std::optional<size_t> LabelTool::Parts::handled() const
{
    if (selection.size() != 1)
        return std::nullopt;
    const std::optional<size_t> index = indexOf(selection.front());
    if (!index || boxes[*index].locked || !isShown(boxes[*index]))
        return std::nullopt;
    return index;
}

BoxHandle LabelTool::Parts::handleUnder(const Mouse &mouse) const
{
    const std::optional<size_t> index = handled();
    return index ? handleAt(boxes[*index].label.box, mouse.inImage, mouse.pixel) : BoxHandle{};
}

Snapping LabelTool::Parts::snapping(const Mouse &mouse, bool moved) const
{
    if (mouse.modifiers.testFlag(Qt::AltModifier))
        return {};
    return {snapReach * mouse.pixel, moved ? trembling * mouse.pixel : 0};
}

bool LabelTool::Parts::far(const Mouse &mouse) const
{
    const QPointF by = mouse.inImage - pressed.inImage;
    return std::max(std::abs(by.x()), std::abs(by.y())) > trembling * mouse.pixel;
}

// --- Mouse

bool LabelTool::press(const Mouse &mouse)
{
    Parts &p = *parts_;
    p.passesClick = false;
    if (!p.shown || p.image.width <= 0 || p.image.height <= 0)
        return false;
    p.cursor = mouse;
    if (p.gesture == Gesture::Begun) {
        p.gesture = Gesture::Second;
        p.follow(mouse);
        return true;
    }
    p.giveUp();
    p.pressed = mouse;
    p.handle = p.handleNow = p.handleUnder(mouse);
    p.target = 0;
    if (p.handle) {
        p.target = p.selection.front();
        p.gesture = Gesture::Resize;
    } else if (p.drawing) {
        p.gesture = Gesture::Draw;
    } else {
        const std::vector<size_t> found = boxesAt(p.boxes, mouse.inImage, mouse.pixel);
        const bool onSelected =
            std::any_of(found.begin(), found.end(), [&](size_t index) { return p.selected[index] != 0; });
        if (!found.empty() && !onSelected)
            p.target = p.boxes[found.front()].key;
        p.gesture = found.empty() || mouse.modifiers.testFlag(Qt::ControlModifier) ? Gesture::Band : Gesture::Move;
    }
    p.updateHovered();
    return true;
}

bool LabelTool::doubleClick(const Mouse &mouse)
{
    Parts &p = *parts_;
    if (p.drawing || !p.shown)
        return press(mouse);
    // The first click has selected what is meant. Where it has selected nothing, the second is a click like any other.
    const std::vector<size_t> found = boxesAt(p.boxes, mouse.inImage, mouse.pixel);
    const auto meant = std::find_if(found.begin(), found.end(), [&](size_t index) { return p.selected[index] != 0; });
    if (meant == found.end() || mouse.modifiers.testFlag(Qt::ControlModifier))
        return press(mouse);
    p.giveUp();
    p.passesClick = false;
    Q_EMIT classWanted(p.boxes[*meant].key);
    return true;
}

void LabelTool::move(const Mouse &mouse)
{
    Parts &p = *parts_;
    p.cursor = mouse;
    if (p.gesture == Gesture::None)
        return;
    if (!p.moving && p.gesture != Gesture::Second) {
        if (!p.far(mouse) || !p.start())
            return;
        p.moving = true;
        p.updateHovered();
    }
    p.follow(mouse);
}

void LabelTool::release(const Mouse &mouse)
{
    Parts &p = *parts_;
    if (p.gesture == Gesture::None)
        return;
    move(mouse);
    if (p.gesture == Gesture::None)
        return;
    if (p.moving || p.gesture == Gesture::Second)
        p.finish();
    else
        p.click(mouse);
    p.updateHovered();
    Q_EMIT repaintNeeded();
}

void LabelTool::hover(const Mouse &mouse)
{
    Parts &p = *parts_;
    const std::optional<size_t> before = p.hovered;
    p.cursor = mouse;
    p.updateHovered();
    if (p.gesture == Gesture::Begun)
        p.follow(mouse);
    if (p.hovered != before || (p.drawing && p.crosshair && p.shown))
        Q_EMIT repaintNeeded();
}

void LabelTool::leave()
{
    parts_->cursor.reset();
    parts_->updateHovered();
    Q_EMIT repaintNeeded();
}

void LabelTool::interrupt()
{
    parts_->giveUp();
}

bool LabelTool::passesClickOn() const
{
    return parts_->passesClick;
}

void LabelTool::Parts::updateHovered()
{
    hovered.reset();
    if (!cursor || !shown || drawing || gesture != Gesture::None)
        return;
    const std::vector<size_t> found = boxesAt(boxes, cursor->inImage, cursor->pixel);
    if (!found.empty())
        hovered = found.front();
}

Qt::CursorShape LabelTool::cursor(const Mouse &mouse) const
{
    const Parts &p = *parts_;
    if (!p.shown || p.image.width <= 0 || p.image.height <= 0)
        return Qt::ArrowCursor;
    const BoxHandle handle = p.gesture == Gesture::Resize ? p.handleNow
                             : p.gesture == Gesture::None ? p.handleUnder(mouse)
                                                          : BoxHandle{};
    if (handle.x != 0 && handle.y != 0)
        return handle.x == handle.y ? Qt::SizeFDiagCursor : Qt::SizeBDiagCursor;
    if (handle)
        return handle.x != 0 ? Qt::SizeHorCursor : Qt::SizeVerCursor;
    if (p.drawing)
        return Qt::CrossCursor;
    if (p.gesture == Gesture::Move)
        return Qt::SizeAllCursor;
    if (p.gesture != Gesture::None)
        return Qt::ArrowCursor;
    const std::vector<size_t> found = boxesAt(p.boxes, mouse.inImage, mouse.pixel);
    const bool movable = std::any_of(found.begin(), found.end(),
                                     [&](size_t index) { return p.selected[index] != 0 && !p.boxes[index].locked; });
    return movable ? Qt::SizeAllCursor : found.empty() ? Qt::ArrowCursor : Qt::PointingHandCursor;
}

// --- Keys

bool LabelTool::key(int key, Qt::KeyboardModifiers modifiers)
{
    Parts &p = *parts_;
    if (!p.shown)
        return false;
    if (key == Qt::Key_Escape) {
        if (p.gesture != Gesture::None)
            p.giveUp();
        else if (p.drawing)
            setDrawing(false);
        else if (!p.selection.empty())
            select({});
        else
            return false;
        return true;
    }
    modifiers &= ~Qt::KeypadModifier;
    if (p.selection.empty() || (modifiers & ~(Qt::ShiftModifier | Qt::ControlModifier)))
        return false;
    const double step = modifiers.testFlag(Qt::ShiftModifier) ? 10 : 1;
    const QPointF by = key == Qt::Key_Left    ? QPointF(-step, 0)
                       : key == Qt::Key_Right ? QPointF(step, 0)
                       : key == Qt::Key_Up    ? QPointF(0, -step)
                       : key == Qt::Key_Down  ? QPointF(0, step)
                                              : QPointF();
    if (by.isNull())
        return false;
    if (p.gesture == Gesture::None)
        p.nudge(by, modifiers.testFlag(Qt::ControlModifier));
    return true;
}

void LabelTool::Parts::nudge(QPointF by, bool edges)
{
    if (!hold(selection)) {
        Q_EMIT tool.refused(LabelTool::lockedSentence());
        return;
    }
    std::vector<Box> group;
    for (const Held &one : held)
        group.push_back(one.before);
    const QPointF step = stepOf(group, by, image, {});
    for (Held &one : held)
        one.now = edges ? edgesNudged(one.before, by, image) : movedBy(one.before, step, image);
    finishHeld();
    drop();
}

}  // namespace fcoscope
