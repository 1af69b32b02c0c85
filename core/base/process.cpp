// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/process.h"

#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fcoscope {

namespace {

void startAgainWithoutSpinning(char **argv)
{
    if (!argv || std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY"))
        return;
    ::setenv("GOMP_SPINCOUNT", "1000", 1);
    // By its real path, so that the process keeps its name. If it cannot be started again, it merely runs slower.
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error)
        ::execv(self.c_str(), argv);
}

}  // namespace

void configureProcess(char **argv)
{
    startAgainWithoutSpinning(argv);
    std::setlocale(LC_NUMERIC, "C");
    std::signal(SIGPIPE, SIG_IGN);
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);  // not without end: memory of images that are gone goes back
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace fcoscope
