// SPDX-License-Identifier: GPL-3.0-or-later
// A process as the kernel tells it apart from any that had, or will have, its pid.
#pragma once

#include <string>

namespace fcoscope {

struct ProcessFacts {
    bool alive = false;     ///< false, too, for one that has ended and that nobody has asked after yet (a zombie)
    std::string started;    ///< clock ticks since the machine started, as in /proc/PID/stat
    double ageSeconds = 0;  ///< since then
};
ProcessFacts processOf(int pid);

/// Memory that this process holds now.
double residentBytes();

/// Where the machine's memory runs out the system ends this process before others, such as a window with labels: a run
/// goes on from its checkpoint.
void offerFirstWhereMemoryRunsOut();

}  // namespace fcoscope
