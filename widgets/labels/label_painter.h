// SPDX-License-Identifier: GPL-3.0-or-later
// Labels over a picture, as the label tool shows them: thin solid frames in the colours of their classes, names where
// they fit, signs for what is locked or cannot be learnt, the selected ones on top, and whatever a gesture is drawing.
// What does not change while only the cursor moves is kept as a picture, so that thousands of boxes cost one copy.
#pragma once

#include <QImage>
#include <QPainter>

#include <optional>
#include <span>
#include <vector>

#include "widgets/labels/label_tool.h"
#include "widgets/view.h"

namespace fcoscope {

struct LabelScene {
    std::span<const CanvasBox> boxes;  ///< as they were given
    std::span<const char> selected;    ///< one for each box
    std::span<const CanvasClass> classes;
    bool tags = true;
    /// Boxes in a hand: indices of `boxes` and where they are now. Painted anew each time, as the following are.
    struct Held {
        size_t index = 0;
        Box now;
    };
    std::vector<Held> held;
    std::optional<Label> draft;        ///< the box that is being drawn
    std::optional<Box> band;           ///< rubber band
    std::optional<QPointF> crosshair;  ///< image point
    std::optional<size_t> handles;     ///< of this box
    std::optional<size_t> hovered;
};

class LabelPainter {
public:
    /// The painter's unit is the screen pixel.
    void paint(QPainter &painter, const View &view, const LabelScene &scene);
    /// Boxes, selection, classes, tags, or which boxes are held, are not as at the last paint.
    void changed() { kept_ = false; }

private:
    void paintKept(QPainter &painter, const View &view, const LabelScene &scene);
    void paintSheet(QPainter &painter, const View &view, const LabelScene &scene);

    QImage sheet_;  ///< transparent, of the screen's size
    QRect used_;    ///< the part of it that holds something
    View view_;     ///< it was made for
    QFont font_;
    bool kept_ = false;
};

/// "RBC 0.93", with a word for a difficult label and for a crowd.
QString labelText(const CanvasBox &box, std::span<const CanvasClass> classes);
/// The colour given for the class, or the palette's for its place.
QColor labelColour(int classIndex, std::span<const CanvasClass> classes);

}  // namespace fcoscope
