// SPDX-License-Identifier: GPL-3.0-or-later
// Files, safely: reading whole files, and writing so that a crash, a full disk or a kill leaves the old file or the new
// one, never a torn one. All paths are UTF-8. Errors are UserErrors that name the file and the reason.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fcoscope {

class UserError;

/// A regular file, open for reading as long as this lives: for those too large to be read as a whole. Throws UserError
/// if it cannot be read, or is a folder or a pipe.
class OpenFile {
public:
    explicit OpenFile(std::filesystem::path path);
    ~OpenFile();
    OpenFile(const OpenFile &) = delete;
    OpenFile &operator=(const OpenFile &) = delete;

    uint64_t bytes() const { return bytes_; }  ///< when it was opened
    /// At most `count` bytes from `offset` on, at least one unless the file ends there.
    uint64_t readSome(uint64_t offset, char *to, uint64_t count) const;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    uint64_t bytes_ = 0;
};

/// The file's bytes. Refuses a folder, a pipe and anything larger than `largest` bytes.
std::string readFile(const std::filesystem::path &path, uint64_t largest = uint64_t(4) << 30);

/// `count` bytes from `offset` on, fewer where the file ends before: for large files of which the beginning decides.
struct FilePart {
    std::string bytes;
    uint64_t fileBytes = 0;  ///< of the whole file
};
FilePart readFilePart(const std::filesystem::path &path, uint64_t offset, uint64_t count);

/// What is thrown where a file or folder cannot be written; `reason` is an errno.
UserError cannotWrite(const std::filesystem::path &path, int reason);

/// Writes beside `path`, syncs, then renames over it and syncs the folder. The old file keeps its permissions.
void writeFile(const std::filesystem::path &path, std::string_view bytes);

/// Renames the finished folder `from` to `to` in one step, after syncing every file in it. An existing `to` is
/// exchanged with it and removed. Where the file system cannot exchange two names, the old one is moved aside first:
/// whoever opens such a folder asks folderInPlace, which brings it back if we were killed between the two renames.
void renameFolderIntoPlace(const std::filesystem::path &from, const std::filesystem::path &to);

/// Whether `folder` exists, after undoing half a replacement that a killed process left.
bool folderInPlace(const std::filesystem::path &folder);

}  // namespace fcoscope
