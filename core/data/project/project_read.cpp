// SPDX-License-Identifier: GPL-3.0-or-later
// A project's tables as a label set. The file may come from anybody: whatever a set cannot hold is said to be damage.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "core/data/project/project_rows.h"

namespace fcoscope {
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
        expect(std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2));
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
        const std::filesystem::path here = database_.file().parent_path();
        set_.root = here;
        std::filesystem::path way;  // files of the first versions do not have it
        Command row = database_.command("SELECT name, value FROM facts");
        while (row.next()) {
            const std::string name = row.text(0);
            if (name == "root")
                set_.root = row.text(1);
            else if (name == "way to root")
                way = row.text(1);
            else if (name == "next key")
                set_.nextKey = std::clamp<Key>(row.whole(1), 1, std::numeric_limits<Key>::max());
        }
        if (!way.empty() && leadsToImages(here / way))
            set_.root = (here / way).lexically_normal();
    }

    /// Where the way from here leads to the images, the project was copied together with them. A folder that merely has
    /// the name is not enough, unless the images are not where they were either.
    bool leadsToImages(const std::filesystem::path &folder) const
    {
        std::error_code error;
        if (!std::filesystem::is_directory(folder, error))
            return false;
        if (!std::filesystem::exists(set_.root, error))
            return true;
        Command row = database_.command("SELECT path FROM images ORDER BY key LIMIT 20");
        while (row.next()) {
            const std::filesystem::path image = row.text(0);
            if (image.is_relative() && std::filesystem::is_regular_file(folder / image, error))
                return true;
        }
        return false;
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
            const int flags = intOf(row, 8, 0, BoxFlags::All);
            box.crowd = flags & BoxFlags::Crowd, box.difficult = flags & BoxFlags::Difficult,
            box.locked = flags & BoxFlags::Locked;
            box.area = row.real(9);
            expect(std::isfinite(box.area));
        }
    }

    void readRefusals()
    {
        Command version = database_.command("PRAGMA user_version");
        const bool first = version.next() && version.whole(0) == 1;  // its writer has not been here yet
        Command row =
            database_.command(first ? "SELECT refusals.key, image, name, x1, y1, x2, y2 FROM refusals "
                                      "JOIN classes ON classes.key = refusals.class ORDER BY refusals.key"
                                    : "SELECT key, image, class_name, x1, y1, x2, y2 FROM refusals ORDER BY key");
        while (row.next()) {
            set_.refusals.push_back({keyOf(row), row.whole(1), row.text(2), boxOf(row, 3)});
            imageOf(set_.refusals.back().imageKey);
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

}  // namespace fcoscope
