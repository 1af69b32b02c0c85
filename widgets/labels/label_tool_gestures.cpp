// SPDX-License-Identifier: GPL-3.0-or-later
// A press only remembers what it may become; the gesture starts when the hand has gone beyond trembling, and a release
// before that is a click. Held boxes are copies: giving up means letting go of them.
#include <algorithm>

#include "widgets/labels/label_tool_parts.h"

namespace fcoscope {

using Gesture = LabelTool::Parts::Gesture;

// --- Starting, following, ending

// What is pressed on becomes a gesture; false: it cannot.
bool LabelTool::Parts::start()
{
    switch (gesture) {
    case Gesture::Move:
        if (target != 0)
            tellSelection({target});
        if (gesture != Gesture::Move)  // whoever heard of it gave other boxes
            return false;
        if (hold(selection))
            return true;
        break;
    case Gesture::Resize:
        if (hold(std::span(&target, 1)))
            return true;
        break;
    default:
        return true;
    }
    gesture = Gesture::None;
    Q_EMIT tool.refused(LabelTool::lockedSentence());
    return false;
}

bool LabelTool::Parts::hold(std::span<const int64_t> keys)
{
    held.clear();
    for (size_t i = 0; i < boxes.size(); ++i)
        if (std::binary_search(keys.begin(), keys.end(), boxes[i].key) && isShown(boxes[i]) && !boxes[i].locked) {
            const Box inside = broughtInside(boxes[i].label.box, image);
            held.push_back({i, boxes[i].key, boxes[i].label.box, inside, boxes[i].label.box});
        }
    painter.changed();
    return !held.empty();
}

void LabelTool::Parts::follow(const Mouse &mouse)
{
    const QPointF by = mouse.inImage - pressed.inImage;
    bool changed = false;
    const auto put = [&changed](Held &one, const Box &box) {
        changed = changed || !(one.now == box);
        one.now = box;
    };
    switch (gesture) {
    case Gesture::Band:
        band = Box{std::min(pressed.inImage.x(), mouse.inImage.x()), std::min(pressed.inImage.y(), mouse.inImage.y()),
                   std::max(pressed.inImage.x(), mouse.inImage.x()), std::max(pressed.inImage.y(), mouse.inImage.y())};
        break;
    case Gesture::Move: {
        std::vector<Box> group;
        for (const Held &one : held)
            group.push_back(one.before);
        const QPointF step = stepOf(group, by, image, snapping(mouse, true));
        for (Held &one : held)
            put(one, movedBy(one.before, step, image));
        break;
    }
    case Gesture::Resize:
        for (Held &one : held) {
            const Resized now = resized(one.before, handle, by, image, snapping(mouse, true));
            put(one, now.box);
            handleNow = now.handle;
        }
        break;
    case Gesture::None:
        return;
    default:
        return followDrawing(mouse);
    }
    if (changed) {
        told = true;
        Q_EMIT tool.changing();
    }
    Q_EMIT tool.repaintNeeded();
}

void LabelTool::Parts::followDrawing(const Mouse &mouse)
{
    const Box box = drawnBox(pressed.inImage, mouse.inImage, image, mouse.modifiers.testFlag(Qt::ShiftModifier),
                             snapping(mouse, false));
    if (draft == box)
        return;
    draft = box;
    told = true;
    Q_EMIT tool.changing();
    Q_EMIT tool.repaintNeeded();
}

void LabelTool::Parts::click(const Mouse &mouse)
{
    const Gesture was = gesture;
    gesture = Gesture::None;
    if (tool.drawing()) {  // also at a handle: the next box may begin where the last one ends
        gesture = Gesture::Begun;
        handle = handleNow = {};
        return;
    }
    if (was == Gesture::Resize)
        return;
    const QPointF at = pressed.inImage;
    const std::vector<size_t> found = boxesAt(boxes, at, mouse.pixel);
    const QPointF from = at - clickedAt;
    const bool again = std::max(std::abs(from.x()), std::abs(from.y())) <= trembling * mouse.pixel;
    clickedAt = at;
    if (pressed.modifiers.testFlag(Qt::ControlModifier)) {
        if (found.empty())
            return;
        std::vector<int64_t> keys = selection;
        if (std::erase(keys, boxes[found.front()].key) == 0)
            keys.push_back(boxes[found.front()].key);
        return tellSelection(std::move(keys));
    }
    if (found.empty()) {
        passesClick = true;
        return tellSelection({});
    }
    auto next = found.begin();
    if (again && selection.size() == 1) {
        next = std::find_if(found.begin(), found.end(), [&](size_t index) { return selected[index] != 0; });
        next = next == found.end() || next + 1 == found.end() ? found.begin() : next + 1;
    }
    select(std::span(&*next, 1), false);
}

void LabelTool::Parts::finish()
{
    if (gesture == Gesture::Band) {
        const std::vector<size_t> within = boxesWithin(boxes, *band);
        drop();
        select(within, pressed.modifiers.testFlag(Qt::ControlModifier));
    } else if (gesture == Gesture::Draw || gesture == Gesture::Second) {
        finishDrawing();
    } else {
        finishHeld();
    }
}

void LabelTool::Parts::finishDrawing()
{
    const Box box = draft.value_or(Box());
    if (!canBeLabel(box)) {
        giveUp();
        Q_EMIT tool.refused(LabelTool::tooThinSentence());
        return;
    }
    drop();
    Q_EMIT tool.drawn(box, drawingClass);
}

// The boxes go back to what was given before anyone is told, so that what is shown is what the owner makes of it.
void LabelTool::Parts::finishHeld()
{
    std::vector<BoxAt> changed;
    bool large = true;
    for (const Held &one : held) {
        large = large && canBeLabel(one.now);
        if (!(one.now == one.given))
            changed.push_back({one.key, one.now});
    }
    if (gesture == Gesture::Resize && !large) {
        giveUp();
        Q_EMIT tool.refused(LabelTool::tooThinSentence());
    } else if (changed.empty()) {
        giveUp();
    } else {
        drop();
        Q_EMIT tool.moved(changed);
    }
}

bool LabelTool::Parts::drop()
{
    const bool changed = told;
    if (!held.empty())
        painter.changed();
    gesture = Gesture::None;
    moving = told = false;
    held.clear();
    draft.reset();
    band.reset();
    handle = handleNow = {};
    return changed;
}

void LabelTool::Parts::giveUp()
{
    if (gesture == Gesture::None)
        return;
    const bool changed = drop();
    updateHovered();
    if (changed)
        Q_EMIT tool.changing();
    Q_EMIT tool.repaintNeeded();
}

void LabelTool::cancel()
{
    parts_->drop();
    parts_->updateHovered();
    Q_EMIT repaintNeeded();
}

// Whether what is in the hand is still there as it was; its place in the list may be another.
bool LabelTool::Parts::keepsHeld(std::span<const CanvasBox> next)
{
    for (Held &one : held) {
        const auto found =
            one.index < next.size() && next[one.index].key == one.key
                ? next.begin() + static_cast<std::ptrdiff_t>(one.index)
                : std::find_if(next.begin(), next.end(), [&](const CanvasBox &box) { return box.key == one.key; });
        if (found == next.end() || !(found->label.box == one.given) || found->locked || found->hidden)
            return false;
        one.index = static_cast<size_t>(found - next.begin());
    }
    // Pressed on and not moved yet.
    return target == 0 || !held.empty() || gesture == Gesture::None || gesture == Gesture::Band ||
           std::any_of(next.begin(), next.end(), [&](const CanvasBox &box) { return box.key == target; });
}

}  // namespace fcoscope
