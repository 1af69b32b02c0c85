// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "core/data/project/project_detections.h"
#include "core/data/project/project_rows.h"

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

// One row for each thing, so that an edit touches what it names. `extras` has what files said beyond the columns, by
// the key of its row (0: the set's), and no edit deletes from it. Entries of `journal` up to facts.done are done, those
// behind it undone. Boxes name images and classes without foreign keys: they would need an index of a million boxes
// that nothing else asks for, and apply() sees to it.
constexpr const char *tables = R"(
CREATE TABLE facts(name TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;
CREATE TABLE classes(key INTEGER PRIMARY KEY, name TEXT NOT NULL, rank INTEGER NOT NULL, format_id INTEGER NOT NULL,
  colour INTEGER NOT NULL);
CREATE TABLE images(key INTEGER PRIMARY KEY, place INTEGER NOT NULL, path TEXT NOT NULL, width INTEGER NOT NULL,
  height INTEGER NOT NULL, status INTEGER NOT NULL, format_id INTEGER NOT NULL);
CREATE TABLE boxes(key INTEGER PRIMARY KEY, image INTEGER NOT NULL, class INTEGER NOT NULL, x1 REAL NOT NULL,
  y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL, score REAL, flags INTEGER NOT NULL, area REAL NOT NULL);
CREATE TABLE refusals(key INTEGER PRIMARY KEY, image INTEGER NOT NULL, class_name TEXT NOT NULL, x1 REAL NOT NULL,
  y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL);
CREATE TABLE extras(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE journal(number INTEGER PRIMARY KEY, edit TEXT NOT NULL, inverse TEXT NOT NULL);
CREATE TABLE models(number INTEGER PRIMARY KEY, model TEXT NOT NULL, class_names TEXT NOT NULL,
  UNIQUE(model, class_names));
CREATE TABLE detections(image INTEGER NOT NULL, model INTEGER NOT NULL, found BLOB NOT NULL, PRIMARY KEY(image, model));
CREATE TABLE notes(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sidecars(image INTEGER PRIMARY KEY, file TEXT NOT NULL, fingerprint TEXT NOT NULL);
)";

/// One name for one file: SQLite and the lock put theirs beside the file that a symbolic link leads to.
fs::path placed(const fs::path &file)
{
    std::error_code error;
    const fs::path whole = fs::absolute(file);
    const bool leadsAway = std::find(whole.begin(), whole.end(), "..") != whole.end() || fs::is_symlink(whole, error);
    const fs::path resolved = leadsAway ? fs::weakly_canonical(whole, error) : fs::path();
    return resolved.empty() ? whole.lexically_normal() : resolved;
}

[[noreturn]] void cannotWrite(const fs::path &file, int reason)
{
    throw UserError(
        message("core", "The project {0} cannot be written: {1}.").with(file.string(), std::strerror(reason)));
}

void syncPath(const fs::path &path, const fs::path &project)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL);
    const int reason = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!synced)
        cannotWrite(project, reason);
}

void removeAll(const fs::path &unfinished)
{
    std::error_code ignored;
    for (const char *suffix : {"", "-wal", "-shm", "-journal"})
        fs::remove(unfinished.string() + suffix, ignored);
}

void checkFree(const fs::path &file)
{
    std::error_code error;
    const fs::file_status there = fs::symlink_status(file, error);
    if (fs::exists(there))
        throw UserError(message("core", "There is a project {0} already.").with(file.string()));
    if (there.type() == fs::file_type::none)  // nobody knows
        cannotWrite(file, error.value());
}

/// The caller syncs the folder.
void putInPlace(const fs::path &unfinished, const fs::path &file)
{
    checkFree(file);
    // Left by one that has gone from this place: SQLite would play them onto the new one, whose they are not.
    for (const char *suffix : {"-wal", "-shm", "-journal"}) {
        const fs::path left = file.string() + suffix;
        if (::unlink(left.c_str()) != 0 && errno != ENOENT)
            cannotWrite(file, errno);
    }
    int failed = ::renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE);
    if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {  // not every file system can
        checkFree(file);
        failed = ::rename(unfinished.c_str(), file.c_str());
    }
    if (failed != 0 && errno == EEXIST)
        checkFree(file);
    if (failed != 0)
        cannotWrite(file, errno);
}

