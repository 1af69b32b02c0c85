// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/label_edit.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

namespace fcoscope {
namespace {

void demand(bool holds, const char *law)
{
    if (!holds)
        throw std::logic_error(std::string("label edit: ") + law);
}

bool isFinite(const Box &box)
{
    return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2);
}

template <typename Rows> auto placeOf(Rows &rows, Key key)
{
    return std::find_if(rows.begin(), rows.end(), [&](const auto &row) { return row.key == key; });
}

/// What the set is to be, beside the set: it is taken over in one go, without an allocation, once everything was found
/// right. Of boxes only those that change are here: a merged class has a hundred thousand, in as many images.
struct Staged {
    struct Replaced {
        size_t place = 0;  ///< of the image
        Key box = 0;
        std::optional<BoxEntry> to;
    };
    std::vector<Replaced> boxes;  ///< by image, then by rising key
    size_t boxesOfGone = 0;       ///< boxes that had one of `gone` and are replaced
    std::vector<std::pair<size_t, ReviewStatus>> statuses;
    std::vector<ClassEntry> classes;
    std::vector<Key> gone;  ///< classes, sorted
    std::vector<Refusal> refusals;
    Key nextKey = 1;

    void saw(Key key)
    {
        demand(key > 0 && key < std::numeric_limits<Key>::max(), "a key that is not above 0");
        nextKey = std::max(nextKey, key + 1);
    }
    bool isGone(Key classKey) const { return std::binary_search(gone.begin(), gone.end(), classKey); }
};

size_t placeIn(const ImagePlaces &places, Key image)
{
    const size_t place = places.of(image);
    demand(place != ImagePlaces::npos, "an image that is not there");
    return place;
}

void checkRow(const BoxChange &change)
{
    if (!change.to)
        return;
    demand(change.to->key == change.box, "a box under another key than its own");
    demand(isFinite(change.to->box) && std::isfinite(change.to->area) && std::isfinite(change.to->score.value_or(0)),
           "a number that is not finite");
}

/// Positions of the edit's box changes, so that those of one box follow each other in the edit's order.
std::vector<size_t> byBox(const std::vector<BoxChange> &changes)
{
    std::vector<size_t> order(changes.size());
    std::iota(order.begin(), order.end(), size_t(0));
    const auto before = [&](size_t a, size_t b) {
        return changes[a].image != changes[b].image ? changes[a].image < changes[b].image
                                                    : changes[a].box < changes[b].box;
    };
    if (!std::is_sorted(order.begin(), order.end(), before))
        std::stable_sort(order.begin(), order.end(), before);
    return order;
}

/// Room that is made before changes no value, and taking over needs none. Twice as much as before, as push_back does.
void makeRoom(std::vector<BoxEntry> &boxes, size_t added)
{
    if (boxes.size() + added > boxes.capacity())
        boxes.reserve(std::max(boxes.size() + added, 2 * boxes.capacity()));
}

std::vector<BoxChange> stageBoxes(LabelSet &set, const ImagePlaces &places, const LabelEdit &edit, Staged &staged)
{
    std::vector<BoxChange> inverse(edit.boxes.size());
    staged.boxes.reserve(edit.boxes.size());
    size_t place = ImagePlaces::npos, added = 0;
    for (const size_t i : byBox(edit.boxes)) {
        const BoxChange &change = edit.boxes[i];
        checkRow(change);
        staged.saw(change.box);
        if (place == ImagePlaces::npos || set.images[place].key != change.image) {
            place = placeIn(places, change.image);
            added = 0;
        }
        ImageEntry &image = set.images[place];
        std::optional<BoxEntry> to = change.to;
        if (staged.boxes.empty() || staged.boxes.back().place != place || staged.boxes.back().box != change.box) {
            const BoxEntry *present = findBox(image, change.box);
            staged.boxesOfGone += present && staged.isGone(present->classKey) ? 1 : 0;
            staged.boxes.push_back({place, change.box, present ? std::optional(*present) : std::nullopt});
            added += present ? 0 : 1;
            makeRoom(image.boxes, added);
        }
        std::optional<BoxEntry> &now = staged.boxes.back().to;
        if (to && now)
            to->extra = now->extra;
        inverse[i] = {change.image, change.box, std::exchange(now, std::move(to))};
    }
    std::reverse(inverse.begin(), inverse.end());
    return inverse;
}

std::vector<StatusChange> stageStatuses(const LabelSet &set, const ImagePlaces &places, const LabelEdit &edit,
                                        Staged &staged)
{
    std::vector<StatusChange> inverse;
    std::map<size_t, ReviewStatus> now;
    for (const StatusChange &change : edit.statuses) {
        const size_t place = placeIn(places, change.image);
        const auto at = now.try_emplace(place, set.images[place].status).first;
        inverse.push_back({change.image, std::exchange(at->second, change.to)});
    }
    staged.statuses.assign(now.begin(), now.end());
    std::reverse(inverse.begin(), inverse.end());
    return inverse;
}

std::vector<ClassChange> stageClasses(const LabelSet &set, const LabelEdit &edit, Staged &staged)
{
    std::vector<ClassChange> inverse;
    staged.classes = set.classes;
    for (const ClassChange &change : edit.classes) {
        staged.saw(change.key);
        demand(!change.to || change.to->key == change.key, "a class under another key than its own");
        const auto at = placeOf(staged.classes, change.key);
        const bool there = at != staged.classes.end();
        inverse.push_back({change.key, there ? std::optional(*at) : std::nullopt});
        if (there && change.to) {
            std::string extra = std::move(at->extra);
            *at = *change.to;
            at->extra = std::move(extra);
        } else if (there) {
            staged.classes.erase(at);
        } else if (change.to) {
            staged.classes.push_back(*change.to);
        }
    }
    std::sort(staged.classes.begin(), staged.classes.end(), [](const ClassEntry &a, const ClassEntry &b) {
        return a.rank != b.rank ? a.rank < b.rank : a.key < b.key;
    });
    for (const ClassEntry &before : set.classes)
        if (placeOf(staged.classes, before.key) == staged.classes.end())
            staged.gone.push_back(before.key);
    std::sort(staged.gone.begin(), staged.gone.end());
    std::reverse(inverse.begin(), inverse.end());
    return inverse;
}

std::vector<RefusalChange> stageRefusals(const LabelSet &set, const ImagePlaces &places, const LabelEdit &edit,
                                         Staged &staged)
{
    std::vector<RefusalChange> inverse;
    if (!edit.refusals.empty())
        staged.refusals = set.refusals;
    for (const RefusalChange &change : edit.refusals) {
        staged.saw(change.key);
        if (change.to) {
            demand(change.to->key == change.key, "a refusal under another key than its own");
            demand(isFinite(change.to->box), "a number that is not finite");
            placeIn(places, change.to->imageKey);
        }
        const auto at = std::lower_bound(staged.refusals.begin(), staged.refusals.end(), change.key,
                                         [](const Refusal &refusal, Key key) { return refusal.key < key; });
        const bool there = at != staged.refusals.end() && at->key == change.key;
        inverse.push_back({change.key, there ? std::optional(*at) : std::nullopt});
        if (there && change.to)
            *at = *change.to;
        else if (there)
            staged.refusals.erase(at);
        else if (change.to)
            staged.refusals.insert(at, *change.to);
    }
    std::reverse(inverse.begin(), inverse.end());
    return inverse;
}

/// Classes differ in name, and every box has one of them.
void checkClasses(const LabelSet &set, const LabelEdit &edit, const Staged &staged)
{
    std::vector<std::string_view> names;
    std::vector<Key> keys;
    for (const ClassEntry &entry : staged.classes) {
        names.push_back(entry.name);
        keys.push_back(entry.key);
    }
    std::sort(keys.begin(), keys.end());
    const auto known = [&](Key key) { return std::binary_search(keys.begin(), keys.end(), key); };
    for (const BoxChange &change : edit.boxes)
        demand(!change.to || known(change.to->classKey), "a box of a class that is not there");
    if (edit.classes.empty())
        return;
    std::sort(names.begin(), names.end());
    demand(std::adjacent_find(names.begin(), names.end()) == names.end(), "two classes of one name");
    if (staged.gone.empty())
        return;
    size_t boxesOfGone = 0;
    for (const ImageEntry &image : set.images)
        for (const BoxEntry &box : image.boxes)
            boxesOfGone += staged.isGone(box.classKey) ? 1 : 0;
    demand(boxesOfGone == staged.boxesOfGone, "a box whose class is gone");
}

bool byKey(const BoxEntry &a, const BoxEntry &b)
{
    return a.key < b.key;
}

/// The changes of one image. Nothing here can throw: room was made before.
void takeOver(std::vector<BoxEntry> &boxes, std::span<Staged::Replaced> changes) noexcept
{
    const auto old = static_cast<std::ptrdiff_t>(boxes.size());
    bool removes = false;
    for (Staged::Replaced &change : changes) {
        const auto end = boxes.begin() + old;
        const auto at =
            std::lower_bound(boxes.begin(), end, change.box, [](const BoxEntry &b, Key k) { return b.key < k; });
        const bool there = at != end && at->key == change.box;
        removes = removes || (there && !change.to);
        if (there && change.to)
            *at = std::move(*change.to);
        else if (change.to)
            boxes.push_back(std::move(*change.to));
    }
    if (removes) {  // those that are gone are the ones whose change holds nothing; both walks are by rising key
        auto change = changes.begin();
        const auto isGone = [&](const BoxEntry &box) {
            while (change != changes.end() && change->box < box.key)
                ++change;
            return change != changes.end() && change->box == box.key && !change->to;
        };
        const auto kept = std::remove_if(boxes.begin(), boxes.begin() + old, isGone);
        boxes.erase(kept, boxes.begin() + old);
    }
    if (!std::is_sorted(boxes.begin(), boxes.end(), byKey))
        std::sort(boxes.begin(), boxes.end(), byKey);
}

void takeOver(LabelSet &set, const LabelEdit &edit, Staged &staged) noexcept
{
    for (auto from = staged.boxes.begin(); from != staged.boxes.end();) {
        const size_t place = from->place;
        const auto to =
            std::find_if(from, staged.boxes.end(), [&](const auto &change) { return change.place != place; });
        takeOver(set.images[place].boxes, {from, to});
        from = to;
    }
    for (const auto &[place, status] : staged.statuses)
        set.images[place].status = status;
    if (!edit.classes.empty())
        set.classes.swap(staged.classes);
    if (!edit.refusals.empty())
        set.refusals.swap(staged.refusals);
    set.nextKey = std::max(set.nextKey, staged.nextKey);
}

}  // namespace

ImagePlaces::ImagePlaces(const LabelSet &set)
{
    places_.reserve(set.images.size());
    for (size_t i = 0; i < set.images.size(); ++i)
        add(set.images[i].key, i);
}

LabelEdit apply(LabelSet &set, const ImagePlaces &places, const LabelEdit &edit)
{
    Staged staged;
    LabelEdit inverse;
    inverse.words = edit.words;
    inverse.classes = stageClasses(set, edit, staged);
    inverse.boxes = stageBoxes(set, places, edit, staged);
    inverse.statuses = stageStatuses(set, places, edit, staged);
    inverse.refusals = stageRefusals(set, places, edit, staged);
    checkClasses(set, edit, staged);
    takeOver(set, edit, staged);
    return inverse;
}

}  // namespace fcoscope
