// SPDX-License-Identifier: GPL-3.0-or-later
// What a LabelTool holds; shared by its .cpp files and by nobody else.
#pragma once

#include "widgets/labels/box_gestures.h"
#include "widgets/labels/label_painter.h"

namespace fcoscope {

struct LabelTool::Parts {
    explicit Parts(LabelTool &owner) : tool(owner) {}
    LabelTool &tool;

    // What there is.
    ImageId id;
    Size image;
    std::vector<CanvasBox> boxes;  ///< as they were given
    std::vector<CanvasClass> classes;
    std::vector<int64_t> selection;  ///< by rising key
    std::vector<char> selected;      ///< one for each box
    bool drawing = false, shown = true, tags = true, crosshair = true;
    int drawingClass = 0;

    // What the hand does.
    enum class Gesture {
        None,
        Band,    ///< from a press that is no box's
        Move,    ///< of all selected ones, or of the one pressed on
        Resize,  ///< by a handle
        Draw,    ///< the button is held
        Begun,   ///< one corner was clicked: the other follows the cursor
        Second,  ///< the button went down for the other corner
    };
    struct Held {
        size_t index = 0;
        int64_t key = 0;
        Box given;   ///< as it was
        Box before;  ///< what of that lies inside the image: what is moved
        Box now;
    };
    Gesture gesture = Gesture::None;
    bool moving = false;       ///< the cursor has left the press by more than a trembling hand
    bool told = false;         ///< changing() was emitted for it
    bool passesClick = false;  ///< the last release was a click for the canvas
    Mouse pressed;
    BoxHandle handle;     ///< the one that was taken hold of
    BoxHandle handleNow;  ///< the one it has become
    int64_t target = 0;   ///< the box that a move, a resize or a click means, if it is not selected yet
    std::vector<Held> held;
    std::optional<Box> draft, band;
    std::optional<Mouse> cursor;  ///< while it is over the canvas
    std::optional<size_t> hovered;
    QPointF clickedAt{-1e12, -1e12};  ///< image point of the click before this one

    LabelPainter painter;

    std::optional<size_t> indexOf(int64_t key) const;
    std::optional<size_t> handled() const;  ///< the box that has handles
    BoxHandle handleUnder(const Mouse &mouse) const;
    Snapping snapping(const Mouse &mouse, bool moved) const;
    bool far(const Mouse &mouse) const;
    /// Changes the selection; true if it is another one.
    bool choose(std::vector<int64_t> keys);
    void tellSelection(std::vector<int64_t> keys);
    void select(std::span<const size_t> indices, bool added);
    void refreshSelected();

    bool start();
    bool hold(std::span<const int64_t> keys);
    void follow(const Mouse &mouse);
    void followDrawing(const Mouse &mouse);
    void click(const Mouse &mouse);
    void finish();
    void finishDrawing();
    void finishHeld();
    bool drop();  ///< the gesture; true if boxes() changed by that
    void giveUp();
    bool keepsHeld(std::span<const CanvasBox> boxes);
    void nudge(QPointF by, bool edges);
    void updateHovered();
};

}  // namespace fcoscope
