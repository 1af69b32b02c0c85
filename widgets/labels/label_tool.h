// SPDX-License-Identifier: GPL-3.0-or-later
// Boxes under a person's hands: shows an image's labels over the canvas, selects, draws, moves and resizes them with
// mouse and keys. The tool changes nothing by itself: it shows what is being done, and when the hand is lifted says
// what was done; whoever owns the labels makes an edit of it and gives the boxes back with setBoxes(). The same tool
// serves labels that are saved and the boxes of a what if that never are.
//
// Boxes are in image coordinates. They stay inside the image; a box thinner than a pixel is not made, and refused()
// says why. 20,000 boxes are painted and searched within a frame.
//
// Gestures. Without drawing(): a click selects the smallest box under the cursor (again: the next larger one), with
// Ctrl adds or takes away; a drag inside a selected box moves all selected ones, also where an unselected one lies on
// it, and on an unselected box selects and moves that; at one of the eight handles of a single selected box it resizes
// it, pulled over the opposite side it turns it; a drag from the background, or with Ctrl from anywhere, is a rubber
// band that selects the boxes it encloses wholly (with Ctrl: adds them). A click where no label is deselects and is
// then the canvas's, for what else lies there. With drawing(): a drag from corner to corner draws a box, or a click at
// each of two corners does (a press and its release within 4 logical pixels are a click); Shift makes it a square;
// Escape gives up the box begun, then ends drawing. Handles of a selected box still work while drawing. Within 6
// logical pixels of the image's edge a dragged edge snaps to it (Alt: not). A moved group stops where its first box
// meets the image's edge. Keys: arrows nudge the selection by an image pixel, Shift by ten, Ctrl moves the right and
// lower edges instead; Escape deselects. Every other key is an action of the window.
// Locked boxes are selected but not changed; hidden ones are neither shown nor found, and one that becomes hidden is
// deselected (select() may still name it, as a list does). Boxes that reach beyond the image in the data are shown as
// they are; a gesture moves what of them lies inside.
#pragma once

#include <QColor>
#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

#include "core/base/values.h"
#include "widgets/canvas_overlay.h"

namespace fcoscope {

/// A label as it stands on the canvas.
struct CanvasBox {
    int64_t key = 0;  ///< the owner's name for it, above 0
    Label label;
    std::optional<float> score;
    bool locked = false, hidden = false;
    bool unlearnable = false;  ///< no location can learn it: drawn with a sign of its own
    bool operator==(const CanvasBox &) const = default;
};
struct CanvasClass {
    QString name;
    QColor colour;
};
struct BoxAt {
    int64_t key = 0;
    Box box;
    bool operator==(const BoxAt &) const = default;
};

/// Those of `keys`, by rising key, that are among `others`, too.
std::vector<int64_t> keysAmong(const std::vector<int64_t> &keys, std::vector<int64_t> others);

class LabelTool : public QObject, public CanvasTool {
    Q_OBJECT
public:
    explicit LabelTool(QObject *parent = nullptr);
    ~LabelTool() override;

    /// The boxes of image `id` as they are now. Those still there stay selected by their keys (the selection of another
    /// image is dropped); a gesture on boxes that changed or went is given up, quietly. Emits selectionChanged() if
    /// the selection is another one. May be called from every slot of this tool's signals.
    void setBoxes(const ImageId &id, std::vector<CanvasBox> boxes, Size image);
    void setClasses(std::vector<CanvasClass> classes);  ///< by classIndex
    const ImageId &imageId() const;
    /// As they are drawn now, also in the middle of a gesture, a box being drawn with key 0 among them.
    std::vector<CanvasBox> boxes() const;
    bool hasBoxes() const;  ///< !boxes().empty(), without a copy of them

    bool drawing() const;
    void setDrawing(bool drawing);
    int drawingClass() const;
    void setDrawingClass(int classIndex);  ///< of the next box

    std::vector<int64_t> selection() const;  ///< by rising key
    void select(std::vector<int64_t> keys);  ///< emits selectionChanged if it changes
    void selectAll();                        ///< all that are shown
    /// Shown boxes: of a class, or with a score below (those without one are left out).
    void selectClass(int classIndex);
    void selectScoreBelow(double score);
    /// The next box in reading order, top to bottom, or the one before: so that no mouse is needed.
    void selectNext(int step);
    /// Everything a drag or nudge was about to do is undone; nothing is emitted but repaintNeeded().
    void cancel();
    bool dragging() const;

    void setShown(bool shown);  ///< false: nothing is painted, nothing is taken (hold to peek, layer off)
    void setTagsShown(bool shown);
    void setCrosshair(bool shown);  ///< while drawing, lines through the cursor; default true

    void paint(QPainter &painter, const View &view) override;
    bool press(const Mouse &mouse) override;
    void move(const Mouse &mouse) override;
    void release(const Mouse &mouse) override;
    bool doubleClick(const Mouse &mouse) override;
    bool passesClickOn() const override;
    bool sharesClick() const override { return !drawing(); }
    void hover(const Mouse &mouse) override;
    void leave() override;
    void interrupt() override;
    Qt::CursorShape cursor(const Mouse &mouse) const override;
    bool key(int key, Qt::KeyboardModifiers modifiers) override;

    // Why a gesture, or a number that was typed, comes to nothing.
    static QString lockedSentence();
    static QString tooThinSentence();

Q_SIGNALS:
    /// When it is emitted, as with moved(), boxes() are those given again: the owner answers with setBoxes() at once,
    /// or has refused.
    void drawn(const fcoscope::Box &box, int classIndex);
    /// The hand was lifted, or a key nudged: only those that changed.
    void moved(const std::vector<fcoscope::BoxAt> &boxes);
    /// Live, at each step of a gesture: boxes() says how it looks; when the gesture ends without a change, once more.
    void changing();
    void selectionChanged();
    void drawingChanged(bool drawing);
    /// A double click on a box: its class is to be chosen.
    void classWanted(int64_t key);
    /// Why a gesture came to nothing: one sentence.
    void refused(const QString &reason);
    void repaintNeeded();

public:
    struct Parts;  ///< for the tool's own files

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace fcoscope
