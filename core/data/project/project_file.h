// SPDX-License-Identifier: GPL-3.0-or-later
// The file in which the labels of a folder live: one SQLite database, "project.fcoscope" in that folder, or in the
// user's data folder where that one cannot be written.
//
// Promises. Every edit is one transaction: after a kill at any moment the file opens, and at most the edit in flight is
// missing. Journal mode WAL, synchronous FULL: an edit that write() has come back from survives a power cut, too; it
// costs one fsync, some milliseconds, which is why a worker writes and the window goes on. Edits stand in the table
// `journal` with their inverses, so that undo goes back beyond the last start of the program.
//
// One writer: write access takes a lock (flock on "project.fcoscope-lock", which says who holds it) that the system
// lets go when the process ends, however it ends. A second one opens the file for reading and says so. Whoever may come
// to make the file takes the lock before there is one, so that of two windows one is told at once that it only looks.
//
// All errors are UserErrors that name the file: a full disk, a folder that was removed or became read-only, a database
// that is damaged or was made by a newer FCOScope. A call that throws has changed nothing, and may be made again.
// Not thread-safe: one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/run_context.h"
#include "core/data/label_set.h"
#include "core/data/project/label_edit.h"

namespace fcoscope {

/// Where the project of a folder is kept, or would be: beside its images if it is there or can be made there, else in
/// `userData` ("" for the user's own: $XDG_DATA_HOME/fcoscope/projects) under a name made of the folder's path.
struct ProjectPlace {
    std::filesystem::path file;
    bool exists = false;
    bool besideImages = true;
};
ProjectPlace projectPlace(const std::filesystem::path &folder, const std::filesystem::path &userData = {});

/// Whether this is a project file, by its content. Ask this, and never read the file in another way while a ProjectFile
/// of the process has it open: closing it again would drop SQLite's locks (POSIX), and another program's last reader
/// could take the -wal away under us.
bool isProjectFile(const std::filesystem::path &path);

struct JournalEntry {
    int64_t number = 0;
    LabelEdit edit, inverse;
    bool undone = false;  ///< it can be done again
};

/// What the detector said about an image in a run over the folder: kept so that the run can be resumed and the images
/// show it without the network. No labels, no part of undo.
struct StoredDetections {
    Key image = 0;
    std::string model;  ///< ModelInfo's hash of the weights
    std::vector<Detection> detections;
    std::vector<std::string> classNames;
};

/// Where per-image label files lie that are kept in step with the labels (core/data/formats/sidecars).
struct SidecarRecord {
    Key image = 0;
    std::string file;         ///< below the root, or absolute
    std::string fingerprint;  ///< of its bytes when it was last read or written; "": it was not there
};

class ProjectLock;

class ProjectFile {
public:
    enum class Access { Read, Write };

    /// The right to write the file, whether it is there or not; goes with the last who holds it. Throws LockedProject
    /// if somebody has it already.
    static std::shared_ptr<ProjectLock> lock(const std::filesystem::path &file);
    /// Makes the file and writes `set` into it, extras included, in one transaction. Throws if it is there already.
    /// `lock` is the file's, if it was taken before.
    static ProjectFile create(const std::filesystem::path &file, const LabelSet &set, const RunContext &context = {},
                              std::shared_ptr<ProjectLock> lock = {});
    /// Access::Write throws LockedProject if another process (or another ProjectFile) writes it.
    static ProjectFile open(const std::filesystem::path &file, Access access);

    ProjectFile(ProjectFile &&) noexcept;
    ProjectFile &operator=(ProjectFile &&) noexcept;
    ~ProjectFile();

    const std::filesystem::path &file() const;
    bool writable() const;
    /// For a writer whose file has been taken away: everything it held, journal and extras included, is put in its
    /// place again, out of what the system keeps of it as long as it is open. False: nothing can be read of that.
    bool restore();

    enum class Extras { Leave, Read };
    LabelSet read(Extras extras, const RunContext &context = {}) const;
    /// The newest entries first, until they take `limit` bytes; all of those that are undone, however long. Throws
    /// UserError where an entry is damaged; the labels can be read all the same.
    std::vector<JournalEntry> journal(size_t limit = size_t(64) << 20) const;
    /// Rises with every change that any process has made: for a window that reads while another one writes.
    int64_t version() const;

    /// The edit and its journal entry; entries that were undone go. `nextKey` is LabelSet::nextKey after the edit. An
    /// edit that names an image or a class that is not in the file, or holds a number that is not finite, throws
    /// std::logic_error.
    void write(const LabelEdit &edit, const LabelEdit &inverse, Key nextKey);
    /// Undoes the newest entry that is not undone, or does the oldest undone one again; std::logic_error if there is
    /// none.
    void undo();
    void redo();

    /// What a file said beyond our fields of this box, image or class, also of one that is deleted; "": nothing.
    std::string extraOf(Key key) const;

    /// Rows that are no edits: images found in the folder, sizes read from headers. Keys that are there already are
    /// replaced, status included, and keep their place; new ones are listed last; boxes of entries are not looked at.
    void putImages(const std::vector<ImageEntry> &images, Key nextKey);
    void putDetections(const StoredDetections &found);
    std::vector<StoredDetections> detections(Key image) const;
    std::vector<Key> imagesDetectedBy(const std::string &model) const;

    /// Small things to be remembered: "origin" (which format the labels came in), "options".
    void putNote(const std::string &name, const std::string &value);
    std::string note(const std::string &name) const;
    void putSidecars(const std::vector<SidecarRecord> &sidecars);
    std::vector<SidecarRecord> sidecars() const;

private:
    struct Parts;
    explicit ProjectFile(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// Another one writes the project: who, as far as the lock says.
struct LockedProject : UserError {
    using UserError::UserError;
};

}  // namespace fcoscope
