// SPDX-License-Identifier: GPL-3.0-or-later
// The locations that the inspector tells of, over the picture: connect LocationInspector::locationsChanged to
// setLocations. Of each point the locations that learn a label are painted, or the one of the finest level where none
// does: five cells and twenty arrows on one another would say nothing.
#pragma once

#include <vector>

#include "widgets/canvas_overlay.h"
#include "widgets/layer_painter.h"

namespace fcoscope {

class LocationOverlay : public CanvasOverlay {
public:
    /// Null: nothing is painted.
    void setFrame(LensFramePtr frame, LensStyle style);
    /// Of each point one location of each of its levels, in rising order of levels, point after point.
    void setLocations(std::vector<LocationRef> hovered, std::vector<LocationRef> pinned);
    /// Locations of this level only, whether they learn anything or not; -1: as said above.
    void setLevel(int level) { level_ = level; }

    void paint(QPainter &painter, const View &view) override;

private:
    std::vector<LocationRef> chosen(const std::vector<LocationRef> &points) const;

    LensFramePtr frame_;
    LensStyle style_;
    std::vector<LocationRef> hovered_, pinned_;
    int level_ = -1;
};

}  // namespace fcoscope
