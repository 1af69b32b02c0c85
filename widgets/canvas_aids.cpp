// SPDX-License-Identifier: GPL-3.0-or-later
// What helps to look: how the picture is shown, and what a minimap asks.
#include <algorithm>

#include "widgets/canvas_parts.h"

namespace fcoscope {

QRectF Canvas::seen() const
{
    return parts_->state == State::Shown ? parts_->view.seen() : QRectF();
}

void Canvas::centreOn(QPointF inImage)
{
    const Parts &p = *parts_;
    if (p.state != State::Shown)
        return;
    View view = p.view;
    view.centre = view.held(inImage);
    setView(view, false);
}

QImage Canvas::smallPicture() const
{
    const Parts &p = *parts_;
    if (p.state != State::Shown)
        return {};
    const bool small = std::max(p.image.width(), p.image.height()) <= 512;
    QImage picture = !p.halves.empty() ? p.halves.back() : small ? p.image : QImage();
    if (picture.isNull() || p.look.neutral())
        return picture;
    picture.convertTo(QImage::Format_RGB32);
    applyLook(picture, picture.rect(), p.look);
    return picture;
}

bool Canvas::detectionShown(int detection) const
{
    const Parts &p = *parts_;
    const auto place = static_cast<size_t>(detection);
    return p.boxes && place < p.detections.size() && p.style.shows(p.detections[place], place);
}

void Canvas::setPictureLook(const PictureLook &look)
{
    if (look == parts_->look)
        return;
    parts_->look = look;
    repaintFrame();
    Q_EMIT contentChanged();
}

const PictureLook &Canvas::pictureLook() const
{
    return parts_->look;
}

}  // namespace fcoscope
