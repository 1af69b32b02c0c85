// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/message.h"

namespace fcoscope {

/// A failure, and what it is about: an image's id, "model", "open", …; a later one of the same topic takes its place.
struct Failure {
    Message reason;
    std::string topic;
};

}  // namespace fcoscope
