// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/json_writer.h"
#include "core/data/project/project_file.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

std::string hostName()
{
    char name[256] = "";
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

LockedProject lockedBy(const fs::path &project, int descriptor)
{
    char text[1024];
    const ssize_t got = ::pread(descriptor, text, sizeof text, 0);
    try {
        const Json holder = parseJson(std::string_view(text, got > 0 ? static_cast<size_t>(got) : 0));
        const Json *process = holder.find("process"), *host = holder.find("host");
        if (process && host)
            return LockedProject(
                message("core",
                        "The project {0} is open in another FCOScope (process {1} on {2}). Close it there, then open "
                        "it here again.")
                    .with(project.string(), static_cast<int64_t>(process->number), host->text));
    } catch (const UserError &) {
        // Somebody holds it who has not written yet who they are.
    }
    return LockedProject(
        message("core", "The project {0} is open in another FCOScope. Close it there, then open it here again.")
            .with(project.string()));
}

bool isAt(int descriptor, const fs::path &path)
{
    struct stat open {
    }, there{};
    return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &there) == 0 && open.st_dev == there.st_dev &&
           open.st_ino == there.st_ino;
}

}  // namespace

ProjectLock::ProjectLock(const fs::path &project) : path_(project.string() + "-lock")
{
    const auto refuse = [&](int reason) {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        return UserError(
            message("core", "The project {0} cannot be written: {1}.").with(project.string(), std::strerror(reason)));
    };
    for (;;) {
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        const int reason = errno;
        if (descriptor_ < 0 && reason == EACCES)  // left by another user: it can be locked all the same
            descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0)
            throw refuse(reason);
        int failed = 0;
        while ((failed = ::flock(descriptor_, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {
        }
        if (failed != 0 && errno != EWOULDBLOCK)
            throw refuse(errno);
        if (failed != 0) {
            const LockedProject error = lockedBy(project, descriptor_);
            ::close(descriptor_);
            throw error;
        }
        if (isAt(descriptor_, path_))
            break;
        ::close(descriptor_);  // its holder removed it between our two calls
    }
    const std::string who = JsonObject().add("process", int64_t(::getpid())).add("host", hostName()).text() + "\n";
    // Whether it can be written decides nothing: the lock is the kernel's.
    if (::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, who.data(), who.size(), 0) < 0)
        errno = 0;
}

bool ProjectLock::isInPlace() const
{
    return isAt(descriptor_, path_);
}

ProjectLock::~ProjectLock()
{
    if (isInPlace())
        ::unlink(path_.c_str());
    ::close(descriptor_);
}

}  // namespace fcoscope
