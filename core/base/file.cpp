// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "core/base/error.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// A file descriptor that is closed when it goes out of scope.
struct Descriptor {
    int fd;
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
    int release() { return std::exchange(fd, -1); }
};

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

UserError cannotRead(const fs::path &path, int reason)
{
    return UserError(message("core", "The file {0} cannot be read: {1}.").with(path.string(), std::strerror(reason)));
}

/// `count` bytes, or what is there if the file has shrunk since it was opened.
std::string partOf(const OpenFile &file, const fs::path &path, uint64_t offset, uint64_t count)
try {
    std::string text(count, '\0');
    uint64_t have = 0, got = 1;
    for (; have < count && got > 0; have += got)
        got = file.readSome(offset + have, text.data() + have, count - have);
    text.resize(have);
    return text;
} catch (const std::bad_alloc &) {
    throw cannotRead(path, ENOMEM);
}

/// Where a folder waits while another takes its name.
fs::path asideOf(const fs::path &folder)
{
    return folder.parent_path() / ("." + folder.filename().string() + ".old");
}

}  // namespace

// O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
OpenFile::OpenFile(fs::path path) : path_(std::move(path))
{
    Descriptor d{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat facts {};
    if (d.fd < 0 || ::fstat(d.fd, &facts) != 0)
        throw cannotRead(path_, errno);
    if (!S_ISREG(facts.st_mode))
        throw UserError(message("core", "{0} is not a file.").with(path_.string()));
    bytes_ = static_cast<uint64_t>(facts.st_size);
    descriptor_ = d.release();
}

OpenFile::~OpenFile()
{
    ::close(descriptor_);
}

uint64_t OpenFile::readSome(uint64_t offset, char *to, uint64_t count) const
{
    for (;;) {
        // Linux reads at most 2 GiB in one call.
        const ssize_t got = ::pread(descriptor_, to, std::min<uint64_t>(count, 1 << 30), static_cast<off_t>(offset));
        if (got >= 0)
            return static_cast<uint64_t>(got);
        if (errno != EINTR)
            throw cannotRead(path_, errno);
    }
}

std::string readFile(const fs::path &path, uint64_t largest)
{
    const OpenFile file(path);
    if (file.bytes() > largest)
        throw UserError(message("core", "The file {0} has {1} bytes; the limit is {2}.")
                            .with(path.string(), file.bytes(), largest));
    return partOf(file, path, 0, file.bytes());
}

FilePart readFilePart(const fs::path &path, uint64_t offset, uint64_t count)
{
    const OpenFile file(path);
    const uint64_t from = std::min(offset, file.bytes());
    return {partOf(file, path, from, std::min(count, file.bytes() - from)), file.bytes()};
}

UserError cannotWrite(const fs::path &path, int reason)
{
    return UserError(message("core", "The file {0} cannot be written: {1}.").with(path.string(), std::strerror(reason)),
                     reason == ENOSPC || reason == EDQUOT);
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

bool folderInPlace(const fs::path &folder)
{
    std::error_code error;
    if (!fs::exists(folder, error) && fs::exists(asideOf(folder), error))
        fs::rename(asideOf(folder), folder, error);
    return fs::exists(folder, error);
}

void renameFolderIntoPlace(const fs::path &from, const fs::path &to)
{
    std::error_code error, ignored;
    for (fs::directory_iterator entry(from, error), end; !error && entry != end; entry.increment(error))
        syncPath(entry->path(), 0);
    if (error)
        throw cannotWrite(to, error.value());
    syncPath(from, O_DIRECTORY);

    const fs::path aside = asideOf(to);
    const bool replaces = folderInPlace(to);
    fs::remove_all(aside, ignored);  // what an earlier call could not remove; `to` itself is whole
    const bool exchanged = replaces && ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0;
    if (!exchanged) {  // there is nothing to replace, or the file system cannot exchange
        if (replaces)
            fs::rename(to, aside, error);
        if (!error)
            fs::rename(from, to, error);
        if (error) {
            folderInPlace(to);
            throw cannotWrite(to, error.value());
        }
    }
    syncPath(to.has_parent_path() ? to.parent_path() : fs::path("."), O_DIRECTORY);
    fs::remove_all(exchanged ? from : aside, ignored);
}

}  // namespace fcoscope
