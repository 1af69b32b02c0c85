// SPDX-License-Identifier: GPL-3.0-or-later
// One writer per project: an advisory lock (flock) on a file beside it, which says who holds it. The system lets go of
// it when the process ends, however it ends, so that no stale lock ever has to be removed by hand.
#pragma once

#include <filesystem>

namespace fcoscope {

class ProjectLock {
public:
    /// Throws LockedProject if another process, or another lock in this one, holds it; UserError if it cannot be made.
    explicit ProjectLock(const std::filesystem::path &project);
    ~ProjectLock();
    /// False: its file was taken away, and another one may be locked.
    bool isInPlace() const;
    ProjectLock(const ProjectLock &) = delete;
    ProjectLock &operator=(const ProjectLock &) = delete;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace fcoscope
