// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs of the command: `fcos VERB arguments`. Each is one plain function in the .cpp of its topic; main.cpp holds
// the table. They return the exit code (0 done, 2 part of the work failed for a reason the user can act on, 130
// stopped) and throw UserError, Stopped, or what is our own bug.
#pragma once

#include <string>
#include <vector>

#include "app/cli/console.h"

namespace fcoscope {

using Arguments = std::vector<std::string>;  ///< those after the verb

int detectVerb(const Arguments &arguments, Console &console);
int trainVerb(const Arguments &arguments, Console &console);
int evalVerb(const Arguments &arguments, Console &console);
int assignVerb(const Arguments &arguments, Console &console);
int convertVerb(const Arguments &arguments, Console &console);
int demoVerb(const Arguments &arguments, Console &console);
int exportVerb(const Arguments &arguments, Console &console);
int modelVerb(const Arguments &arguments, Console &console);
int benchVerb(const Arguments &arguments, Console &console);
int checksVerb(const Arguments &arguments, Console &console);

inline constexpr int exitDone = 0, exitBug = 1, exitUserError = 2, exitStopped = 130;

}  // namespace fcoscope
