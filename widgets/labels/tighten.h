// SPDX-License-Identifier: GPL-3.0-or-later
// Draws a box tight round what it was drawn round: each side goes to the strongest edge of the picture near it. A help
// for a hand that was quick, and one that a person asks for: it knows no objects, only brightness and colour.
#pragma once

#include <QImage>

#include "core/base/values.h"

namespace fcoscope {

/// Each side of `box` is looked for within `reach` pixels on both sides of it, never beyond the box's middle nor the
/// image. What counts is by how much brightness and colour change across the side, along its whole length: noise and
/// texture cancel out there, an outline does not, straight or round. The place is that of the change between pixels,
/// refined by a parabola through its neighbours. A side with no edge that stands out stays where it is, and so does a
/// box of which less than a pixel would remain. `reach` of 0: an eighth of the box, from 3 to 12 pixels. The same
/// picture and box give the same answer.
Box tightened(const QImage &image, const Box &box, int reach = 0);

}  // namespace fcoscope
