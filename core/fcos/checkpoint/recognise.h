// SPDX-License-Identifier: GPL-3.0-or-later
// Which codebase wrote a file: by keys that only it has.
#pragma once

#include "core/fcos/checkpoint/codebase_names.h"
#include "core/fcos/checkpoint/state_file.h"

namespace fcoscope {

struct Origin {
    Codebase codebase = Codebase::Torchvision;
    bool backboneOnly = false;
};

/// Throws UserError naming what it is for a detector or backbone that is known but not supported, and for a file that
/// is none of these.
Origin originOf(const StateFile &file);

}  // namespace fcoscope
