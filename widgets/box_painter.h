// SPDX-License-Identifier: GPL-3.0-or-later
// Draws detections over a picture, in screen pixels, so that lines are crisp at every zoom and device pixel ratio. Any
// number of boxes: only those in view are drawn, and tags give way where boxes are small or tags would lie on tags.
#pragma once

#include <QFont>
#include <QImage>
#include <QPainter>
#include <string>
#include <vector>

#include "core/base/values.h"
#include "widgets/view.h"

namespace fcoscope {

struct BoxStyle {
    QFont font;  ///< of the tags; logical size
    bool tags = true;
    int classFilter = -1;      ///< only this class; -1: all
    bool ghosts = false;       ///< dashed: proposals beside labels, which are solid
    std::vector<bool> hidden = {};  ///< by the detection's place; those beyond its end are shown

    bool shows(const Detection &detection, size_t place) const
    {
        return (classFilter < 0 || detection.classIndex == classFilter) && (place >= hidden.size() || !hidden[place]);
    }
};

enum class Emphasis { None, Hovered, Selected };

/// The font in screen pixels, of which `ratio` are one logical pixel, and never too small to be read.
QFont screenFont(const QFont &font, double ratio);

/// Whether any of the box lies in the part of the image that is seen.
bool inView(const Box &box, const QRectF &seen);

/// Box `detection` as whole screen pixels: [left, right) × [top, bottom), at least one pixel wide and high.
QRect boxOnScreen(const Box &box, const View &view);

/// All boxes and their tags, best first in `detections`, onto an image of view.screen() pixels (ratio 1).
void paintBoxes(QImage &screen, const View &view, const std::vector<Detection> &detections,
                const std::vector<std::string> &classNames, const BoxStyle &style);

/// The same with a painter whose unit is the screen pixel, onto anything: shapes and texts stay such.
void paintBoxes(QPainter &painter, const View &view, const std::vector<Detection> &detections,
                const std::vector<std::string> &classNames, const BoxStyle &style);

/// One box, emphasised, always with its tag. The painter's unit is the screen pixel.
void paintBox(QPainter &painter, const View &view, const Detection &detection,
              const std::vector<std::string> &classNames, const BoxStyle &style, Emphasis emphasis);

/// "RBC 0.93", in the locale of the program.
QString tagText(const Detection &detection, const std::vector<std::string> &classNames);

}  // namespace fcoscope
