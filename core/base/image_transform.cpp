// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/image_transform.h"

namespace fcoscope {

namespace {

/// tianzhi0549/FCOS works out the shorter side first, and the other one from it.
Size truncatedSize(Size image, int shortSide, int longSide)
{
    const double shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
    const bool longBinds = longer / shorter * shortSide > longSide;
    const double target = longBinds ? std::nearbyint(longSide * shorter / longer) : shortSide;
    const int side = std::max(1, static_cast<int>(target));
    const int other = std::max(1, static_cast<int>(target * longer / shorter));
    return image.width < image.height ? Size{side, other} : Size{other, side};
}

/// detectron2 scales to the short side, then what came of that to the long side: two roundings where others have one.
Size detectronSize(Size image, int shortSide, int longSide)
{
    const double scale = static_cast<double>(shortSide) / std::min(image.width, image.height);
    double width = image.height < image.width ? scale * image.width : shortSide;
    double height = image.height < image.width ? shortSide : scale * image.height;
    if (std::max(width, height) > longSide) {
        const double shrink = longSide / std::max(width, height);
        width *= shrink;
        height *= shrink;
    }
    return {std::max(1, static_cast<int>(width + 0.5)), std::max(1, static_cast<int>(height + 0.5))};
}

/// Both sides of `image` after resizing.
Size fittedSize(Size image, int shortSide, int longSide, SizeRounding rounding)
{
    const double shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
    const double scale = std::min(shortSide / shorter, longSide / longer);
    const auto each = [&](auto rounded) {
        return Size{std::max(1, static_cast<int>(rounded(image.width * scale))),
                    std::max(1, static_cast<int>(rounded(image.height * scale)))};
    };
    switch (rounding) {
    case SizeRounding::Truncate:
        return truncatedSize(image, shortSide, longSide);
    case SizeRounding::Detectron:
        return detectronSize(image, shortSide, longSide);
    case SizeRounding::Torchvision:
        return each([](double v) { return std::floor(v); });
    case SizeRounding::Nearest:
        return each([](double v) { return std::floor(v + 0.5); });
    case SizeRounding::HalfEven:
        return each([](double v) { return std::nearbyint(v); });
    case SizeRounding::Floor:
        break;
    }
    // The floor must not lose a pixel to the rounding of scale itself: 800 / 480 * 480 has to stay 800.
    return each([](double v) { return std::floor(v + 1e-9); });
}

}  // namespace

ImageTransform fitTransform(Size image, int shortSide, int longSide, int divisor, SizeRounding rounding)
{
    const auto padded = [divisor](int pixels) { return (pixels + divisor - 1) / divisor * divisor; };

    ImageTransform fit;
    fit.imageSize = image;
    fit.crop = {0, 0, static_cast<double>(image.width), static_cast<double>(image.height)};
    fit.contentSize = fittedSize(image, shortSide, longSide, rounding);
    fit.paddedSize = {padded(fit.contentSize.width), padded(fit.contentSize.height)};
    fit.scaleX = static_cast<double>(fit.contentSize.width) / image.width;
    fit.scaleY = static_cast<double>(fit.contentSize.height) / image.height;
    return fit;
}

}  // namespace fcoscope
