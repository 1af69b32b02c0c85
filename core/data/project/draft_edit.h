// SPDX-License-Identifier: GPL-3.0-or-later
// What the functions of edits.h share while they put an edit together. Nobody else's affair.
#pragma once

#include <unordered_set>

#include "core/data/project/edits.h"

namespace fcoscope {

/// `one` where there is one of something, else `many` with their number in its first place.
Message counted(size_t count, Message one, const Message &many);

bool isUsable(const Box &box);
/// A box of the class lies there already: IoU of 0.95 or more.
bool isTaken(std::span<const BoxEntry> boxes, Key classKey, const Box &box);

/// An edit that grows, with keys drawn from those that the set has not given yet.
struct DraftEdit {
    explicit DraftEdit(const LabelSet &set) : nextKey(set.nextKey) {}

    LabelEdit edit;
    Key nextKey;

    /// Adds the boxes to the image, whose status follows.
    void add(const ImageEntry &image, std::vector<BoxEntry> boxes);
    /// Draws keys behind those that are named already: a class may be added in the same edit.
    void keepOff(Key key) { nextKey = std::max(nextKey, key + 1); }
};

/// The image loses these boxes, of which it has `count`: a Labelled one that has none left is New again.
void loseBoxes(LabelEdit &edit, const ImageEntry &image, size_t count);

/// Those of the image's boxes that are named and `wanted`, in their order.
template <typename Wanted>
std::vector<const BoxEntry *> chosen(const ImageEntry &image, std::span<const Key> keys, Wanted &&wanted)
{
    const std::unordered_set<Key> named(keys.begin(), keys.end());
    std::vector<const BoxEntry *> boxes;
    for (const BoxEntry &box : image.boxes)
        if (named.count(box.key) != 0 && wanted(box))
            boxes.push_back(&box);
    return boxes;
}

}  // namespace fcoscope
