// SPDX-License-Identifier: GPL-3.0-or-later
// Work done in a process of its own: to be killed, to lose its rights, or to live in a file system of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
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

}  // namespace fcoscope
