// SPDX-License-Identifier: GPL-3.0-or-later
// Whose weights these are, and what they are called in our network: specification, section 7.
#pragma once

#include <string>
#include <vector>

#include "core/fcos/checkpoint/codebase_names.h"
#include "core/fcos/checkpoint/state_file.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

/// Weights of another codebase under our names.
struct ImportedModel {
    Codebase codebase = Codebase::Torchvision;
    bool backboneOnly = false;
    NetworkOptions network;  ///< inferred from the shapes and the codebase
    Profile profile;         ///< the codebase's, strides and ranges as the file's levels ask
    std::vector<std::string> classNames;  ///< the file's, else COCO's 80 or 91 where the count says so, else "class 1" …
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    std::vector<std::string> ignored;  ///< keys that have no place in our network
};

/// Recognises the codebase by the keys. Throws UserError if it is none of those, or names every tensor that is
/// missing or unknown.
ImportedModel importModel(const StateFile &file);

}  // namespace fcoscope
