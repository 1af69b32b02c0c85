// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/project_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace fcoscope {
namespace {

enum Flag { Crowd = 1, Difficult = 2, Locked = 4 };

int flagsOf(const BoxEntry &box)
{
    return (box.crowd ? Crowd : 0) | (box.difficult ? Difficult : 0) | (box.locked ? Locked : 0);
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
    // A project beside its images says so instead of naming the folder, so that the folder can be moved.
    const bool beside = set.root.lexically_normal() == file.parent_path().lexically_normal();
    Insertion fact(database, "INSERT INTO facts(name, value) VALUES(?, ?)");
    fact(std::string("next key"), set.nextKey);
    fact(std::string("changes"), int64_t(1));
    fact(std::string("done"), int64_t(0));
    if (!beside)
        fact(std::string("root"), set.root.string());
    Insertion entry(database, "INSERT INTO classes(key, name, rank, format_id, colour) VALUES(?,?,?,?,?)");
    for (const ClassEntry &c : set.classes)
        entry(c.key, c.name, c.rank, c.formatId, int64_t(c.colour));
    insertImages(database, set, context);
    Insertion refusal(database, "INSERT INTO refusals(key, image, class, x1, y1, x2, y2) VALUES(?,?,?,?,?,?,?)");
    for (const Refusal &r : set.refusals) {
        demand(isFinite(r.box), "a number that is not finite");
        refusal(r.key, r.imageKey, r.classKey, r.box.x1, r.box.y1, r.box.x2, r.box.y2);
    }
    insertExtras(database, set);
}

// --- Reading

namespace {

class SetReader {
public:
    SetReader(const ProjectDatabase &database, const RunContext &context) : database_(database), context_(context) {}

    LabelSet read(bool extras)
    {
        readFacts();
        readClasses();
        readImages();
        readBoxes();
        readRefusals();
        if (extras)
            readExtras();
        return std::move(set_);
    }

private:
    [[noreturn]] void damaged() const
    {
        throw UserError(message("core", "The project {0} is damaged.").with(database_.file().string()));
    }
    void expect(bool holds) const
    {
        if (!holds)
            damaged();
    }
    Key keyOf(const Command &row, int column = 0)
    {
        const Key key = row.whole(column);
        expect(key > 0 && key < std::numeric_limits<Key>::max());
        set_.nextKey = std::max(set_.nextKey, key + 1);
        return key;
    }
    Box boxOf(const Command &row, int column) const
    {
        const Box box{row.real(column), row.real(column + 1), row.real(column + 2), row.real(column + 3)};
        expect(isFinite(box));
        return box;
    }
    int intOf(const Command &row, int column, int64_t least = std::numeric_limits<int>::min(),
              int64_t most = std::numeric_limits<int>::max()) const
    {
        const int64_t value = row.whole(column);
        expect(value >= least && value <= most);
        return static_cast<int>(value);
    }
    bool isClass(Key key) const { return std::binary_search(classKeys_.begin(), classKeys_.end(), key); }
    /// Rows in the order of their keys name the same image many times over.
    ImageEntry &imageOf(Key key)
    {
        if (key != lastKey_) {
            const auto found = places_.find(key);
            expect(found != places_.end());
            lastKey_ = key, last_ = found->second;
        }
        return set_.images[last_];
    }

    void readFacts()
    {
        set_.root = database_.file().parent_path();
        Command row = database_.command("SELECT name, value FROM facts");
        while (row.next()) {
            const std::string name = row.text(0);
            if (name == "root")
                set_.root = row.text(1);
            else if (name == "next key")
                set_.nextKey = std::clamp<Key>(row.whole(1), 1, std::numeric_limits<Key>::max());
        }
    }

    void readClasses()
    {
        Command row = database_.command("SELECT key, name, rank, format_id, colour FROM classes ORDER BY rank, key");
        std::unordered_set<std::string> names;
        while (row.next()) {
            ClassEntry entry{keyOf(row), row.text(1), intOf(row, 2), row.whole(3), static_cast<uint32_t>(row.whole(4)),
                             {}};
            expect(names.insert(entry.name).second);
            classKeys_.push_back(entry.key);
            set_.classes.push_back(std::move(entry));
        }
        std::sort(classKeys_.begin(), classKeys_.end());
    }

