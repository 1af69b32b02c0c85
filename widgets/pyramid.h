// SPDX-License-Identifier: GPL-3.0-or-later
// An image at full size and halved again and again, so that showing it small costs no more than the screen has pixels.
#pragma once

#include <QColor>
#include <QImage>
#include <atomic>
#include <vector>

#include "widgets/view.h"

namespace fcoscope {

/// `image` in a format that the renderer reads directly (RGB32 or RGB888), converted only if it is in another.
QImage forScreen(const QImage &image);

/// halves[k] is `full` shrunk by 2^(k+1), each pixel the mean of 2 × 2 (borders repeated at odd sizes), down to 512 px
/// on the longer side. Pure, for any thread; stops early with fewer levels when `*stop` becomes true.
std::vector<QImage> halvedImages(const QImage &full, const std::atomic<bool> *stop = nullptr);

/// What is seen of the image, in screen pixels: nearest neighbour from a zoom of 4 on and at 1:1, where pixels are to
/// stay pixels, else bilinear from the halved image next above the zoom. `ground` is around the image. Missing
/// halves (still being made) are replaced by picking pixels of the smallest image there is.
QImage renderView(const QImage &full, const std::vector<QImage> &halves, const View &view, const QColor &ground);

}  // namespace fcoscope
