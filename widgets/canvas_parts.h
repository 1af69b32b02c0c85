// SPDX-License-Identifier: GPL-3.0-or-later
// What a Canvas holds; shared by its .cpp files and by nobody else.
#pragma once

#include <QFutureWatcher>
#include <QTimer>
#include <atomic>

#include "widgets/box_painter.h"
#include "widgets/canvas.h"
#include "widgets/canvas_notice.h"
#include "widgets/canvas_overlay.h"
#include "widgets/picture_look.h"

namespace fcoscope {

struct Canvas::Parts {
    // What is shown.
    State state = State::Empty;
    ImageId id;
    QString failure;
    bool detecting = false;
    QImage image;                ///< the shown one, or the former one while the next is loading
    PictureLook look;
    std::vector<QImage> halves;  ///< see pyramid.h; empty until they are made
    std::vector<Detection> detections;
    std::vector<std::string> classNames;
    BoxStyle style;
    bool boxes = true;
    LensFramePtr lens;
    std::vector<std::string> lensNames;
    std::vector<CanvasOverlay *> overlays;
    CanvasTool *tool = nullptr;

    // Where and how large.
    View view;
    bool fitted = true;
    bool keepZoom = true;
    QPointF anchorAt, anchor;  ///< of the last zoom: the widget point and the image point that was under it
    View anchored;             ///< the view it led to

    // What is emphasised.
    int selected = -1;
    int hovered = -1;

    // Gestures.
    Qt::MouseButton panning = Qt::NoButton;  ///< the button that drags the picture
    bool clicking = false;                   ///< the left button went down and has not moved far
    bool toolHolds = false;                  ///< the tool took the press that is still held
    bool spaceHeld = false;
    bool dropping = false;  ///< files hang over the canvas
    QPointF pressedAt, lastAt;
    QPointF clickedAt{-1e9, -1e9};  ///< of the click before this one

    // Drawing.
    QImage frame;  ///< picture and plain boxes as last rendered, in screen pixels; null: to be rendered
    CanvasNotice *notice = nullptr;
    QTimer spinner;  ///< turns the wheel of the badge
    QTimer reveal;   ///< an image that loads at once leaves no flicker: loading is shown after a moment
    bool revealed = false;
    int spinnerStep = 0;
    QFutureWatcher<std::vector<QImage>> halving;
    std::shared_ptr<std::atomic<bool>> stopHalving;

    CanvasTool::Mouse mouseAt(QPointF widget, Qt::KeyboardModifiers modifiers) const;
    bool boxesPainted() const;
    bool hasPicture() const { return !image.isNull() && (state == State::Shown || state == State::Loading); }
};

}  // namespace fcoscope
