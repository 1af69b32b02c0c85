// SPDX-License-Identifier: GPL-3.0-or-later
// One log, one sink: the only thing in the program that is reached from anywhere. Lines go to the standard error stream
// until setLogSink names another place (a window's log view, a run folder). Safe from any thread.
#pragma once

#include <functional>
#include <string>

namespace fcoscope {

void log(const std::string &line);
void setLogSink(std::function<void(const std::string &)> sink);

}  // namespace fcoscope
