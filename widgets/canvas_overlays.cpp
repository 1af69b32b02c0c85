// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses on the canvas: layers, overlays, and the tool that is asked before the canvas itself.
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

#include "widgets/canvas_parts.h"

namespace fcoscope {

CanvasTool::Mouse Canvas::Parts::mouseAt(QPointF widget, Qt::KeyboardModifiers modifiers) const
{
    return {view.toImage(widget), modifiers, view.ratio / view.zoom};
}

bool Canvas::setLens(LensFramePtr frame, std::vector<std::string> classNames)
{
    Parts &p = *parts_;
    if (p.state != State::Shown || (frame && frame->imageId != p.id))
        return false;
    const auto shows = [](const LensFramePtr &lens) { return lens && !lens->layers.empty(); };
    const bool repaint = shows(p.lens) || shows(frame);
    p.lens = std::move(frame);
    p.lensNames = std::move(classNames);
    if (repaint)
        repaintFrame();
    return true;
}

void Canvas::addOverlay(CanvasOverlay *overlay)
{
    parts_->overlays.push_back(overlay);
    repaintFrame();
}

void Canvas::removeOverlay(CanvasOverlay *overlay)
{
    if (std::erase(parts_->overlays, overlay) > 0)
        repaintFrame();
}

void Canvas::setTool(CanvasTool *tool)
{
    if (parts_->tool && parts_->tool != tool)
        parts_->tool->interrupt();
    parts_->tool = tool;
    parts_->toolHolds = false;
    updateCursor();
    update();
}

CanvasTool *Canvas::tool() const
{
    return parts_->tool;
}

bool Canvas::Parts::boxesPainted() const
{
    return boxes && std::none_of(overlays.begin(), overlays.end(),
                                 [](const CanvasOverlay *overlay) { return overlay->replacesDetections(); });
}

void Canvas::paintOverlays(QPainter &painter) const
{
    const Parts &p = *parts_;
    if (p.state != State::Shown || (p.overlays.empty() && !p.tool))
        return;
    painter.save();
    painter.scale(1 / p.view.ratio, 1 / p.view.ratio);
    for (CanvasOverlay *overlay : p.overlays)
        overlay->paint(painter, p.view);
    if (p.tool)
        p.tool->paint(painter, p.view);
    painter.restore();
}

bool Canvas::offerPress(const QMouseEvent &event)
{
    const Parts &p = *parts_;
    if (!p.tool || p.state != State::Shown)
        return false;
    const CanvasTool::Mouse mouse = p.mouseAt(event.position(), event.modifiers());
    // Qt hands a double click on as a press unless it is taken care of; its type tells.
    return event.type() == QEvent::MouseButtonDblClick ? p.tool->doubleClick(mouse) : p.tool->press(mouse);
}

bool Canvas::offerKey(QKeyEvent &event)
{
    const Parts &p = *parts_;
    if (!p.tool || p.state != State::Shown || !p.tool->key(event.key(), event.modifiers()))
        return false;
    update();
    return true;
}

}  // namespace fcoscope
