// SPDX-License-Identifier: GPL-3.0-or-later
// What there is, what is selected, what is shown. Gestures are in label_tool_mouse.cpp and _gestures.cpp.
#include "widgets/labels/label_tool.h"

#include <algorithm>

#include "widgets/labels/label_tool_parts.h"

namespace fcoscope {

std::vector<int64_t> keysAmong(const std::vector<int64_t> &keys, std::vector<int64_t> others)
{
    std::vector<int64_t> both;
    std::sort(others.begin(), others.end());
    std::set_intersection(keys.begin(), keys.end(), others.begin(), others.end(), std::back_inserter(both));
    return both;
}

LabelTool::LabelTool(QObject *parent) : QObject(parent), parts_(std::make_unique<Parts>(*this)) {}
LabelTool::~LabelTool() = default;

// --- What there is

void LabelTool::setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image)
{
    Parts &p = *parts_;
    const bool sameImage = id == p.id;
    if (sameImage && image == p.image && boxes == p.boxes)
        return;  // given again with each change of the layers; what was painted of them is as good
    if (!sameImage || !(image == p.image) || !p.keepsHeld(boxes))
        p.drop();
    std::vector<int64_t> stay;
    if (sameImage) {
        std::vector<int64_t> there, wasShown;
        for (const CanvasBox &box : p.boxes)
            if (!box.hidden)
                wasShown.push_back(box.key);
        std::sort(wasShown.begin(), wasShown.end());
        for (const CanvasBox &box : boxes)  // one that becomes hidden is out of everyone's mind
            if (!box.hidden || !std::binary_search(wasShown.begin(), wasShown.end(), box.key))
                there.push_back(box.key);
        stay = keysAmong(p.selection, std::move(there));
    } else {
        p.clickedAt = {-1e12, -1e12};
    }
    p.id = id;
    p.image = image;
    p.boxes = std::move(boxes);
    const bool changed = stay != p.selection;
    p.selection = std::move(stay);
    p.refreshSelected();
    p.updateHovered();
    Q_EMIT repaintNeeded();
    if (changed)
        Q_EMIT selectionChanged();
}

void LabelTool::setClasses(std::vector<CanvasClass> classes)
{
    parts_->classes = std::move(classes);
    parts_->painter.changed();
    Q_EMIT repaintNeeded();
}

const ImageId &LabelTool::imageId() const
{
    return parts_->id;
}

std::vector<CanvasBox> LabelTool::boxes() const
{
    const Parts &p = *parts_;
    std::vector<CanvasBox> now = p.boxes;
    for (const Parts::Held &held : p.held) {
        now[held.index].label.box = held.now;
        now[held.index].label.area = -1;  // a file's own area was that of the former box
    }
    if (p.draft && p.draft->hasArea()) {
        CanvasBox &box = now.emplace_back();
        box.label.box = *p.draft;
        box.label.classIndex = p.drawingClass;
    }
    return now;
}

bool LabelTool::hasBoxes() const
{
    return !parts_->boxes.empty() || (parts_->draft && parts_->draft->hasArea());
}

std::optional<size_t> LabelTool::Parts::indexOf(int64_t key) const
{
    for (size_t i = 0; i < boxes.size(); ++i)
        if (boxes[i].key == key)
            return i;
    return std::nullopt;
}

QString LabelTool::lockedSentence()
{
    return tr("Locked labels are not changed; unlock them first.");
}

QString LabelTool::tooThinSentence()
{
    return tr("A label has to be at least one pixel of the image wide and high.");
}

// --- Modes

bool LabelTool::drawing() const
{
    return parts_->drawing;
}

void LabelTool::setDrawing(bool drawing)
{
    Parts &p = *parts_;
    if (drawing == p.drawing)
        return;
    p.giveUp();
    p.drawing = drawing;
    p.updateHovered();
    Q_EMIT repaintNeeded();
    Q_EMIT drawingChanged(drawing);
}

int LabelTool::drawingClass() const
{
    return parts_->drawingClass;
}

void LabelTool::setDrawingClass(int classIndex)
{
    parts_->drawingClass = classIndex;
    if (parts_->draft) {
        Q_EMIT changing();
        Q_EMIT repaintNeeded();
    }
}

bool LabelTool::dragging() const
{
    return parts_->gesture != Parts::Gesture::None;
}

