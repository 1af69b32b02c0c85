// SPDX-License-Identifier: GPL-3.0-or-later
// Work done in a process of its own: to be killed, to lose its rights, or to live in a file system of its own.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

namespace fcoscope {

/// What `work` returned in a child process; what it threw, or how it died, otherwise.
inline std::string inChild(const std::function<std::string()> &work)
{
    int ends[2];
    if (::pipe(ends) != 0)
        return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        std::string answer;
        try {
            answer = work();
        } catch (const std::exception &error) {
            answer = std::string("thrown: ") + error.what();
        }
        const bool told = ::write(ends[1], answer.data(), answer.size()) == ssize_t(answer.size());
        ::_exit(told ? 0 : 1);  // nothing of the parent's is taken apart here
    }
    ::close(ends[1]);
    std::string answer;
    char bytes[4096];
    for (ssize_t got; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;)
        answer.append(bytes, size_t(got));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? answer : "died with " + std::to_string(status);
}

/// For such a process: whether it may mount file systems, as root, or as the root of a world of its own where that may
/// be made.
inline bool hasMountsOfItsOwn()
{
    const auto user = ::geteuid();
    const auto group = ::getegid();
    if (::unshare(CLONE_NEWNS) == 0)
        return true;
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    return ::geteuid() == 0;
}

/// Likewise: gives `folder` a file system of its own of `size` ("1m"), which goes with the process. False where that may
/// not be.
inline bool mountSmallDisk(const std::string &folder, const std::string &size)
{
    return hasMountsOfItsOwn() && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

}  // namespace fcoscope
