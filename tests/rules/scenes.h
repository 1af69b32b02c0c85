// SPDX-License-Identifier: GPL-3.0-or-later
// Made-up images for the tests of the rules: labels that touch, nest, repeat and cross the border, and networks that
// say something about them.
#pragma once

#include "core/base/random.h"
#include "core/base/values.h"
#include "core/rules/locations.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// The profile of that name over inputs of a few hundred pixels, so that dense computations stay quick.
Profile smallProfile(const std::string &name, int side = 320);

/// Boxes large and small, some with the same area, some without any, some crowds.
std::vector<Label> randomLabels(Random &random, int count, Size image, int classes);

/// Every logit and distance the same; the locations are those of `profile` over an image like assignImage()'s.
RawOutputs evenOutputs(const Profile &profile, Size image, int classes, float logit = -10, float distance = 20);

/// Random outputs. `coarse`: a few values only, so that scores are equal and boxes meet exactly.
RawOutputs randomOutputs(Random &random, const Profile &profile, Size image, int classes, bool coarse = false);

}  // namespace fcoscope