void LabelTool::setShown(bool shown)
{
    if (shown == parts_->shown)
        return;
    parts_->giveUp();
    parts_->shown = shown;
    parts_->updateHovered();
    Q_EMIT repaintNeeded();
}

void LabelTool::setTagsShown(bool shown)
{
    parts_->tags = shown;
    parts_->painter.changed();
    Q_EMIT repaintNeeded();
}

void LabelTool::setCrosshair(bool shown)
{
    parts_->crosshair = shown;
    Q_EMIT repaintNeeded();
}

// --- Selection

void LabelTool::Parts::refreshSelected()
{
    selected.assign(boxes.size(), 0);
    if (!selection.empty())
        for (size_t i = 0; i < boxes.size(); ++i)
            selected[i] = std::binary_search(selection.begin(), selection.end(), boxes[i].key);
    painter.changed();
}

bool LabelTool::Parts::choose(std::vector<int64_t> keys)
{
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<int64_t> there;
    for (const CanvasBox &box : boxes)
        there.push_back(box.key);
    std::vector<int64_t> known = keysAmong(keys, std::move(there));
    if (known == selection)
        return false;
    selection = std::move(known);
    refreshSelected();
    return true;
}

void LabelTool::Parts::tellSelection(std::vector<int64_t> keys)
{
    if (!choose(std::move(keys)))
        return;
    Q_EMIT tool.repaintNeeded();
    Q_EMIT tool.selectionChanged();
}

void LabelTool::Parts::select(std::span<const size_t> indices, bool added)
{
    std::vector<int64_t> keys = added ? selection : std::vector<int64_t>();
    for (const size_t index : indices)
        keys.push_back(boxes[index].key);
    tellSelection(std::move(keys));
}

std::vector<int64_t> LabelTool::selection() const
{
    return parts_->selection;
}

void LabelTool::select(std::vector<int64_t> keys)
{
    Parts &p = *parts_;
    if (p.gesture == Parts::Gesture::Move || p.gesture == Parts::Gesture::Resize)
        p.giveUp();  // what is in the hand is what was selected
    p.tellSelection(std::move(keys));
}

namespace {

template <typename Takes> std::vector<int64_t> keysOf(const std::vector<CanvasBox> &boxes, const Takes &takes)
{
    std::vector<int64_t> keys;
    for (const CanvasBox &box : boxes)
        if (isShown(box) && takes(box))
            keys.push_back(box.key);
    return keys;
}

}  // namespace

void LabelTool::selectAll()
{
    select(keysOf(parts_->boxes, [](const CanvasBox &) { return true; }));
}

void LabelTool::selectClass(int classIndex)
{
    select(keysOf(parts_->boxes, [&](const CanvasBox &box) { return box.label.classIndex == classIndex; }));
}

void LabelTool::selectScoreBelow(double score)
{
    select(keysOf(parts_->boxes, [&](const CanvasBox &box) { return box.score && *box.score < score; }));
}

void LabelTool::selectNext(int step)
{
    const Parts &p = *parts_;
    const std::vector<size_t> order = readingOrder(p.boxes);
    if (order.empty() || step == 0)
        return;
    const auto count = static_cast<int64_t>(order.size());
    int64_t next = step > 0 ? step - 1 : count + step;
    const auto isSelected = [&](size_t index) { return p.selected[index] != 0; };
    if (step > 0) {
        if (const auto last = std::find_if(order.rbegin(), order.rend(), isSelected); last != order.rend())
            next = order.rend() - last - 1 + step;
    } else if (const auto first = std::find_if(order.begin(), order.end(), isSelected); first != order.end()) {
        next = first - order.begin() + step;
    }
    select({p.boxes[order[static_cast<size_t>((next % count + count) % count)]].key});
}

// --- Painting

void LabelTool::paint(QPainter &painter, const View &view)
{
    Parts &p = *parts_;
    if (!p.shown)
        return;
    LabelScene scene{p.boxes, p.selected, p.classes, p.tags, {}, {}, p.band, {}, p.handled(), p.hovered};
    for (const Parts::Held &held : p.held)
        scene.held.push_back({held.index, held.now});
    if (p.draft) {
        scene.draft = Label();
        scene.draft->box = *p.draft;
        scene.draft->classIndex = p.drawingClass;
    }
    if (p.drawing && p.crosshair && p.cursor)
        scene.crosshair = p.cursor->inImage;
    p.painter.paint(painter, view, scene);
}

}  // namespace fcoscope
