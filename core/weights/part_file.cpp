// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/weights/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/sha256.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

/// Open and locked, or -1 if the file that was opened has been moved into place or removed meanwhile.
int openLocked(const fs::path &path)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        throw cannotWrite(path, errno);
    // A file system without locks (some network homes) must do without them.
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno != ENOLCK && errno != EOPNOTSUPP) {
        const int reason = errno;
        ::close(fd);
        if (reason == EWOULDBLOCK)
            throw UserError(
                message("core", "Another FCOScope is getting {0} at this moment.").with(path.stem().string()));
        throw cannotWrite(path, reason);
    }
    struct stat opened {};
    struct stat named {};
    if (::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
        opened.st_dev == named.st_dev)
        return fd;
    ::close(fd);
    return -1;
}

}  // namespace

PartFile::PartFile(const fs::path &to) : to_(to), path_(to.string() + ".part")
{
    while (fd_ < 0)
        fd_ = openLocked(path_);
    bytes_ = static_cast<uint64_t>(::lseek(fd_, 0, SEEK_END));
}

PartFile::~PartFile()
{
    if (bytes_ == 0 && !moved_)  // nothing to go on from; removed before the lock is let go, or it could be another's
        remove();
    ::close(fd_);
}

fs::path PartFile::fromFile() const
{
    return path_.string() + ".from";
}

std::optional<std::string> PartFile::versionFrom(const std::string &url) const
{
    try {
        const std::string text = readFile(fromFile(), 1 << 16);
        const size_t line = text.find('\n');
        if (bytes_ > 0 && line != std::string::npos && text.substr(0, line) == url && line + 1 < text.size())
            return text.substr(line + 1);
    } catch (const UserError &) {
    }
    return {};
}

void PartFile::startAnew(const std::string &url, const std::string &version)
{
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0)
        throw cannotWrite(path_, errno);
    bytes_ = 0;
    writeFile(fromFile(), url + "\n" + version);
}

void PartFile::append(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw cannotWrite(path_, written < 0 ? errno : ENOSPC);
        bytes_ += static_cast<uint64_t>(written);
        bytes.remove_prefix(static_cast<size_t>(written));
    }
}

std::string PartFile::sha256(const RunContext &context) const
{
    Sha256 sum;
    std::vector<char> block(size_t(1) << 20);
    for (uint64_t at = 0; at < bytes_;) {
        if (context.shouldStop())
            throw Stopped{};
        context.report(double(at) / double(bytes_), message("core", "Checking {0}").with(to_.filename().string()));
        const ssize_t got = ::pread(fd_, block.data(), block.size(), static_cast<off_t>(at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            throw UserError(message("core", "The file {0} cannot be read: {1}.")
                                .with(path_.string(), std::strerror(got < 0 ? errno : EIO)));
        sum.add({block.data(), static_cast<size_t>(got)});
        at += static_cast<uint64_t>(got);
    }
    return sum.digits();
}

void PartFile::moveIntoPlace()
{
    if (::fsync(fd_) != 0 || ::rename(path_.c_str(), to_.c_str()) != 0)
        throw cannotWrite(to_, errno);
    moved_ = true;
    std::error_code ignored;
    fs::remove(fromFile(), ignored);
    if (const int folder = ::open(to_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
}

void PartFile::remove()
{
    std::error_code ignored;
    fs::remove(fromFile(), ignored);
    fs::remove(path_, ignored);
    bytes_ = 0;
}

}  // namespace fcoscope
