// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>

namespace fcoscope {
namespace {

namespace fs = std::filesystem;

fs::path walOf(const fs::path &file)
{
    return file.string() + "-wal";
}

bool mayWrite(const fs::path &path)
{
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

/// "file:…?immutable=1" with everything that means something in an address escaped.
std::string immutableName(const fs::path &file)
{
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string name = "file:";
    for (const char c : file.string())
        if (std::isalnum(static_cast<unsigned char>(c)) || std::strchr("/._-", c))
            name += c;
        else
            name += {'%', hex[c >> 4 & 15], hex[c & 15]};
    return name + "?immutable=1";
}

// The locks are the process's, and so is this list.
using Node = std::pair<uint64_t, uint64_t>;  // device and number
std::mutex openNodesMutex;
std::multiset<Node> openNodes;

std::optional<Node> nodeOf(const fs::path &file)
{
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? std::optional(Node{facts.st_dev, facts.st_ino}) : std::nullopt;
}

}  // namespace

bool isOpenHere(const fs::path &file)
{
    const auto node = nodeOf(file);
    const std::lock_guard guard(openNodesMutex);
    return node && openNodes.count(*node) != 0;
}

void Command::bind(int place, const std::string &value)
{
    if (value.size() > 900'000'000)  // SQLite's own limit is a billion
        throw UserError(message("core", "What is to be written is too large for a project."));
    statement_.bindNoCopy(place, value);
}

ProjectDatabase::ProjectDatabase(fs::path file, std::shared_ptr<ProjectLock> lock)
    : file_(std::move(file)), lock_(std::move(lock))
{
    struct stat facts {};
    if (::stat(file_.c_str(), &facts) != 0)
        throw UserError(
            message("core", "The project {0} cannot be opened: {1}.").with(file_.string(), std::strerror(errno)));
    if (!S_ISREG(facts.st_mode))
        throw UserError(message("core", "{0} is not a file.").with(file_.string()));
    open();
}

ProjectDatabase::~ProjectDatabase()
{
    close();
}

void ProjectDatabase::close() const
{
    statements_.clear();
    database_.reset();
    std::error_code ignored;
    if (!copy_.empty())
        fs::remove_all(copy_, ignored);
    copy_.clear();
    if (const auto listed = std::exchange(listed_, std::nullopt)) {
        const std::lock_guard guard(openNodesMutex);
        openNodes.erase(openNodes.find(*listed));
    }
}

SQLite::Statement &ProjectDatabase::statement(const char *sql) const
{
    auto found = statements_.find(sql);
    if (found == statements_.end())
        found = statements_.try_emplace(sql, *database_, sql).first;
    return found->second;
}

int64_t ProjectDatabase::fact(const char *name) const
{
    const std::string text = name;  // bound without a copy
    Command query = command("SELECT value FROM facts WHERE name = ?");
    return query.with(text).next() ? query.whole(0) : 0;
}

void ProjectDatabase::setFact(const char *name, int64_t value)
{
    const std::string text = name;
    command("INSERT OR REPLACE INTO facts(name, value) VALUES(?, ?)").with(text, value).run();
}

// --- Opening

void ProjectDatabase::openAt(const std::string &name, int flags) const
{
    database_ = std::make_unique<SQLite::Database>(name, flags | SQLite::OPEN_URI, 5000);
    sqlite3 *const handle = database_->getHandle();
    // The file may come from anybody: nothing in it is run, and no table of SQLite's own can be written.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    database_->exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -32000;"
                    "PRAGMA temp_store = MEMORY");
    checkHeader();
}

void ProjectDatabase::checkHeader() const
{
    const int application = database_->execAndGet("PRAGMA application_id").getInt();
    const int version = database_->execAndGet("PRAGMA user_version").getInt();
    if (application != projectApplicationId || version < 1)
        throw UserError(message("core", "{0} is no project of FCOScope.").with(file_.string()));
    if (version > projectVersion)
        throw UserError(
            message("core", "The project {0} was made by a newer FCOScope (its form is {1}, this one knows {2}).")
                .with(file_.string(), version, projectVersion));
}

void ProjectDatabase::open() const
{
    opened_ = signature();
    follows_ = true;
    errno = 0;
    try {
        writable() ? openForWriting() : openForReading();
    } catch (const SQLite::Exception &error) {
        const UserError explanation = explained(error, file_);
        close();
        throw explanation;
    } catch (...) {
        close();
        throw;
    }
    listed_ = {opened_.device, opened_.node};
    const std::lock_guard guard(openNodesMutex);
    openNodes.insert(*listed_);
}

void ProjectDatabase::openForWriting() const
{
    openAt(file_.string(), SQLite::OPEN_READWRITE);
    if (sqlite3_db_readonly(database_->getHandle(), "main") == 1)
        throw UserError(message("core", "The project {0} is read-only.").with(file_.string()));
    // Where there is no shared memory (some network folders) SQLite stays with a rollback journal, as safe.
    database_->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
    upgradeProject(*database_);
    database_->execAndGet("SELECT count(*) FROM facts");  // a first reading makes the -wal that checkInPlace knows
    opened_ = signature();
}

void ProjectDatabase::openForReading() const
{
    if (mayWrite(file_) && mayWrite(file_.parent_path())) {
        openAt(file_.string(), SQLite::OPEN_READWRITE);
        database_->exec("PRAGMA query_only = ON");
        return;
    }
    if (opened_.wal) {
        try {
            openAt(file_.string(), SQLite::OPEN_READONLY);
            return;
        } catch (const SQLite::Exception &error) {
            database_.reset();
            const int code = error.getErrorCode();
            if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY && code != SQLITE_IOERR)
                throw;
        }
    }
    follows_ = false;
    if (opened_.walBytes > 0)
        return openCopy();
    openAt(immutableName(file_), SQLite::OPEN_READONLY);
}

