// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded before a program (LD_PRELOAD): its n-th call that changes a file is not made, and it dies there as if by
// kill -9. n is FCOSCOPE_KILL_AT.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace {

std::atomic<long> changes{0};

void change()
{
    static const char *const at = std::getenv("FCOSCOPE_KILL_AT");
    if (at && ++changes == std::atol(at))
        ::kill(::getpid(), SIGKILL);
}

template <typename Call> Call real(const char *name)
{
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void *bytes, size_t count)
{
    static const auto call = real<ssize_t (*)(int, const void *, size_t)>("write");
    if (fd > 2)
        change();
    return call(fd, bytes, count);
}
int fsync(int fd)
{
    static const auto call = real<int (*)(int)>("fsync");
    change();
    return call(fd);
}
int mkdir(const char *path, mode_t mode)
{
    static const auto call = real<int (*)(const char *, mode_t)>("mkdir");
    change();
    return call(path, mode);
}
int rename(const char *from, const char *to)
{
    static const auto call = real<int (*)(const char *, const char *)>("rename");
    change();
    return call(from, to);
}
int renameat2(int fromFolder, const char *from, int toFolder, const char *to, unsigned flags)
{
    static const auto call = real<int (*)(int, const char *, int, const char *, unsigned)>("renameat2");
    change();
    return call(fromFolder, from, toFolder, to, flags);
}
int unlinkat(int folder, const char *path, int flags)
{
    static const auto call = real<int (*)(int, const char *, int)>("unlinkat");
    change();
    return call(folder, path, flags);
}
int remove(const char *path)
{
    static const auto call = real<int (*)(const char *)>("remove");
    change();
    return call(path);
}
}
