// SPDX-License-Identifier: GPL-3.0-or-later
// The weights and inputs of the golden files: a formula of the tensor's name (tests/golden/README.md).
#pragma once

#include <string>

#include "core/fcos/detector.h"

namespace fcoscope {

/// u of the formula for element `i` of the tensor called `name`, in [0, 1).
double formulaUniform(const std::string &name, uint64_t i);

/// [shape]: scale · u(name) + offset, in float32.
at::Tensor formulaTensor(const std::string &name, const std::vector<int64_t> &shape, double scale, double offset);

/// torchvision's name for one of our tensors (specification, section 7.3).
std::string torchvisionName(const std::string &name);

/// Fills every tensor of `detector` with the formula's value under torchvision's name.
void fillWithFormula(Detector &detector);

}  // namespace fcoscope