void ProjectDatabase::openCopy() const
{
    std::string folder = (fs::temp_directory_path() / "fcoscope-XXXXXX").string();
    if (!::mkdtemp(folder.data()))
        throw UserError(message("core", "The folder {0} cannot be written: {1}.").with(folder, std::strerror(errno)));
    copy_ = folder;
    std::error_code error;
    fs::copy_file(file_, copy_ / "project", error);
    if (!error)
        fs::copy_file(walOf(file_), copy_ / "project-wal", error);
    if (!error)
        fs::permissions(copy_ / "project", fs::perms::owner_all, error);
    if (!error)
        fs::permissions(copy_ / "project-wal", fs::perms::owner_all, error);
    if (error)
        throw UserError(
            message("core", "The project {0} cannot be opened: {1}.").with(file_.string(), error.message()));
    openAt((copy_ / "project").string(), SQLite::OPEN_READWRITE);
    database_->exec("PRAGMA query_only = ON");
}

// --- A file that was taken away

bool ProjectDatabase::copyTo(const fs::path &to) const
{
    if (!database_)  // it could not be opened again, and now it has gone
        return false;
    errno = 0;
    try {
        if (sqlite3_get_autocommit(database_->getHandle()) == 0)
            database_->exec("ROLLBACK");
        SQLite::Statement copy(*database_, "VACUUM INTO ?");
        copy.bind(1, to.string());
        copy.exec();
        return true;
    } catch (const SQLite::Exception &error) {
        // Only what is said of our own pages: whatever hinders the writing of the copy may pass.
        switch (error.getExtendedErrorCode()) {
        case SQLITE_IOERR_READ:
        case SQLITE_IOERR_SHORT_READ:
        case SQLITE_IOERR_DATA:
        case SQLITE_IOERR_CORRUPTFS:
            return false;
        default:
            break;
        }
        const int code = error.getErrorCode() & 0xFF;
        if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
            return false;
        throw explained(error, file_);
    }
}

void ProjectDatabase::reopen(std::shared_ptr<ProjectLock> lock)
{
    close();
    lock_ = std::move(lock);
    open();
}

// --- Whether it still is the same file

ProjectDatabase::Signature ProjectDatabase::signature() const
{
    struct stat file {
    }, wal{};
    Signature answer;
    if (::stat(file_.c_str(), &file) == 0) {
        answer.device = file.st_dev, answer.node = file.st_ino;
        answer.bytes = static_cast<uint64_t>(file.st_size);
        answer.changedNs =
            static_cast<uint64_t>(file.st_mtim.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(file.st_mtim.tv_nsec);
    }
    answer.wal = ::stat(walOf(file_).c_str(), &wal) == 0;
    answer.walBytes = answer.wal ? static_cast<uint64_t>(wal.st_size) : 0;
    answer.walNode = answer.wal ? wal.st_ino : 0;
    return answer;
}

bool ProjectDatabase::hasChanged() const
{
    return !follows_ && !(signature() == opened_);
}

void ProjectDatabase::reopenIfChanged() const
{
    if (database_ && !hasChanged())
        return;
    close();
    open();
}

void ProjectDatabase::checkWritable() const
{
    if (!writable())
        throw UserError(message("core", "The project {0} is open for reading only.").with(file_.string()));
}

void ProjectDatabase::checkInPlace() const
{
    struct stat file {
    }, wal{};
    if (::stat(file_.c_str(), &file) != 0)
        throw UserError(
            message("core", "The project {0} is not there any more: {1}.").with(file_.string(), std::strerror(errno)));
    // A -wal that was taken away takes with it what is written from now on.
    const bool sameWal =
        !writable() || !opened_.wal || (::stat(walOf(file_).c_str(), &wal) == 0 && wal.st_ino == opened_.walNode);
    if (file.st_dev != opened_.device || file.st_ino != opened_.node || !sameWal)
        throw UserError(
            message("core", "The project {0} was replaced by another file while it was open.").with(file_.string()));
}

// --- Errors

UserError ProjectDatabase::explained(const SQLite::Exception &error, const fs::path &file)
{
    const int reason = errno;
    const std::string name = file.string();
    switch (error.getErrorCode() & 0xFF) {
    case SQLITE_FULL:
        return UserError(message("core", "The project {0} cannot be written: the disk is full.").with(name));
    case SQLITE_IOERR:
        if (reason == ENOSPC)
            return UserError(message("core", "The project {0} cannot be written: the disk is full.").with(name));
        return UserError(message("core", "The project {0} cannot be read or written: {1}.")
                             .with(name, reason != 0 ? std::strerror(reason) : error.getErrorStr()));
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return UserError(message("core", "The project {0} is read-only.").with(name));
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return UserError(message("core", "The project {0} is damaged.").with(name));
    case SQLITE_NOTADB:
        return UserError(message("core", "{0} is no project of FCOScope.").with(name));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return UserError(message("core", "The project {0} is in use by another program.").with(name));
    case SQLITE_CANTOPEN:
        return UserError(message("core", "The project {0} cannot be opened: {1}.")
                             .with(name, reason != 0 ? std::strerror(reason) : error.getErrorStr()));
    // A table or a column that is not there, a value where none may be missing.
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return UserError(message("core", "The project {0} is damaged: {1}.").with(name, error.what()));
    default:
        break;
    }
    return UserError(message("core", "The project {0} cannot be used: {1}.").with(name, error.what()));
}

}  // namespace fcoscope
