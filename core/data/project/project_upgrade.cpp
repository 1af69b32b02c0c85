// SPDX-License-Identifier: GPL-3.0-or-later
// Projects of earlier forms.
#include <unordered_map>

#include "core/data/project/project_database.h"

namespace fcoscope {
namespace {

using Names = std::unordered_map<Key, std::string>;

void addNames(SQLite::Database &database, const char *entriesSql, Names &names)
{
    SQLite::Statement entries(database, entriesSql);
    while (entries.executeStep()) {
        try {
            for (const ClassChange &change : parseFirstEdit(entries.getColumn(0).getString(), {}).classes)
                if (change.to)
                    names.emplace(change.key, change.to->name);
        } catch (const UserError &) {
            // Damaged: journal() says so.
        }
    }
}

/// Of every class there is, was or may be again. Those that were deleted stand in the entries that did it, those whose
/// making was undone in the entries that made them.
Names classNames(SQLite::Database &database)
{
    Names names;
    SQLite::Statement classes(database, "SELECT key, name FROM classes");
    while (classes.executeStep())
        names[classes.getColumn(0).getInt64()] = classes.getColumn(1).getString();
    addNames(database, "SELECT inverse FROM journal WHERE inverse LIKE '%\"classes\":[[%' ORDER BY number DESC", names);
    addNames(database, "SELECT edit FROM journal WHERE edit LIKE '%\"classes\":[[%' ORDER BY number DESC", names);
    return names;
}

void nameClassesOfRefusals(SQLite::Database &database)
{
    const Names names = classNames(database);
    SQLite::Statement entries(database, "SELECT number, edit, inverse FROM journal WHERE edit LIKE '%\"refusals\":[[%' "
                                        "OR inverse LIKE '%\"refusals\":[[%'");
    SQLite::Statement put(database, "UPDATE journal SET edit = ?, inverse = ? WHERE number = ?");
    std::vector<std::pair<int64_t, std::pair<std::string, std::string>>> found;
    while (entries.executeStep())
        found.push_back(
            {entries.getColumn(0).getInt64(), {entries.getColumn(1).getString(), entries.getColumn(2).getString()}});
    for (const auto &[number, texts] : found) {
        try {
            put.bind(1, jsonOf(parseFirstEdit(texts.first, names)));
            put.bind(2, jsonOf(parseFirstEdit(texts.second, names)));
        } catch (const UserError &) {
            continue;
        }
        put.bind(3, number);
        put.exec();
        put.reset();
    }
    database.exec("ALTER TABLE refusals RENAME TO first_refusals;"
                  "CREATE TABLE refusals(key INTEGER PRIMARY KEY, image INTEGER NOT NULL, class_name TEXT NOT NULL, "
                  "x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL);"
                  "INSERT INTO refusals SELECT r.key, image, name, x1, y1, x2, y2 FROM first_refusals AS r "
                  "JOIN classes ON classes.key = r.class;"
                  "DROP TABLE first_refusals;"
                  "PRAGMA user_version = 2");
}

}  // namespace

void upgradeProject(SQLite::Database &database)
{
    if (database.execAndGet("PRAGMA user_version").getInt() != 1)
        return;
    SQLite::Transaction all(database);
    nameClassesOfRefusals(database);
    all.commit();
}

}  // namespace fcoscope
