// SPDX-License-Identifier: GPL-3.0-or-later
// Which of its codebase's detectors a file holds, as far as the file tells. What it does not tell is assumed, and every
// assumption is put into words: a wrong one loads without complaint and finds nothing.
#pragma once

#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/fcos/checkpoint/recognise.h"
#include "core/fcos/checkpoint/structure.h"

namespace fcoscope {

struct Kind {
    Profile profile;
    NetworkOptions network;
    std::vector<Message> assumptions;
};

/// `shapes` is what the tensors' shapes say of the network (networkOf). `profileName` is the person's own word, "" for
/// none. Values are looked at only where there are any: a file of which only the header was read has none.
Kind kindOf(const StateFile &file, const Origin &origin, const NeutralTensors &tensors, const NetworkOptions &shapes,
            const std::string &profileName);

}  // namespace fcoscope
