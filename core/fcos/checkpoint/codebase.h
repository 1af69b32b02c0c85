// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that another codebase wrote, under our names and with what makes them a detector: specification, section 7.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/message.h"
#include "core/fcos/checkpoint/codebase_names.h"
#include "core/fcos/checkpoint/state_file.h"
#include "core/fcos/network_options.h"
#include "core/rules/profile.h"

namespace fcoscope {

struct ImportedModel {
    Codebase codebase = Codebase::Torchvision;
    bool backboneOnly = false;  ///< tensors of the backbone alone; of the profile the pixels alone mean anything
    NetworkOptions network;     ///< from the shapes, and from the codebase what no shape tells
    Profile profile;            ///< the codebase's; strides and ranges as the file's levels ask
    std::vector<std::string>
        classNames;  ///< the file's, else COCO's 80 or 91 where the count says so, else "class 1" …
    std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< every one the network has, in its shape
    std::vector<std::string> ignored;                         ///< keys that have no place in our network
    std::vector<Message> assumptions;  ///< what the file does not tell and was assumed, in whole sentences
};

/// Recognises the codebase by the keys. `profileName` overrules what would be assumed of the detector ("" for nothing).
/// Throws UserError if the file is of no codebase that we know, is of one but not supported (it says which), or does
/// not fit itself: then every tensor that is missing, unknown or misshapen is named. A file of which only the header
/// was read is checked as well, but some of what is assumed of it may change with its values.
ImportedModel importModel(const StateFile &file, const std::string &profileName = "");

}  // namespace fcoscope
