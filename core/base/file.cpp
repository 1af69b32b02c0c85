// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/error.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// A file descriptor that is closed when it goes out of scope.
struct Descriptor {
    int fd;
    ~Descriptor() { if (fd >= 0) ::close(fd); }
    int release() { return std::exchange(fd, -1); }
};

UserError cannotWrite(const fs::path &path, int reason)
{
    return UserError(message("core", "The file {0} cannot be written: {1}.").with(path.string(), std::strerror(reason)));
}

void syncPath(const fs::path &path, int flags)
{
    Descriptor d{::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)};
    if (d.fd < 0 || (::fsync(d.fd) != 0 && errno != EINVAL))
        throw cannotWrite(path, errno);
}

void writeAll(int fd, std::string_view bytes, const fs::path &path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw cannotWrite(path, written < 0 ? errno : ENOSPC);
        bytes.remove_prefix(static_cast<size_t>(written));
    }
}

}  // namespace

std::string readFile(const fs::path &path, uint64_t largest)
{
    const auto cannot = [&](const char *reason) {
        return UserError(message("core", "The file {0} cannot be read: {1}.").with(path.string(), reason));
    };
    // O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
    Descriptor d{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (d.fd < 0)
        throw cannot(std::strerror(errno));
    struct stat facts {};
    if (::fstat(d.fd, &facts) != 0)
        throw cannot(std::strerror(errno));
    if (!S_ISREG(facts.st_mode))
        throw UserError(message("core", "{0} is not a file.").with(path.string()));
    if (static_cast<uint64_t>(facts.st_size) > largest)
        throw UserError(message("core", "The file {0} has {1} bytes; the limit is {2}.").with(path.string(), facts.st_size, largest));

    std::string bytes(static_cast<size_t>(facts.st_size), '\0');
    size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = ::read(d.fd, bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw cannot(std::strerror(errno));
        if (got == 0)
            break;  // it shrank while we read; what is there counts
        have += static_cast<size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

void writeFile(const fs::path &path, std::string_view bytes)
{
    // Through a symbolic link the file it points to is replaced, and the link stays.
    std::error_code ignored;
    fs::path target = fs::is_symlink(path, ignored) ? fs::canonical(path, ignored) : path;
    if (target.empty())
        target = path;
    struct stat old {};
    const bool existed = ::stat(target.c_str(), &old) == 0;

    std::string beside = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
    Descriptor d{::mkostemp(beside.data(), O_CLOEXEC)};
    if (d.fd < 0)
        throw cannotWrite(path, errno);
    try {
        if (::fchmod(d.fd, existed ? old.st_mode & 07777 : 0644) != 0)
            throw cannotWrite(path, errno);
        writeAll(d.fd, bytes, path);
        if (::fsync(d.fd) != 0 || ::close(d.release()) != 0 || ::rename(beside.c_str(), target.c_str()) != 0)
            throw cannotWrite(path, errno);
    } catch (...) {
        ::unlink(beside.c_str());
        throw;
    }
    syncPath(target.has_parent_path() ? target.parent_path() : fs::path("."), O_DIRECTORY);
}

void renameFolderIntoPlace(const fs::path &from, const fs::path &to)
{
    for (const auto &entry : fs::directory_iterator(from))
        syncPath(entry.path(), 0);
    syncPath(from, O_DIRECTORY);

    std::error_code error;
    const fs::path aside = to.parent_path() / ("." + to.filename().string() + ".old");
    fs::remove_all(aside, error);
    if (fs::exists(to))
        fs::rename(to, aside, error);
    if (!error)
        fs::rename(from, to, error);
    if (error)
        throw cannotWrite(to, error.value());
    syncPath(to.has_parent_path() ? to.parent_path() : fs::path("."), O_DIRECTORY);
    fs::remove_all(aside, error);
}

}  // namespace fcoscope
