// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rules/pixels.h"

namespace fcoscope {

Box targetBox(const Box &box, const ImageTransform &transform, const Profile &profile)
{
    if (profile.pixels == PixelConvention::Continuous)
        return box;
    // [a, b] along one axis, with s the scale and W the resized side, becomes [s·a, s·(b − 1)], and mirrored
    // [W − 1 − s·(b − 1), W − 1 − s·a].
    const auto nearEnd = [](double low, double scale, bool mirrored) { return mirrored ? low + scale - 1 : low; };
    const auto farEnd = [](double high, double scale, bool mirrored) { return high - (mirrored ? 1 : scale); };
    return {nearEnd(box.x1, transform.scaleX, transform.mirroredX),
            nearEnd(box.y1, transform.scaleY, transform.mirroredY),
            farEnd(box.x2, transform.scaleX, transform.mirroredX),
            farEnd(box.y2, transform.scaleY, transform.mirroredY)};
}

Box detectedBox(const Box &box, const ImageTransform &transform, const Profile &profile)
{
    // Side by side and not by toImage(), which would turn a box that is inside out, and so nowhere, into one.
    const double pixel = profile.pixels == PixelConvention::Inclusive ? 1 : 0;
    Box image;
    image.x1 = transform.mirroredX ? transform.imageX(box.x2 + pixel) : transform.imageX(box.x1);
    image.y1 = transform.mirroredY ? transform.imageY(box.y2 + pixel) : transform.imageY(box.y1);
    image.x2 = (transform.mirroredX ? transform.imageX(box.x1 + pixel) : transform.imageX(box.x2)) + pixel;
    image.y2 = (transform.mirroredY ? transform.imageY(box.y1 + pixel) : transform.imageY(box.y2)) + pixel;
    return image;
}

}  // namespace fcoscope