    void readImages()
    {
        Command row =
            database_.command("SELECT key, place, path, width, height, status, format_id FROM images ORDER BY key");
        std::vector<ImageEntry> images;
        std::vector<int64_t> places;
        while (row.next()) {
            places.push_back(row.whole(1));
            images.push_back({keyOf(row),
                              row.text(2),
                              {intOf(row, 3, 0), intOf(row, 4, 0)},
                              ReviewStatus(intOf(row, 5, 0, 3)),
                              row.whole(6),
                              {},
                              {}});
        }
        if (!std::is_sorted(places.begin(), places.end())) {
            std::vector<size_t> order(images.size());
            std::iota(order.begin(), order.end(), size_t(0));
            std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return places[a] < places[b]; });
            for (const size_t from : order)
                set_.images.push_back(std::move(images[from]));
        } else {
            set_.images = std::move(images);
        }
        places_.reserve(set_.images.size());
        for (size_t i = 0; i < set_.images.size(); ++i)
            places_.emplace(set_.images[i].key, i);
    }

    void readBoxes()
    {
        Command row =
            database_.command("SELECT key, image, class, x1, y1, x2, y2, score, flags, area FROM boxes ORDER BY key");
        for (size_t count = 0; row.next(); ++count) {
            if (count % 65536 == 0 && context_.shouldStop())
                throw Stopped{};
            BoxEntry &box = imageOf(row.whole(1)).boxes.emplace_back();
            box.key = keyOf(row);
            box.classKey = row.whole(2);
            expect(isClass(box.classKey));
            box.box = boxOf(row, 3);
            if (!row.isNull(7)) {
                box.score = static_cast<float>(row.real(7));
                expect(std::isfinite(*box.score));
            }
            const int flags = intOf(row, 8, 0, Crowd | Difficult | Locked);
            box.crowd = flags & Crowd, box.difficult = flags & Difficult, box.locked = flags & Locked;
            box.area = row.real(9);
            expect(std::isfinite(box.area));
        }
    }

    void readRefusals()
    {
        Command row = database_.command("SELECT key, image, class, x1, y1, x2, y2 FROM refusals ORDER BY key");
        while (row.next()) {
            set_.refusals.push_back({keyOf(row), row.whole(1), row.whole(2), boxOf(row, 3)});
            imageOf(set_.refusals.back().imageKey);
            expect(isClass(set_.refusals.back().classKey));
        }
    }

    /// Extras outlive their rows, so that an undone deletion has them again: those without a row are passed over.
    void readExtras()
    {
        Command set = database_.command("SELECT json FROM extras WHERE key = 0");
        if (set.next())
            set_.extra = set.text(0);
        for (ClassEntry &entry : set_.classes) {
            Command row = database_.command("SELECT json FROM extras WHERE key = ?");
            if (row.with(entry.key).next())
                entry.extra = row.text(0);
        }
        Command image = database_.command("SELECT images.key, json FROM images JOIN extras USING(key)");
        while (image.next())
            imageOf(image.whole(0)).extra = image.text(1);
        Command box = database_.command("SELECT boxes.key, image, json FROM boxes CROSS JOIN extras USING(key)");
        while (box.next()) {
            auto &boxes = imageOf(box.whole(1)).boxes;
            const auto at = std::lower_bound(boxes.begin(), boxes.end(), box.whole(0),
                                             [](const BoxEntry &b, Key key) { return b.key < key; });
            expect(at != boxes.end() && at->key == box.whole(0));
            at->extra = box.text(2);
        }
    }

    const ProjectDatabase &database_;
    const RunContext &context_;
    LabelSet set_;
    std::vector<Key> classKeys_;
    std::unordered_map<Key, size_t> places_;
    Key lastKey_ = 0;
    size_t last_ = 0;
};

}  // namespace

LabelSet readSet(const ProjectDatabase &database, bool extras, const RunContext &context)
{
    return SetReader(database, context).read(extras);
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
        database.command("INSERT OR REPLACE INTO refusals(key, image, class, x1, y1, x2, y2) VALUES(?,?,?,?,?,?,?)")
            .with(change.key, to.imageKey, to.classKey, to.box.x1, to.box.y1, to.box.x2, to.box.y2)
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
            images.insert(change.to->imageKey), classes.insert(change.to->classKey);
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