/// The whole project under another name, safe on the disk. Whoever is killed meanwhile leaves nothing in its place.
void makeUnfinished(const fs::path &unfinished, const fs::path &file, const LabelSet &set, const RunContext &context)
{
    std::unique_ptr<SQLite::Database> database;  // closed behind the error, whose errno is wanted
    errno = 0;
    try {
        database =
            std::make_unique<SQLite::Database>(unfinished.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database->exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
        database->exec("PRAGMA application_id = " + std::to_string(projectApplicationId));
        database->exec("PRAGMA user_version = " + std::to_string(projectVersion));
        database->exec("BEGIN");
        database->exec(tables);
        insertSet(*database, set, file, context);
        database->exec("COMMIT");
        database->exec("PRAGMA journal_mode = WAL");
    } catch (const SQLite::Exception &error) {
        throw ProjectDatabase::explained(error, file);
    }
}

}  // namespace

struct ProjectFile::Parts {
    ProjectDatabase database;

    void step(bool forth);
};

ProjectFile::ProjectFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ProjectFile::ProjectFile(ProjectFile &&) noexcept = default;
ProjectFile &ProjectFile::operator=(ProjectFile &&) noexcept = default;
ProjectFile::~ProjectFile() = default;

std::shared_ptr<ProjectLock> ProjectFile::lock(const fs::path &file)
{
    return std::make_shared<ProjectLock>(placed(file));
}

ProjectFile ProjectFile::create(const fs::path &path, const LabelSet &set, const RunContext &context,
                                std::shared_ptr<ProjectLock> lock)
{
    const fs::path file = placed(path);
    if (!lock || !lock->isInPlace())
        lock = std::make_shared<ProjectLock>(file);
    checkFree(file);
    const fs::path unfinished = file.string() + "-new";  // no other's: we hold the lock
    removeAll(unfinished);
    try {
        makeUnfinished(unfinished, file, set, context);
        syncPath(unfinished, file);
        putInPlace(unfinished, file);
        syncPath(file.parent_path(), file);
    } catch (...) {
        removeAll(unfinished);
        throw;
    }
    return ProjectFile(std::unique_ptr<Parts>(new Parts{ProjectDatabase(file, std::move(lock))}));
}

ProjectFile ProjectFile::open(const fs::path &path, Access access)
{
    const fs::path file = placed(path);
    std::error_code error;
    if (!fs::exists(file, error))  // before a lock is made beside nothing
        throw UserError(message("core", "There is no project {0}.").with(file.string()));
    auto lock = access == Access::Write ? std::make_shared<ProjectLock>(file) : nullptr;
    return ProjectFile(std::unique_ptr<Parts>(new Parts{ProjectDatabase(file, std::move(lock))}));
}

const fs::path &ProjectFile::file() const
{
    return parts_->database.file();
}
bool ProjectFile::writable() const
{
    return parts_->database.writable();
}

bool ProjectFile::restore()
{
    ProjectDatabase &database = parts_->database;
    const fs::path file = database.file(), unfinished = file.string() + "-new";
    std::shared_ptr<ProjectLock> lock = database.lock();
    if (!lock->isInPlace())  // gone with the file; another window's may be there now
        lock = std::make_shared<ProjectLock>(file);
    checkFree(file);
    removeAll(unfinished);
    try {
        if (!database.copyTo(unfinished)) {
            removeAll(unfinished);
            return false;
        }
        syncPath(unfinished, file);
        putInPlace(unfinished, file);
    } catch (...) {
        removeAll(unfinished);
        throw;
    }
    database.reopen(std::move(lock));
    syncPath(file.parent_path(), file);  // last: it is in its place whatever this says
    return true;
}

LabelSet ProjectFile::read(Extras extras, const RunContext &context) const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] { return readSet(database, extras == Extras::Read, context); });
}

int64_t ProjectFile::version() const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] { return database.fact("changes"); });
}

// --- Edits

