// SPDX-License-Identifier: GPL-3.0-or-later
// How patient a test that holds a time against a promise has to be, and the clock it reads.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace fcoscope {

/// By how much AddressSanitizer stretches a time, generously; 1 in a build without it.
#ifdef __SANITIZE_ADDRESS__
constexpr double slower = 30;
#else
constexpr double slower = 1;
#endif

/// What `work` takes, in ms by the clock on the wall.
inline double wallMs(const std::function<void()> &work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// ms
inline double medianMs(int runs, const std::function<void()> &work)
{
    std::vector<double> took;
    for (int run = 0; run < runs; ++run)
        took.push_back(wallMs(work));
    std::nth_element(took.begin(), took.begin() + runs / 2, took.end());
    return took[static_cast<size_t>(runs / 2)];
}

/// Three times the promise is let pass, because the machine may be busy.
inline bool within(double tookMs, double promisedMs)
{
    return tookMs < 3 * promisedMs * slower;
}

}  // namespace fcoscope
