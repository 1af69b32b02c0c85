// SPDX-License-Identifier: GPL-3.0-or-later
// What the system says of this process's memory, for tests that hold it against a promise.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace fcoscope {

/// A number of /proc/self/status in kB: "VmRSS" what is in memory, "VmHWM" the most that was since forgetPeak(); -1
/// where the system does not say.
inline int64_t memoryKb(const std::string &what)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(what + ":"))
            return std::atoll(line.c_str() + what.size() + 1);
    return -1;
}

/// False where the system measures no peak anew.
inline bool forgetPeak()
{
    std::ofstream refs("/proc/self/clear_refs");
    refs << "5" << std::flush;
    return refs.good();
}

}  // namespace fcoscope
