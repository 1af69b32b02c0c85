// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/location_overlay.h"

namespace fcoscope {

void LocationOverlay::setFrame(LensFramePtr frame, LensStyle style)
{
    frame_ = std::move(frame);
    style_ = std::move(style);
}

void LocationOverlay::setLocations(std::vector<LocationRef> hovered, std::vector<LocationRef> pinned)
{
    hovered_ = std::move(hovered);
    pinned_ = std::move(pinned);
}

std::vector<LocationRef> LocationOverlay::chosen(const std::vector<LocationRef> &points) const
{
    std::vector<LocationRef> chosen;
    for (size_t first = 0, end = 0; first < points.size(); first = end) {
        for (end = first + 1; end < points.size() && points[end].level > points[end - 1].level;)
            ++end;
        const size_t before = chosen.size();
        for (size_t i = first; i < end; ++i)
            if (level_ >= 0 ? points[i].level == level_ : frame_->assigned && positiveAt(*frame_->assigned, points[i]))
                chosen.push_back(points[i]);
        if (level_ < 0 && chosen.size() == before)
            chosen.push_back(points[first]);
    }
    return chosen;
}

void LocationOverlay::paint(QPainter &painter, const View &view)
{
    if (!frame_)
        return;
    for (const LocationRef &at : chosen(pinned_))
        paintLocation(painter, view, *frame_, at, style_, true);
    for (const LocationRef &at : chosen(hovered_))
        paintLocation(painter, view, *frame_, at, style_, false);
}

}  // namespace fcoscope
