// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/runs/process_facts.h"
#include "core/runs/run_watch.h"
#include "core/runs/snapshot.h"

namespace fcoscope {

namespace fs = std::filesystem;

namespace {

void writeAll(int fd, const std::string &text, const fs::path &path)
{
    for (size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(fd, text.data() + at, text.size() - at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            throw cannotWrite(path, errno);
        at += static_cast<size_t>(written);
    }
}

double seconds(const timespec &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Seconds since 1970, to the millisecond.
double clockNow()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec / 1000000) / 1000;
}

int64_t steadyNow()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

RunFolder::RunFolder(const fs::path &folder) : folder_(folder)
{
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!fs::is_directory(folder_))
        throw UserError(message("core", "The folder {0} cannot be made: {1}.")
                            .with(folder_.string(), error ? error.message() : "there is a file of that name"));
    lock();
    // What control says was meant for an earlier trainer, unless it was written since this process started.
    struct stat control {};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (::stat((folder_ / "control").c_str(), &control) == 0 &&
        seconds(now) - seconds(control.st_mtim) > processOf(::getpid()).ageSeconds)
        fs::remove(folder_ / "control", error);
    const fs::path path = folder_ / "events.jsonl";
    events_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (events_ < 0)
        throw cannotWrite(path, errno);
    // A trainer that was killed may have left half a line: the next event must not be glued to it.
    char last = '\n';
    if (const off_t size = ::lseek(events_, 0, SEEK_END);
        size > 0 && ::pread(events_, &last, 1, size - 1) == 1 && last != '\n')
        writeAll(events_, "\n", path);
}

RunFolder::~RunFolder()
{
    if (events_ >= 0)
        ::close(events_);
    // Removed while still held, so that nobody finds an unlocked file that names a trainer which is gone.
    std::error_code error;
    if (!removed())
        fs::remove(folder_ / "lock", error);
    ::close(lock_);
}

void RunFolder::lock()
{
    const fs::path path = folder_ / "lock";
    for (;;) {
        lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (lock_ < 0)
            throw cannotWrite(path, errno);
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            const bool held = errno == EWOULDBLOCK;
            char text[64] = {};
            [[maybe_unused]] const ssize_t length = ::pread(lock_, text, sizeof text - 1, 0);
            ::close(lock_);
            if (!held)
                throw cannotWrite(path, errno);
            const std::string pid(text, std::strcspn(text, " \n"));
            throw UserError(message("core", "Another trainer (process {0}) is working in the run folder {1}.")
                                .with(pid, folder_.string()));
        }
        // The file may have been removed by a trainer that ended between our open and our lock: then take the new one.
        struct stat ours {
        }, there{};
        if (::fstat(lock_, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
            ours.st_dev == there.st_dev)
            break;
        ::close(lock_);
    }
    holder_ = std::to_string(::getpid()) + " " + processOf(::getpid()).started + "\n";
    if (::ftruncate(lock_, 0) != 0)
        throw cannotWrite(path, errno);
    writeAll(lock_, holder_, path);
}

/// Behind the first line, which stays as it is: who reads it meanwhile finds the holder at any moment.
void RunFolder::writeLock(const std::string &more)
{
    if (::ftruncate(lock_, static_cast<off_t>(holder_.size())) != 0 || more.empty())
        return;
    [[maybe_unused]] const ssize_t written =
        ::pwrite(lock_, more.data(), more.size(), static_cast<off_t>(holder_.size()));
}

void RunFolder::doing(const RunDoing &now)
{
    const std::lock_guard guard(doingMutex_);
    if (steadyNow() < nextDoing_)
        return;
    nextDoing_ = steadyNow() + 1'000'000'000;
    doing_ = true;
    writeLock(lineOf({clockNow(), now}) + "\n");
}

/// Whether somebody has removed the folder, or moved it away: what has its name now, if anything has, is another's.
bool RunFolder::removed() const
{
    struct stat ours {
    }, there{};
    if (::fstat(lock_, &ours) != 0)
        return false;
    if (::stat((folder_ / "lock").c_str(), &there) != 0)
        return errno == ENOENT || errno == ENOTDIR;
    return ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
}

bool RunFolder::hasCheckpoint() const
{
    return folderInPlace(folder_ / "checkpoints" / "last");
}

void RunFolder::writeRun(const std::string &toml)
{
    writeFile(folder_ / "run.toml", toml);
}

void RunFolder::writeSnapshot(const std::string &text)
{
    const fs::path path = folder_ / "dataset.json";
    if (!fs::exists(path))
        writeFile(path, text);
    else if (const auto change = dataChanged(readFile(path), text, folder_))
        throw UserError(*change);
}

void RunFolder::tell(const RunEventFacts &facts)
{
    {
        const std::lock_guard guard(doingMutex_);
        if (std::exchange(doing_, false))
            writeLock({});
    }
    const off_t before = ::lseek(events_, 0, SEEK_END);
    try {
        writeAll(events_, lineOf({clockNow(), facts}) + "\n", folder_ / "events.jsonl");
    } catch (const UserError &) {
        // Half a line, as a full disk leaves it, must not be glued to the next.
        if (before < 0 || ::ftruncate(events_, before) != 0)
            log("events.jsonl ends in half a line");
        throw;
    }
}

void RunFolder::look()
{
    int64_t due = nextLook_;
    const int64_t now = steadyNow();
    if (now < due || !nextLook_.compare_exchange_strong(due, now + 200'000'000))
        return;
    if (removed())
        stopSeen_ = true;  // nobody could follow what comes, or use it
    if (const int64_t beat = nextHeartbeat_; now >= beat) {
        nextHeartbeat_ = now + 5'000'000'000;
        ::futimens(lock_, nullptr);
    }
    std::ifstream file(folder_ / "control");
    for (std::string line; std::getline(file, line);) {
        if (line == wordOf(RunCommand::Stop))
            stopSeen_ = true;
        else if (line == wordOf(RunCommand::Pause))
            pauseSeen_ = true;
        else if (line == wordOf(RunCommand::GoOn))
            pauseSeen_ = false;
    }
}

bool RunFolder::stopWritten()
{
    look();
    return stopSeen_;
}

bool RunFolder::pauseWritten()
{
    look();
    return pauseSeen_ && !stopSeen_;
}

fs::path freshRunFolder(const fs::path &runs)
{
    for (int n = 1;; ++n) {
        const fs::path folder = runs / std::to_string(n);
        std::error_code error;
        if (fs::exists(folder, error))
            continue;
        fs::create_directories(runs, error);
        if (!error && fs::create_directory(folder, error))
            return folder;
        if (error)
            throw UserError(
                message("core", "The folder {0} cannot be made: {1}.").with(folder.string(), error.message()));
    }
}

}  // namespace fcoscope
