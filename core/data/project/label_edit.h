// SPDX-License-Identifier: GPL-3.0-or-later
// One change of a label set: the only way labels, statuses, classes and refusals change, by whatever hand.
//
// An edit says what rows are to be from now on ("box 17 of image 3 is this", "class 5 is gone"); applying it answers
// the edit that leads back. So undo, redo, the journal, batch operations and the project file are one code path, and
// applying an edit and its inverse leaves the set equal, box for box and in the same order.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/message.h"
#include "core/data/label_set.h"

namespace fcoscope {

struct BoxChange {
    Key image = 0;
    Key box = 0;
    /// None: the box is gone. Its extra counts only where the box is new: one that is there keeps what it has, in the
    /// set as in the file. The same goes for classes.
    std::optional<BoxEntry> to;
    bool operator==(const BoxChange &) const = default;
};
struct StatusChange {
    Key image = 0;
    ReviewStatus to = ReviewStatus::New;
    bool operator==(const StatusChange &) const = default;
};
struct ClassChange {
    Key key = 0;
    std::optional<ClassEntry> to;
    bool operator==(const ClassChange &) const = default;
};
struct RefusalChange {
    Key key = 0;
    std::optional<Refusal> to;
    bool operator==(const RefusalChange &) const = default;
};

struct LabelEdit {
    Message words;  ///< what was done, for the menu and the journal: "Move 3 boxes"
    std::vector<BoxChange> boxes;
    std::vector<StatusChange> statuses;
    std::vector<ClassChange> classes;
    std::vector<RefusalChange> refusals;

    bool empty() const { return boxes.empty() && statuses.empty() && classes.empty() && refusals.empty(); }
    bool operator==(const LabelEdit &) const = default;
};

/// Finds images by key in constant time. Images are added, never removed while it lives.
class ImagePlaces {
public:
    explicit ImagePlaces(const LabelSet &set);
    void add(Key key, size_t place) { places_[key] = place; }
    /// Position in LabelSet::images; npos: no such image.
    size_t of(Key key) const
    {
        const auto found = places_.find(key);
        return found == places_.end() ? npos : found->second;
    }
    static constexpr size_t npos = size_t(-1);

private:
    std::unordered_map<Key, size_t> places_;  // a key read from a file may be any number
};

/// Applies `edit` and answers its inverse, with the same words. `set.nextKey` only ever grows. An edit that names an
/// image that is not there, gives a box a class that is not there (before or after this edit), leaves boxes whose class
/// is gone, or gives two classes one name throws std::logic_error and changes nothing: that is our bug, not a person's.
/// Cost: the rows of the edit and the boxes of the images it names.
LabelEdit apply(LabelSet &set, const ImagePlaces &places, const LabelEdit &edit);

/// As the journal keeps it, and back. parseEdit throws UserError where the text is no edit.
std::string jsonOf(const LabelEdit &edit);
LabelEdit parseEdit(std::string_view json);
/// One of a project of the first form, whose refusals name their class by its key.
LabelEdit parseFirstEdit(std::string_view json, const std::unordered_map<Key, std::string> &classNames);

}  // namespace fcoscope
