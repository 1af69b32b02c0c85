// SPDX-License-Identifier: GPL-3.0-or-later
// The picture and what was found in it. The canvas shows one image and its detections, and forwards gestures; it opens,
// detects and decides nothing.
//
// Frames: image coordinates are continuous (pixel (0, 0) covers [0, 1)²), widget coordinates are Qt's logical pixels.
// zoom() counts screen pixels per image pixel, so 1.0 is one to one on every display: at a device pixel ratio of 2 the
// image then covers half its size in logical pixels.
//
// Gestures: wheel (with or without Ctrl) zooms at the cursor; a middle drag or a drag with Space held pans; arrow keys
// pan; a click selects the smallest box under the cursor, a click again the next larger one; Escape selects none. A
// tool (canvas_overlay.h) is asked about presses and keys before any of that.
#pragma once

#include <QImage>
#include <QList>
#include <QUrl>
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/base/values.h"
#include "core/rules/layers.h"

namespace fcoscope {

class CanvasOverlay;
class CanvasTool;
struct PictureLook;
struct View;

class Canvas : public QWidget {
    Q_OBJECT
public:
    explicit Canvas(QWidget *parent = nullptr);
    ~Canvas() override;

    // --- What is shown. Each call says which image it is for; a call for an image that is not, or is no longer, the
    // --- awaited or shown one changes nothing and answers false.

    /// The empty state: nothing is open, and what to do about it.
    void clear();
    /// From now on `id` is the image meant. Until it comes, the former picture stays, dimmed and without its boxes.
    void setLoading(const ImageId &id);
    /// Shows the picture, without detections. After setLoading(id) only that id is taken; without it any.
    /// Fits it into the window, or keeps zoom and place if keepZoom() and it has the size of the one before.
    bool setImage(const ImageId &id, const QImage &image);
    /// The awaited image cannot be shown; `reason` is a whole sentence.
    bool setFailed(const ImageId &id, const QString &reason);
    /// The detector is at work on the shown image: a badge in the corner, the picture stays free.
    bool setDetecting(const ImageId &id, bool detecting);
    /// Best first. Ends the detecting state. A selected detection stays selected if one of the same class from the same
    /// location is among the new ones; else selectionChanged(-1) is emitted.
    bool setDetections(const ImageId &id, std::vector<Detection> detections, std::vector<std::string> classNames);
    /// The layers between the picture and the detections; null: none. `classNames` are those of the frame's labels.
    bool setLens(LensFramePtr frame, std::vector<std::string> classNames);

    enum class State { Empty, Loading, Failed, Shown };
    State state() const;
    bool detecting() const;
    /// The image that is shown or awaited; "" in the empty state.
    const ImageId &imageId() const;
    QSize imageSize() const;  ///< of the shown image; empty in every other state
    const std::vector<Detection> &detections() const;
    bool detectionShown(int detection) const;  ///< neither hidden nor of a class that is filtered out

    // --- View

    double zoom() const;
    /// True while the zoom follows the window so that the whole image is seen.
    bool fitted() const;
    QPointF toImage(QPointF widget) const;
    QPointF toWidget(QPointF image) const;
    /// Zooms so that the image point under `widget` stays there.
    void zoomAt(QPointF widget, double zoom);
    /// Moves, and zooms out if need be, until the detection is wholly in view.
    void ensureVisible(int detection);
    /// The same for any box of the image.
    void showBox(const Box &inImage);

    /// The part of the picture that is seen, in image coordinates; empty in every state but Shown.
    QRectF seen() const;
    /// Moves so that this point of the image is in the middle.
    void centreOn(QPointF inImage);
    /// The whole picture small, 512 pixels or less once that is made; null in every state but Shown.
    QImage smallPicture() const;

    /// How the picture is shown; what lies over it, and the image itself, stay as they are.
    void setPictureLook(const PictureLook &look);
    const PictureLook &pictureLook() const;

    bool keepZoom() const;
    void setKeepZoom(bool keep);  ///< default true
    bool tagsShown() const;
    void setTagsShown(bool shown);  ///< names and scores at the boxes; default true
    bool boxesShown() const;
    void setBoxesShown(bool shown);  ///< default true
    /// Boxes of other classes are neither drawn nor clickable; -1: all classes.
    void setClassFilter(int classIndex);
    /// Detections are proposals beside labels: drawn dashed, and not at all where `hidden` says so for their places
    /// (labelled already, or refused); such a one is not clickable either. Stays until the next call.
    void setGhosts(bool ghosts, std::vector<bool> hidden);

    // --- Overlays and tools: see canvas_overlay.h

    void addOverlay(CanvasOverlay *overlay);  ///< painted after those that were added before
    void removeOverlay(CanvasOverlay *overlay);
    void setTool(CanvasTool *tool);  ///< null: none; it is painted, too, above the overlays
    CanvasTool *tool() const;

    int selected() const;          ///< index into detections(), or -1
    int hoveredDetection() const;  ///< likewise

    QSize sizeHint() const override;

public Q_SLOTS:
    void zoomIn();
    void zoomOut();
    void zoomToFit();
    void zoomToActualSize();
    /// Emphasises a detection (-1: none). Emits nothing: selectionChanged tells what a person did here.
    void select(int detection);

Q_SIGNALS:
    /// A person selected a detection here, or new detections no longer hold the selected one (-1).
    void selectionChanged(int detection);
    /// A person clicked at this point of the image, on a box or not.
    void clicked(QPointF inImage);
    /// The cursor is over this point of the image; `inside` is false when it has left the image.
    void hovered(QPointF inImage, bool inside);
    void zoomChanged(double zoom);
    void viewChanged();     ///< another part is seen, or larger, or smaller
    void contentChanged();  ///< of the picture: another one, a smaller one of it, its look, its detections
    void filesDropped(const QList<QUrl> &urls);
    /// The button of the empty state was pressed.
    void openRequested();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;

    void startState(State state, const ImageId &id);
    void dropDetections();
    void makeHalves();
    void setView(const View &view, bool fitted);
    void repaintFrame();
    void updateCursor();
    void updateDescription();
    void updateNotice();
    void updateBusy();
    void clickAt(QPointF widget);
    bool offerPress(const QMouseEvent &event);
    bool offerKey(QKeyEvent &event);
    void hoverAt(QPointF widget);
    void forgetHover();
    void holdSpace(bool held);
    void choose(int detection);
    std::vector<int> detectionsAt(QPointF widget) const;
    QString badgeText() const;
    QRect badgePlace() const;
    void paintFrame(const QColor &ground);
    void paintEmphasis(QPainter &painter) const;
    void paintOverlays(QPainter &painter) const;
    void paintBadge(QPainter &painter) const;
};

}  // namespace fcoscope