std::vector<JournalEntry> ProjectFile::journal(size_t limit) const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] {
        std::vector<JournalEntry> entries;
        const int64_t done = database.fact("done");
        size_t bytes = 0;
        Command row = database.command("SELECT number, edit, inverse FROM journal ORDER BY number DESC");
        while (row.next()) {
            const std::string edit = row.text(1), inverse = row.text(2);
            const bool undone = row.whole(0) > done;
            bytes += edit.size() + inverse.size();
            // All that are undone, however long: redo() begins with the oldest of them.
            if (bytes > limit && !undone)
                break;
            entries.push_back({row.whole(0), parseEdit(edit), parseEdit(inverse), undone});
        }
        return entries;
    });
}

void ProjectFile::write(const LabelEdit &edit, const LabelEdit &inverse, Key nextKey)
{
    const std::string forth = jsonOf(edit), back = jsonOf(inverse);
    ProjectDatabase &database = parts_->database;
    database.writing([&] {
        applyRows(database, edit);
        const int64_t number = database.fact("done") + 1;
        database.command("DELETE FROM journal WHERE number >= ?").with(number).run();
        database.command("INSERT INTO journal(number, edit, inverse) VALUES(?, ?, ?)").with(number, forth, back).run();
        database.setFact("done", number);
        database.setFact("next key", std::max(nextKey, database.fact("next key")));
    });
}

void ProjectFile::Parts::step(bool forth)
{
    database.writing([&] {
        const int64_t done = database.fact("done"), number = forth ? done + 1 : done;
        std::string edit;
        {
            Command row = database.command("SELECT edit, inverse FROM journal WHERE number = ?");
            if (!row.with(number).next())
                throw std::logic_error("the journal has nothing to undo or to do again");
            edit = row.text(forth ? 0 : 1);
        }
        applyRows(database, parseEdit(edit));
        database.setFact("done", forth ? number : number - 1);
    });
}

void ProjectFile::undo()
{
    parts_->step(false);
}
void ProjectFile::redo()
{
    parts_->step(true);
}

std::string ProjectFile::extraOf(Key key) const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] {
        Command row = database.command("SELECT json FROM extras WHERE key = ?");
        return row.with(key).next() ? row.text(0) : std::string();
    });
}

// --- What is no edit

void ProjectFile::putImages(const std::vector<ImageEntry> &images, Key nextKey)
{
    ProjectDatabase &database = parts_->database;
    database.writing([&] {
        putImageRows(database, images);
        database.setFact("next key", std::max(nextKey, database.fact("next key")));
    });
}

void ProjectFile::putDetections(const StoredDetections &found)
{
    parts_->database.writing([&] { putDetectionRows(parts_->database, found); });
}

std::vector<StoredDetections> ProjectFile::detections(Key image) const
{
    return parts_->database.reading([&] { return detectionRows(parts_->database, image); });
}

std::vector<Key> ProjectFile::imagesDetectedBy(const std::string &model) const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] {
        std::vector<Key> images;
        Command row = database.command("SELECT image FROM detections JOIN models ON detections.model = models.number "
                                       "WHERE models.model = ? ORDER BY image");
        row.with(model);
        while (row.next())
            images.push_back(row.whole(0));
        return images;
    });
}

void ProjectFile::putNote(const std::string &name, const std::string &value)
{
    ProjectDatabase &database = parts_->database;
    database.writing(
        [&] { database.command("INSERT OR REPLACE INTO notes(name, value) VALUES(?, ?)").with(name, value).run(); });
}

std::string ProjectFile::note(const std::string &name) const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] {
        Command row = database.command("SELECT value FROM notes WHERE name = ?");
        return row.with(name).next() ? row.text(0) : std::string();
    });
}

void ProjectFile::putSidecars(const std::vector<SidecarRecord> &sidecars)
{
    ProjectDatabase &database = parts_->database;
    database.writing([&] {
        Command row = database.command("INSERT OR REPLACE INTO sidecars(image, file, fingerprint) VALUES(?, ?, ?)");
        for (const SidecarRecord &sidecar : sidecars)
            row.with(sidecar.image, sidecar.file, sidecar.fingerprint).run();
    });
}

std::vector<SidecarRecord> ProjectFile::sidecars() const
{
    const ProjectDatabase &database = parts_->database;
    return database.reading([&] {
        std::vector<SidecarRecord> records;
        Command row = database.command("SELECT image, file, fingerprint FROM sidecars ORDER BY image");
        while (row.next())
            records.push_back({row.whole(0), row.text(1), row.text(2)});
        return records;
    });
}

}  // namespace fcoscope
