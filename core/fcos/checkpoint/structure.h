// SPDX-License-Identifier: GPL-3.0-or-later
// What the shapes of a file's tensors say about the network they were made for.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/fcos/network_options.h"
#include "core/fcos/torch.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Tensors under our names (specification, section 7.2).
using NeutralTensors = std::map<std::string, at::Tensor>;

/// Everything that shapes can say; the place of the stride and of centerness, eps and the like they cannot. Throws
/// UserError if the backbone is no ResNet that we know.
NetworkOptions networkOf(const NeutralTensors &tensors, const std::filesystem::path &path);

/// The strides of the levels that the pyramid has.
std::vector<double> stridesOf(const NeutralTensors &tensors);

/// Which tensors the network has (or its backbone alone), by our names.
std::map<std::string, std::vector<int64_t>> shapesOf(const NetworkOptions &network, const Profile &profile,
                                                     bool backboneOnly);

}  // namespace fcoscope
