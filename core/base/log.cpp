// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"

#include <cstdio>
#include <mutex>

namespace fcoscope {
namespace {
std::mutex mutex;
std::function<void(const std::string &)> currentSink;
}  // namespace

void log(const std::string &line)
{
    const std::lock_guard lock(mutex);
    if (currentSink)
        currentSink(line);
    else
        std::fprintf(stderr, "%s\n", line.c_str());
}

void setLogSink(std::function<void(const std::string &)> sink)
{
    const std::lock_guard lock(mutex);
    currentSink = std::move(sink);
}

}  // namespace fcoscope
