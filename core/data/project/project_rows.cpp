// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_rows.h"

#include <cmath>
#include <stdexcept>
#include <unordered_set>

namespace fcoscope {
namespace {

int flagsOf(const BoxEntry &box)
{
    return (box.crowd ? BoxFlags::Crowd : 0) | (box.difficult ? BoxFlags::Difficult : 0) |
           (box.locked ? BoxFlags::Locked : 0);
}

bool isFinite(const Box &box)
{
    return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

void demand(bool holds, const char *law)
{
    if (!holds)
        throw std::logic_error(std::string("project file: ") + law);
}

void checkBox(const BoxEntry &box)
{
    demand(isFinite(box.box) && std::isfinite(box.area) && std::isfinite(box.score.value_or(0)),
           "a number that is not finite");
}

// --- A set into empty tables

class Insertion {
public:
    Insertion(SQLite::Database &database, const char *sql) : statement_(database, sql), command_(statement_) {}
    template <typename... Values> void operator()(const Values &...values) { command_.with(values...).run(); }

private:
    SQLite::Statement statement_;
    Command command_;
};

/// Extras are written behind everything else, so that the rows of each table lie side by side.
void insertExtras(SQLite::Database &database, const LabelSet &set)
{
    Insertion extra(database, "INSERT INTO extras(key, json) VALUES(?, ?)");
    const auto put = [&](Key key, const std::string &json) {
        if (!json.empty())
            extra(key, json);
    };
    put(0, set.extra);  // of the set: no key is 0
    for (const ClassEntry &entry : set.classes)
        put(entry.key, entry.extra);
    for (const ImageEntry &image : set.images) {
        put(image.key, image.extra);
        for (const BoxEntry &box : image.boxes)
            put(box.key, box.extra);
    }
}

void insertImages(SQLite::Database &database, const LabelSet &set, const RunContext &context)
{
    Insertion row(database,
                  "INSERT INTO images(key, place, path, width, height, status, format_id) VALUES(?,?,?,?,?,?,?)");
    Insertion box(database, "INSERT INTO boxes(key, image, class, x1, y1, x2, y2, score, flags, area) "
                            "VALUES(?,?,?,?,?,?,?,?,?,?)");
    for (size_t i = 0; i < set.images.size(); ++i) {
        const ImageEntry &image = set.images[i];
        if (i % 1024 == 0) {
            if (context.shouldStop())
                throw Stopped{};
            context.report(double(i) / double(set.images.size()), message("core", "Writing the project"));
        }
        row(image.key, int64_t(i), image.path, image.size.width, image.size.height, int(image.status), image.formatId);
        for (const BoxEntry &b : image.boxes) {
            checkBox(b);
            box(b.key, image.key, b.classKey, b.box.x1, b.box.y1, b.box.x2, b.box.y2, b.score, flagsOf(b), b.area);
        }
    }
}

}  // namespace

void insertSet(SQLite::Database &database, const LabelSet &set, const std::filesystem::path &file,
               const RunContext &context)
{
    // A project beside its images says so instead of naming the folder, so that the folder can be moved. Elsewhere it
    // says the way from here, too: what lies below one folder is often moved together.
    const std::filesystem::path root = set.root.lexically_normal(), here = file.parent_path().lexically_normal();
    const bool beside = root == here;
    const std::filesystem::path way = root.lexically_relative(here);
    const bool oneFolder = root.has_relative_path() && here.has_relative_path() &&
                           *root.relative_path().begin() == *here.relative_path().begin();
    Insertion fact(database, "INSERT INTO facts(name, value) VALUES(?, ?)");
    fact(std::string("next key"), set.nextKey);
    fact(std::string("changes"), int64_t(1));
    fact(std::string("done"), int64_t(0));
    if (!beside)
        fact(std::string("root"), set.root.string());
    if (!beside && oneFolder && !way.empty())
        fact(std::string("way to root"), way.string());
    Insertion entry(database, "INSERT INTO classes(key, name, rank, format_id, colour) VALUES(?,?,?,?,?)");
    for (const ClassEntry &c : set.classes)
        entry(c.key, c.name, c.rank, c.formatId, int64_t(c.colour));
    insertImages(database, set, context);
    Insertion refusal(database, "INSERT INTO refusals(key, image, class_name, x1, y1, x2, y2) VALUES(?,?,?,?,?,?,?)");
    for (const Refusal &r : set.refusals) {
        demand(isFinite(r.box), "a number that is not finite");
        refusal(r.key, r.imageKey, r.className, r.box.x1, r.box.y1, r.box.x2, r.box.y2);
    }
    insertExtras(database, set);
}

// --- Edits

namespace {

void putExtra(ProjectDatabase &database, Key key, const std::string &extra)
{
    // What is there already is of the file that the row came from, and stays.
    if (!extra.empty())
        database.command("INSERT OR IGNORE INTO extras(key, json) VALUES(?, ?)").with(key, extra).run();
}

void applyClasses(ProjectDatabase &database, const std::vector<ClassChange> &changes)
{
    for (const ClassChange &change : changes) {
        if (!change.to) {
            database.command("DELETE FROM classes WHERE key = ?").with(change.key).run();
            continue;
        }
        const ClassEntry &to = *change.to;
        const int64_t colour = to.colour;
        if (database.command("UPDATE classes SET name = ?, rank = ?, format_id = ?, colour = ? WHERE key = ?")
                .with(to.name, to.rank, to.formatId, colour, change.key)
                .run() > 0)
            continue;
        database.command("INSERT INTO classes(key, name, rank, format_id, colour) VALUES(?,?,?,?,?)")
            .with(change.key, to.name, to.rank, to.formatId, colour)
            .run();
        putExtra(database, change.key, to.extra);
    }
}

void applyBoxes(ProjectDatabase &database, const std::vector<BoxChange> &changes)
{
    Command gone = database.command("DELETE FROM boxes WHERE key = ? AND image = ?");
    Command changed =
        database.command("UPDATE boxes SET image = ?, class = ?, x1 = ?, y1 = ?, x2 = ?, y2 = ?, score = ?, "
                         "flags = ?, area = ? WHERE key = ?");
    Command added = database.command("INSERT INTO boxes(image, class, x1, y1, x2, y2, score, flags, area, key) "
                                     "VALUES(?,?,?,?,?,?,?,?,?,?)");
    for (const BoxChange &change : changes) {
        if (!change.to) {
            gone.with(change.box, change.image).run();
            continue;
        }
        const BoxEntry &to = *change.to;
        checkBox(to);
        const auto put = [&](Command &command) {
            return command
                .with(change.image, to.classKey, to.box.x1, to.box.y1, to.box.x2, to.box.y2, to.score, flagsOf(to),
                      to.area, change.box)
                .run();
        };
        if (put(changed) > 0)
            continue;
        put(added);
        putExtra(database, change.box, to.extra);
    }
}

void applyRefusals(ProjectDatabase &database, const std::vector<RefusalChange> &changes)
{
    for (const RefusalChange &change : changes) {
        if (!change.to) {
            database.command("DELETE FROM refusals WHERE key = ?").with(change.key).run();
            continue;
        }
        const Refusal &to = *change.to;
        demand(isFinite(to.box), "a number that is not finite");
        database
            .command("INSERT OR REPLACE INTO refusals(key, image, class_name, x1, y1, x2, y2) VALUES(?,?,?,?,?,?,?)")
            .with(change.key, to.imageKey, to.className, to.box.x1, to.box.y1, to.box.x2, to.box.y2)
            .run();
    }
}

/// Every image and class that the edit's rows name is there. Asked behind the changes: an edit may add its class.
void checkNamed(ProjectDatabase &database, const LabelEdit &edit)
{
    std::unordered_set<Key> images, classes;
    for (const BoxChange &change : edit.boxes) {
        images.insert(change.image);
        if (change.to)
            classes.insert(change.to->classKey);
    }
    for (const RefusalChange &change : edit.refusals)
        if (change.to)
            images.insert(change.to->imageKey);
    for (const Key key : images) {
        Command row = database.command("SELECT 1 FROM images WHERE key = ?");
        demand(row.with(key).next(), "an image that is not there");
    }
    for (const Key key : classes) {
        Command row = database.command("SELECT 1 FROM classes WHERE key = ?");
        demand(row.with(key).next(), "a class that is not there");
    }
}

}  // namespace

void applyRows(ProjectDatabase &database, const LabelEdit &edit)
{
    applyClasses(database, edit.classes);
    applyBoxes(database, edit.boxes);
    for (const StatusChange &change : edit.statuses)
        demand(database.command("UPDATE images SET status = ? WHERE key = ?").with(int(change.to), change.image).run() >
                   0,
               "an image that is not there");
    applyRefusals(database, edit.refusals);
    checkNamed(database, edit);
}

void putImageRows(ProjectDatabase &database, const std::vector<ImageEntry> &images)
{
    int64_t place = -1;
    for (const ImageEntry &image : images) {
        const auto put = [&](Command command, int64_t last) {
            return command
                .with(image.path, image.size.width, image.size.height, int(image.status), image.formatId, image.key,
                      last)
                .run();
        };
        if (!image.extra.empty())
            database.command("INSERT OR REPLACE INTO extras(key, json) VALUES(?, ?)")
                .with(image.key, image.extra)
                .run();
        // A row that is there keeps its place; the last value asks for nothing.
        if (put(database.command("UPDATE images SET path = ?, width = ?, height = ?, status = ?, format_id = ? "
                                 "WHERE key = ? AND ? = 0"),
                0) > 0)
            continue;
        if (place < 0) {
            Command last = database.command("SELECT coalesce(max(place), -1) FROM images");
            place = last.next() ? last.whole(0) : -1;
        }
        put(database.command(
                "INSERT INTO images(path, width, height, status, format_id, key, place) VALUES(?,?,?,?,?,?,?)"),
            ++place);
    }
}

}  // namespace fcoscope
