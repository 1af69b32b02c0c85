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

/// What the set is to be, beside the set: it is exchanged in one go once everything was found right.
struct Staged {
    struct Boxes {
        size_t place = 0;
        std::vector<BoxEntry> boxes;
    };
    std::vector<Boxes> boxes;
    std::vector<std::pair<size_t, ReviewStatus>> statuses;
    std::vector<ClassEntry> classes;
    std::vector<Refusal> refusals;
    Key nextKey = 1;

    void saw(Key key)
    {
        demand(key > 0 && key < std::numeric_limits<Key>::max(), "a key that is not above 0");
        nextKey = std::max(nextKey, key + 1);
    }
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

/// The boxes of one image after `order`'s changes, which all name it; the answers of each go to `inverse`.
std::vector<BoxEntry> changed(const ImageEntry &image, const LabelEdit &edit, std::span<const size_t> order,
                              std::vector<BoxChange> &inverse)
{
    std::map<Key, std::optional<BoxEntry>> now;
    for (const size_t i : order) {
        const BoxChange &change = edit.boxes[i];
        const auto [at, first] = now.try_emplace(change.box);
        if (const BoxEntry *present = findBox(image, change.box); first && present)
            at->second = *present;
        std::optional<BoxEntry> to = change.to;
        if (to && at->second)
            to->extra = at->second->extra;
        inverse[i] = {change.image, change.box, std::exchange(at->second, std::move(to))};
    }
    // Merged in one walk: an image of 20,000 boxes may lose them all.
    std::vector<BoxEntry> boxes;
    boxes.reserve(image.boxes.size() + now.size());
    auto next = now.begin();
    const auto takeUpTo = [&](Key key) {
        for (; next != now.end() && next->first < key; ++next)
            if (next->second)
                boxes.push_back(std::move(*next->second));
    };
    for (const BoxEntry &box : image.boxes) {
        takeUpTo(box.key);
        if (next == now.end() || next->first != box.key)
            boxes.push_back(box);
    }
    takeUpTo(std::numeric_limits<Key>::max());
    return boxes;
}

std::vector<BoxChange> stageBoxes(const LabelSet &set, const ImagePlaces &places, const LabelEdit &edit, Staged &staged)
{
    std::vector<size_t> order(edit.boxes.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return edit.boxes[a].image < edit.boxes[b].image; });
    std::vector<BoxChange> inverse(edit.boxes.size());
    for (size_t from = 0; from < order.size();) {
        const Key key = edit.boxes[order[from]].image;
        size_t to = from;
        for (; to < order.size() && edit.boxes[order[to]].image == key; ++to) {
            checkRow(edit.boxes[order[to]]);
            staged.saw(edit.boxes[order[to]].box);
        }
        const size_t place = placeIn(places, key);
        staged.boxes.push_back(
            {place, changed(set.images[place], edit, std::span(order).subspan(from, to - from), inverse)});
        from = to;
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

/// Classes differ in name, and every box and refusal has one of them.
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
    for (const RefusalChange &change : edit.refusals)
        demand(!change.to || known(change.to->classKey), "a refusal of a class that is not there");
    if (edit.classes.empty())
        return;
    std::sort(names.begin(), names.end());
    demand(std::adjacent_find(names.begin(), names.end()) == names.end(), "two classes of one name");
    if (std::none_of(edit.classes.begin(), edit.classes.end(), [](const ClassChange &change) { return !change.to; }))
        return;
    std::vector<const std::vector<BoxEntry> *> boxes;
    for (const ImageEntry &image : set.images)
        boxes.push_back(&image.boxes);
    for (const Staged::Boxes &image : staged.boxes)
        boxes[image.place] = &image.boxes;
    for (const auto *ofImage : boxes)
        for (const BoxEntry &box : *ofImage)
            demand(known(box.classKey), "a box whose class is gone");
    for (const Refusal &refusal : edit.refusals.empty() ? set.refusals : staged.refusals)
        demand(known(refusal.classKey), "a refusal whose class is gone");
}

void takeOver(LabelSet &set, const LabelEdit &edit, Staged &staged) noexcept
{
    for (Staged::Boxes &image : staged.boxes)
        set.images[image.place].boxes.swap(image.boxes);
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
    inverse.boxes = stageBoxes(set, places, edit, staged);
    inverse.statuses = stageStatuses(set, places, edit, staged);
    inverse.classes = stageClasses(set, edit, staged);
    inverse.refusals = stageRefusals(set, places, edit, staged);
    checkClasses(set, edit, staged);
    takeOver(set, edit, staged);
    return inverse;
}

}  // namespace fcoscope
