// SPDX-License-Identifier: GPL-3.0-or-later
// What actions on labels need to work out, as plain functions: where copies go, which class a few typed letters mean.
// Boxes are in image coordinates; every result lies inside the image.
#pragma once

#include <QPointF>
#include <QStringList>

#include <span>
#include <vector>

#include "core/base/values.h"

namespace fcoscope {

/// Boxes copied into an image, perhaps a smaller one than they come from: where they were, moved by `offset` as far as
/// they all go together, so that they keep their distances; what does not fit is cut.
std::vector<Box> pasted(std::span<const Box> boxes, QPointF offset, Size image);
/// Copies beside the originals in the same image: right and below by `offset` (both above 0); where they would meet the
/// edge before, the diagonal on which they get furthest.
std::vector<Box> duplicated(std::span<const Box> boxes, double offset, Size image);

/// Index of the class that is meant by what was typed: the one of that name, or the first whose name begins so, or has
/// a word that begins so, or has it anywhere; upper and lower case alike unless both exist. −1: none.
int classTyped(const QString &typed, const QStringList &names);

}  // namespace fcoscope
