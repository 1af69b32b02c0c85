// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process.h"

#include <clocale>
#include <csignal>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fcoscope {

void configureProcess()
{
    std::setlocale(LC_NUMERIC, "C");
    std::signal(SIGPIPE, SIG_IGN);
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);  // not without end: memory of images that are gone goes back
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace fcoscope
