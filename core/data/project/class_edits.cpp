// SPDX-License-Identifier: GPL-3.0-or-later
// The edits of classes.
#include <algorithm>
#include <stdexcept>

#include "core/base/error.h"
#include "core/data/project/draft_edit.h"

namespace fcoscope {
namespace {

const ClassEntry &classOf(const LabelSet &set, Key key)
{
    const ClassEntry *entry = set.findClass(key);
    if (!entry)
        throw std::logic_error("a class that is not there");
    return *entry;
}

void checkName(const LabelSet &set, const std::string &name)
{
    if (name.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UserError(message("core", "A class needs a name."));
    if (set.findClass(name))
        throw UserError(message("core", "There is a class {0} already; classes can be merged.").with(name));
}

/// The class as it stands in an edit: what a file said beyond the fields is the set's affair.
ClassChange changeOf(const ClassEntry &entry)
{
    ClassChange change{entry.key, entry};
    change.to->extra.clear();
    return change;
}

}  // namespace

LabelEdit addClass(const LabelSet &set, const std::string &name)
{
    checkName(set, name);
    const int rank = set.classes.empty() ? 0 : set.classes.back().rank + 1;
    LabelEdit edit;
    edit.words = message("core", "Add the class {0}").with(name);
    edit.classes.push_back({set.nextKey, ClassEntry{set.nextKey, name, rank, -1, 0, {}}});
    return edit;
}

LabelEdit renameClass(const LabelSet &set, Key key, const std::string &name)
{
    LabelEdit edit;
    const ClassEntry &before = classOf(set, key);
    if (before.name == name)
        return edit;
    checkName(set, name);
    edit.words = message("core", "Rename the class {0} to {1}").with(before.name, name);
    edit.classes.push_back(changeOf(before));
    edit.classes.back().to->name = name;
    return edit;
}

LabelEdit recolourClass(const LabelSet &set, Key key, uint32_t colour)
{
    LabelEdit edit;
    const ClassEntry &before = classOf(set, key);
    if (before.colour == colour)
        return edit;
    edit.words = message("core", "Recolour the class {0}").with(before.name);
    edit.classes.push_back(changeOf(before));
    edit.classes.back().to->colour = colour;
    return edit;
}

LabelEdit reorderClasses(const LabelSet &set, std::span<const Key> order)
{
    if (order.size() != set.classes.size() ||
        std::unordered_set<Key>(order.begin(), order.end()).size() != order.size())
        throw std::logic_error("an order without every class once");
    LabelEdit edit;
    edit.words = message("core", "Reorder the classes");
    bool same = true;
    for (size_t i = 0; i < order.size(); ++i) {
        same = same && order[i] == set.classes[i].key;
        const ClassEntry &entry = classOf(set, order[i]);
        if (entry.rank == static_cast<int>(i))
            continue;
        edit.classes.push_back(changeOf(entry));
        edit.classes.back().to->rank = static_cast<int>(i);
    }
    if (same)  // the ranks may have gaps; nobody sees them
        edit.classes.clear();
    return edit;
}

LabelEdit mergeClasses(const LabelSet &set, Key from, Key into)
{
    LabelEdit edit;
    const ClassEntry &gone = classOf(set, from), &kept = classOf(set, into);
    if (from == into)
        return edit;
    edit.words = message("core", "Merge the class {0} into {1}").with(gone.name, kept.name);
    for (const ImageEntry &image : set.images)
        for (const BoxEntry &box : image.boxes)
            if (box.classKey == from)
                edit.boxes.push_back(
                    {image.key, box.key,
                     BoxEntry{box.key, into, box.box, box.score, box.crowd, box.difficult, box.locked, box.area, {}}});
    edit.classes.push_back({from, {}});
    return edit;
}

LabelEdit deleteClass(const LabelSet &set, Key key)
{
    LabelEdit edit;
    edit.words = message("core", "Delete the class {0}").with(classOf(set, key).name);
    for (const ImageEntry &image : set.images) {
        const size_t before = edit.boxes.size();
        for (const BoxEntry &box : image.boxes)
            if (box.classKey == key)
                edit.boxes.push_back({image.key, box.key, {}});
        loseBoxes(edit, image, edit.boxes.size() - before);
    }
    edit.classes.push_back({key, {}});
    return edit;
}

}  // namespace fcoscope
