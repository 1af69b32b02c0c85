// SPDX-License-Identifier: GPL-3.0-or-later
// The only way from image coordinates to the network's input and back.
//
// A network sees a crop of the image, perhaps mirrored, scaled per axis and padded on the right and the bottom:
//     networkX = (mirrored ? cropRight - imageX : imageX - cropLeft) * scaleX        networkY likewise
// One function makes the transform of every sample and every result (fitTransform for inference, the augmentation in
// core/data for training), and it travels with them.
#pragma once

#include "core/base/geometry.h"

namespace fcoscope {

struct ImageTransform {
    Size imageSize;              ///< the whole image
    Box crop;                    ///< the part the network sees, in image coordinates; may reach beyond the image
    bool mirroredX = false;      ///< left and right exchanged
    bool mirroredY = false;      ///< top and bottom exchanged
    double scaleX = 1, scaleY = 1;  ///< network pixels per image pixel
    Size contentSize;            ///< what the crop becomes, in network pixels
    Size paddedSize;             ///< the network's input, at least contentSize

    double networkX(double imageX) const { return (mirroredX ? crop.x2 - imageX : imageX - crop.x1) * scaleX; }
    double networkY(double imageY) const { return (mirroredY ? crop.y2 - imageY : imageY - crop.y1) * scaleY; }
    double imageX(double networkX) const
    {
        return mirroredX ? crop.x2 - networkX / scaleX : crop.x1 + networkX / scaleX;
    }
    double imageY(double networkY) const
    {
        return mirroredY ? crop.y2 - networkY / scaleY : crop.y1 + networkY / scaleY;
    }

    Box toNetwork(const Box &inImage) const
    {
        return ordered({networkX(inImage.x1), networkY(inImage.y1), networkX(inImage.x2), networkY(inImage.y2)});
    }
    Box toImage(const Box &inNetwork) const
    {
        return ordered({imageX(inNetwork.x1), imageY(inNetwork.y1), imageX(inNetwork.x2), imageY(inNetwork.y2)});
    }
    bool operator==(const ImageTransform &) const = default;

private:
    static Box ordered(const Box &b)
    {
        return {std::min(b.x1, b.x2), std::min(b.y1, b.y2), std::max(b.x1, b.x2), std::max(b.y1, b.y2)};
    }
};

/// How the sides of a resized image become whole numbers (specification, section 5.1). All in double.
enum class SizeRounding {
    Floor,        ///< both sides rounded down, but 799.9999999999999 is 800 (ours)
    Torchvision,  ///< both sides rounded down whatever the scale's own rounding did: 1589 × 1599 becomes 799 × 805
    Truncate,     ///< the shorter side is exact or, where the longer one binds, rounded; the other truncated (tianzhi)
    Nearest,      ///< both sides ⌊v + ½⌋ (mmdetection)
    Detectron,    ///< both sides ⌊v + ½⌋, the two limits applied one after the other (AdelaiDet): 62 × 3 → 1333 × 64,
                  ///< where Nearest makes it 1333 × 65
    HalfEven,     ///< both sides rounded to nearest, halves to even (SimpleAICV)
};

/// The whole image, scaled so that its shorter side becomes `shortSide` unless its longer side would then exceed
/// `longSide`, padded to a multiple of `divisor` on the right and the bottom.
/// The scale per axis is the ratio of the rounded size to the image's, as boxes need it on the way back.
ImageTransform fitTransform(Size image, int shortSide, int longSide, int divisor,
                            SizeRounding rounding = SizeRounding::Floor);

}  // namespace fcoscope
