// SPDX-License-Identifier: GPL-3.0-or-later
// What others draw over the canvas's picture, and how a tool takes the mouse: the canvas shows and forwards, overlays
// and tools decide. Both belong to whoever made them and must outlive the canvas or be taken out of it.
#pragma once

#include <QPointF>
#include <Qt>

class QPainter;

namespace fcoscope {

struct View;

/// Pins, a replay, a box that is being drawn: painted last, over the detections, at every repaint.
class CanvasOverlay {
public:
    virtual ~CanvasOverlay() = default;
    /// The painter's unit is the screen pixel; `view` says where image points are. Only while a picture is shown.
    virtual void paint(QPainter &painter, const View &view) = 0;
    /// Whether it shows the detections in its own way, so that the canvas leaves them out.
    virtual bool replacesDetections() const { return false; }
};

/// An overlay that is asked first about every press of the left button and every key. What stands without "= 0" only
/// some tools care about.
class CanvasTool : public CanvasOverlay {
public:
    struct Mouse {
        QPointF inImage;  ///< may lie outside the picture
        Qt::KeyboardModifiers modifiers;
        double pixel = 1;  ///< image pixels per logical pixel of the screen: how far a handle reaches
    };
    /// True: the tool takes this gesture, and gets its moves and its release; nothing is selected or panned.
    virtual bool press(const Mouse &mouse) = 0;
    virtual void move(const Mouse &mouse) = 0;
    virtual void release(const Mouse &mouse) = 0;
    /// The second press of a double click: a press like any other, unless a tool says more.
    virtual bool doubleClick(const Mouse &mouse) { return press(mouse); }
    /// Asked after release(): it was a click that the tool has no use for, and the canvas takes it for its own.
    virtual bool passesClickOn() const { return false; }
    /// Likewise: it was the tool's, but where it fell is told to others, too (Canvas::clicked).
    virtual bool sharesClick() const { return false; }
    /// The cursor moved, and no button is held for the tool.
    virtual void hover(const Mouse &) {}
    virtual void leave() {}  ///< the cursor is over the canvas no more
    /// What was begun cannot go on: another image is on its way, or the keyboard went to another widget.
    virtual void interrupt() {}
    /// The cursor that says what a press here would do.
    virtual Qt::CursorShape cursor(const Mouse &mouse) const = 0;
    /// True: the key was the tool's.
    virtual bool key(int key, Qt::KeyboardModifiers modifiers) = 0;
};

}  // namespace fcoscope
