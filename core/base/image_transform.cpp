// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/image_transform.h"

namespace fcoscope {

ImageTransform fitTransform(Size image, int shortSide, int longSide, int divisor)
{
    const double shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
    const double scale = std::min(shortSide / shorter, longSide / longer);
    // The floor must not lose a pixel to the rounding of scale itself: 800 / 480 * 480 has to stay 800.
    const auto side = [scale](int pixels) { return std::max(1, static_cast<int>(std::floor(pixels * scale + 1e-9))); };
    const auto padded = [divisor](int pixels) { return (pixels + divisor - 1) / divisor * divisor; };

    ImageTransform fit;
    fit.imageSize = image;
    fit.crop = {0, 0, static_cast<double>(image.width), static_cast<double>(image.height)};
    fit.contentSize = {side(image.width), side(image.height)};
    fit.paddedSize = {padded(fit.contentSize.width), padded(fit.contentSize.height)};
    fit.scaleX = static_cast<double>(fit.contentSize.width) / image.width;
    fit.scaleY = static_cast<double>(fit.contentSize.height) / image.height;
    return fit;
}

}  // namespace fcoscope
