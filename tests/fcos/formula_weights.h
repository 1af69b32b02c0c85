// SPDX-License-Identifier: GPL-3.0-or-later
// The weights and inputs of the golden files: a formula of the tensor's name (tests/golden/README.md).
#pragma once

#include <string>

#include "core/fcos/checkpoint/codebase.h"
#include "core/fcos/detector.h"
#include "tests/fcos/manifest.h"

namespace fcoscope {

/// u of the formula for element `i` of the tensor called `name`, in [0, 1).
double formulaUniform(const std::string &name, uint64_t i);

/// [shape]: scale · u(name) + offset, in float32.
at::Tensor formulaTensor(const std::string &name, const std::vector<int64_t> &shape, double scale, double offset);

/// [shape]: the weight that a codebase's tensor called `name` has.
at::Tensor formulaWeight(const std::string &name, const std::vector<int64_t> &shape);

/// The network that tests/golden/`manifest`_manifest.json lists, full of formula weights and read as if it came from a
/// file: what the importer makes of it. `more` are tensors that the manifest lacks.
ImportedModel formulaModel(const std::string &manifest, const std::string &profile, const Manifest &more = {});
Detector detectorOf(const ImportedModel &model);

}  // namespace fcoscope
