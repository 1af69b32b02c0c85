// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing and moving what-if boxes with the mouse: "what would be learnt if this object were here, or labelled a little
// larger?" The tool holds a copy of an image's labels; nobody's annotation file is ever written. Boxes are in image
// coordinates and stay inside the image.
//
// A drag over the background draws a box, a drag inside a box moves it, a drag at one of the eight handles of the
// selected box resizes it. The smallest box under the cursor is meant; handles win over bodies. Delete removes the
// selected box, arrow keys nudge it by a pixel (Shift: ten), Escape cancels the gesture in flight, or else deselects.
#pragma once

#include <QObject>
#include <vector>

#include "core/base/values.h"
#include "widgets/canvas_overlay.h"

namespace fcoscope {

class WhatIfTool : public QObject, public CanvasTool {
    Q_OBJECT
public:
    explicit WhatIfTool(QObject *parent = nullptr);

    /// The labels to start from, of the image `id`. Ends a gesture, selects nothing, forgets edits. Emits nothing but
    /// repaintNeeded().
    void setLabels(const ImageId &id, std::vector<Label> labels, Size image);
    const ImageId &imageId() const { return imageId_; }
    /// As they are now, also in the middle of a gesture.
    const std::vector<Label> &labels() const { return labels_; }
    /// Whether they differ from those given, by a person's hand.
    bool edited() const { return edited_; }
    /// The labels as they were given. Emits labelsChanged() if anything was edited.
    void restore();

    /// Class of the next box that is drawn; -1: that of the box selected or drawn last, at first 0.
    void setDrawingClass(int classIndex) { chosenClass_ = classIndex; }
    int drawingClass() const { return chosenClass_ >= 0 ? chosenClass_ : lastClass_; }

    int selected() const { return selected_; }  ///< index into labels(), or -1
    void select(int label);
    bool dragging() const { return gesture_ != Gesture::None; }

    void paint(QPainter &painter, const View &view) override;
    bool press(const Mouse &mouse) override;
    void move(const Mouse &mouse) override;
    void release(const Mouse &mouse) override;
    Qt::CursorShape cursor(const Mouse &mouse) const override;
    bool key(int key, Qt::KeyboardModifiers modifiers) override;

Q_SIGNALS:
    /// Live while dragging, and after every key that changed a box.
    void labelsChanged(const std::vector<fcoscope::Label> &labels);
    void selectionChanged(int label);
    /// The canvas should paint again.
    void repaintNeeded();

private:
    enum class Gesture { None, Draw, Move, Resize };
    /// Which sides a handle moves: −1 the left or upper one, 1 the right or lower one, 0 none.
    struct Handle {
        int x = 0, y = 0;
        bool operator==(const Handle &) const = default;
    };

    Handle handleAt(const Mouse &mouse) const;
    int labelAt(QPointF inImage) const;
    Box inside(const Box &box) const;
    Box movedBy(const Box &box, double dx, double dy) const;
    Box resizedTo(QPointF inImage) const;
    void start(Gesture gesture, const Mouse &mouse);
    void change(const Box &box);
    void cancel();
    void removeSelected();
    void choose(int label);

    ImageId imageId_;
    Size image_;
    std::vector<Label> given_, labels_;
    bool edited_ = false;
    int selected_ = -1;
    int chosenClass_ = -1, lastClass_ = 0;

    Gesture gesture_ = Gesture::None;
    Handle handle_;      ///< of a resize
    QPointF pressedAt_;  ///< image point
    Label before_;       ///< the selected one when the gesture began
    int selectedBefore_ = -1;
    bool moving_ = false;  ///< the cursor has left the press by more than a trembling hand
};

}  // namespace fcoscope
