// SPDX-License-Identifier: GPL-3.0-or-later
// The SQLite database of a project: opening it for every kind of medium, transactions, and errors as one sentence.
// Nobody's affair but project_file's.
//
// How it is opened. A writer: WAL, synchronous FULL. A reader where the file can be written: the same, but it only
// asks; so it sees what a writer does and leaves no -wal and -shm behind. A reader of a folder that cannot be written
// (a DVD, another person's share) has no place for SQLite's shared memory: where a writer's is there, it is used; where
// there is no -wal, the file is taken as it stands (immutable); else it is read from a copy. The last two look before
// and after each reading whether the file has changed, and open it anew if it has.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/data/project/project_file.h"
#include "core/data/project/project_lock.h"

namespace fcoscope {

constexpr int projectApplicationId = 0x46434F53;  // "FCOS"
constexpr int projectVersion = 2;

/// Brings a file of an earlier form to this one, in one transaction: a writer does it before anything else. In form 1
/// refusals named their class by its key.
void upgradeProject(SQLite::Database &database);

/// One use of a prepared statement, which is reset when this goes: an open one would keep its transaction open.
class Command {
public:
    explicit Command(SQLite::Statement &statement) : statement_(statement) {}
    ~Command() { statement_.tryReset(); }
    Command(const Command &) = delete;
    Command &operator=(const Command &) = delete;

    /// Binds the statement's places in turn. Texts are bytes: they may hold anything, and are not copied.
    template <typename... Values> Command &with(const Values &...values)
    {
        int place = 0;
        (bind(++place, values), ...);
        return *this;
    }
    /// The number of rows that it changed. It can be bound and run again.
    int run()
    {
        const int changes = statement_.exec();
        statement_.reset();
        return changes;
    }
    bool next() { return statement_.executeStep(); }
    int64_t whole(int column) const { return statement_.getColumn(column).getInt64(); }
    double real(int column) const { return statement_.getColumn(column).getDouble(); }
    bool isNull(int column) const { return statement_.getColumn(column).isNull(); }
    std::string text(int column) const { return statement_.getColumn(column).getString(); }

private:
    void bind(int place, int64_t value) { statement_.bind(place, value); }
    void bind(int place, int value) { statement_.bind(place, value); }
    void bind(int place, double value) { statement_.bind(place, value); }
    void bind(int place, std::nullptr_t) { statement_.bind(place); }
    void bind(int place, const std::string &value);
    void bind(int place, const std::optional<float> &value)
    {
        if (value)
            statement_.bind(place, double(*value));
        else
            statement_.bind(place);
    }

    SQLite::Statement &statement_;
};

class ProjectDatabase {
public:
    /// With `lock` for writing, without for reading.
    ProjectDatabase(std::filesystem::path file, std::shared_ptr<ProjectLock> lock);
    ~ProjectDatabase();

    const std::filesystem::path &file() const { return file_; }
    bool writable() const { return lock_ != nullptr; }
    const std::shared_ptr<ProjectLock> &lock() const { return lock_; }

    /// Everything that the connection can read into a new file, even where its own has gone from its place. False: it
    /// cannot be read.
    bool copyTo(const std::filesystem::path &to) const;
    /// From now on the file that stands in its place.
    void reopen(std::shared_ptr<ProjectLock> lock);

    /// `sql` is a literal: its address is the statement's name.
    Command command(const char *sql) const { return Command(statement(sql)); }

    /// Calls `work` in one transaction that only reads, and again if the file was changed under it.
    template <typename Work> auto reading(Work &&work) const
    {
        for (int tries = 0;; ++tries) {
            reopenIfChanged();
            std::optional<decltype(work())> answer;
            inside("BEGIN", [&] { answer = work(); });
            if (tries >= 3 || !hasChanged())
                return std::move(*answer);
        }
    }
    /// Calls `work` in one transaction; if it throws, nothing has happened.
    template <typename Work> void writing(Work &&work)
    {
        checkWritable();
        if (!database_)
            open();
        inside("BEGIN IMMEDIATE", [&] {
            work();
            command("UPDATE facts SET value = value + 1 WHERE name = 'changes'").run();
        });
    }

    int64_t fact(const char *name) const;
    void setFact(const char *name, int64_t value);
    /// What SQLite said, as one sentence for people. Looks at errno, because SQLite forgets it where a commit fails:
    /// set it to 0 before what may fail.
    static UserError explained(const SQLite::Exception &error, const std::filesystem::path &file);

private:
    struct Signature {
        uint64_t device = 0, node = 0, bytes = 0, changedNs = 0, walBytes = 0, walNode = 0;
        bool wal = false;
        bool operator==(const Signature &) const = default;
    };
    template <typename Work> void inside(const char *begin, Work &&work) const
    {
        checkInPlace();
        errno = 0;
        try {
            if (sqlite3_get_autocommit(database_->getHandle()) == 0)
                database_->exec("ROLLBACK");  // what an error left open
            database_->exec(begin);
            try {
                work();
                database_->exec("COMMIT");
            } catch (...) {
                const int reason = errno;
                database_->tryExec("ROLLBACK");
                errno = reason;
                throw;
            }
        } catch (const SQLite::Exception &error) {
            throw explained(error, file_);
        }
    }
    SQLite::Statement &statement(const char *sql) const;
    Signature signature() const;
    bool hasChanged() const;
    void reopenIfChanged() const;
    void checkWritable() const;
    void checkInPlace() const;
    void open() const;
    void openForWriting() const;
    void openForReading() const;
    void openAt(const std::string &name, int flags) const;
    void openCopy() const;
    void checkHeader() const;
    void close() const;

    std::filesystem::path file_;
    std::shared_ptr<ProjectLock> lock_;  ///< outlives the connection
    // A reader may have to open the file anew while it is asked; to its users nothing changes.
    mutable std::unique_ptr<SQLite::Database> database_;
    mutable std::map<const char *, SQLite::Statement> statements_;
    mutable std::filesystem::path copy_;  ///< folder of our own copy, or ""
    mutable bool follows_ = true;         ///< SQLite tells us of changes; else we look at the signature
    mutable Signature opened_;
    mutable std::optional<std::pair<uint64_t, uint64_t>> listed_;  ///< as it stands in the list of open files
};

/// Whether a ProjectFile of this process has the file open. POSIX drops all of a process's locks on a file as soon as
/// it closes any descriptor of it: such a file may not be opened and closed beside SQLite.
bool isOpenHere(const std::filesystem::path &file);

}  // namespace fcoscope
