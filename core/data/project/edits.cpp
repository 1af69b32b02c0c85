// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/project/edits.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/base/text.h"
#include "core/data/project/draft_edit.h"

namespace fcoscope {
namespace {

constexpr double sameBox = 0.95;  // IoU from which two boxes of a class are one and the same

BoxEntry entryOf(const NewBox &box)
{
    const auto score = box.score && std::isfinite(*box.score) ? box.score : std::nullopt;
    return {0, box.classKey, box.box, score, box.crowd, box.difficult, false, -1, {}};
}

/// The same box with another class or flag: its extra is the set's affair.
BoxEntry withoutExtra(const BoxEntry &box)
{
    return {box.key, box.classKey, box.box, box.score, box.crowd, box.difficult, box.locked, box.area, {}};
}

bool sameSize(const Box &a, const Box &b)
{
    return std::abs(a.width() - b.width()) < 1e-6 && std::abs(a.height() - b.height()) < 1e-6;
}

Message flagWords(size_t n, BoxFlag flag, bool to)
{
    switch (flag) {
    case BoxFlag::Locked:
        return to ? counted(n, message("core", "Lock a box"), message("core", "Lock {0} boxes"))
                  : counted(n, message("core", "Unlock a box"), message("core", "Unlock {0} boxes"));
    case BoxFlag::Difficult:
        return to ? counted(n, message("core", "Mark a box as difficult"),
                            message("core", "Mark {0} boxes as difficult"))
                  : counted(n, message("core", "Mark a box as not difficult"),
                            message("core", "Mark {0} boxes as not difficult"));
    case BoxFlag::Crowd:
        break;
    }
    return to ? counted(n, message("core", "Mark a box as a crowd"), message("core", "Mark {0} boxes as crowds"))
              : counted(n, message("core", "Mark a box as no crowd"), message("core", "Mark {0} boxes as no crowds"));
}

Message statusWords(size_t n, ReviewStatus status)
{
    switch (status) {
    case ReviewStatus::New:
        return counted(n, message("core", "Mark an image as new"), message("core", "Mark {0} images as new"));
    case ReviewStatus::Labelled:
        return counted(n, message("core", "Mark an image as labelled"), message("core", "Mark {0} images as labelled"));
    case ReviewStatus::Verified:
        return counted(n, message("core", "Mark an image as verified"), message("core", "Mark {0} images as verified"));
    case ReviewStatus::Empty:
        break;
    }
    return counted(n, message("core", "Mark an image as empty"), message("core", "Mark {0} images as empty"));
}

bool canHave(const ImageEntry &image, ReviewStatus status)
{
    return status == ReviewStatus::Empty      ? image.boxes.empty()
           : status == ReviewStatus::Labelled ? !image.boxes.empty()
                                              : true;
}

}  // namespace

Message counted(size_t count, Message one, const Message &many)
{
    return count == 1 ? std::move(one) : many.with(count);
}

bool isUsable(const Box &box)
{
    return box.hasArea() && std::isfinite(box.area());
}

bool isTaken(std::span<const BoxEntry> boxes, Key classKey, const Box &box)
{
    return std::any_of(boxes.begin(), boxes.end(), [&](const BoxEntry &present) {
        return present.classKey == classKey && intersectionOverUnion(present.box, box) >= sameBox;
    });
}

void DraftEdit::add(const ImageEntry &image, std::vector<BoxEntry> boxes)
{
    if (boxes.empty())
        return;
    for (BoxEntry &box : boxes) {
        box.key = nextKey++;
        edit.boxes.push_back({image.key, box.key, std::move(box)});
    }
    if (image.status == ReviewStatus::New || image.status == ReviewStatus::Empty)
        edit.statuses.push_back({image.key, ReviewStatus::Labelled});
}

void loseBoxes(LabelEdit &edit, const ImageEntry &image, size_t count)
{
    if (count > 0 && count == image.boxes.size() && image.status == ReviewStatus::Labelled)
        edit.statuses.push_back({image.key, ReviewStatus::New});
}

std::optional<Message> reasonAgainst(const Box &box, Size image)
{
    if (!std::isfinite(box.x1) || !std::isfinite(box.y1) || !std::isfinite(box.x2) || !std::isfinite(box.y2) ||
        !std::isfinite(box.area()))
        return message("core", "The box has a coordinate that is not a number.");
    if (box.width() < 1 || box.height() < 1)
        return message("core", "The box is {0} × {1} pixels: thinner than one pixel.")
            .with(roundedText(box.width(), 2), roundedText(box.height(), 2));
    if (image == Size{})
        return std::nullopt;
    if (box.x1 >= image.width || box.y1 >= image.height || box.x2 <= 0 || box.y2 <= 0)
        return message("core", "The box lies outside the image, which is {0} × {1} pixels.")
            .with(image.width, image.height);
    return std::nullopt;
}

LabelEdit addBoxes(const LabelSet &set, const ImageEntry &image, std::span<const NewBox> boxes, Message words)
{
    DraftEdit draft(set);
    std::vector<BoxEntry> entries;
    for (const NewBox &box : boxes) {
        draft.keepOff(box.classKey);
        if (isUsable(box.box))
            entries.push_back(entryOf(box));
    }
    draft.add(image, std::move(entries));
    draft.edit.words = std::move(words);
    return draft.edit;
}

LabelEdit moveBoxes(const ImageEntry &image, std::span<const MovedBox> boxes)
{
    LabelEdit edit;
    bool resized = false;
    std::unordered_map<Key, Box> wanted;
    for (const MovedBox &moved : boxes)
        if (isUsable(moved.to))
            wanted[moved.box] = moved.to;
    for (const BoxEntry &box : image.boxes) {
        const auto to = wanted.find(box.key);
        if (to == wanted.end() || box.locked || to->second == box.box)
            continue;
        resized = resized || !sameSize(box.box, to->second);
        BoxEntry entry = withoutExtra(box);
        entry.box = to->second;
        entry.area = -1;
        edit.boxes.push_back({image.key, box.key, std::move(entry)});
    }
    const size_t n = edit.boxes.size();
    edit.words = resized ? counted(n, message("core", "Resize a box"), message("core", "Resize {0} boxes"))
                         : counted(n, message("core", "Move a box"), message("core", "Move {0} boxes"));
    return edit;
}

LabelEdit deleteBoxes(const LabelSet &, const ImageEntry &image, std::span<const Key> boxes)
{
    LabelEdit edit;
    for (const BoxEntry *box : chosen(image, boxes, [](const BoxEntry &b) { return !b.locked; }))
        edit.boxes.push_back({image.key, box->key, {}});
    loseBoxes(edit, image, edit.boxes.size());
    edit.words = counted(edit.boxes.size(), message("core", "Delete a box"), message("core", "Delete {0} boxes"));
    return edit;
}

LabelEdit setClass(const LabelSet &set, const ImageEntry &image, std::span<const Key> boxes, Key classKey)
{
    LabelEdit edit;
    const ClassEntry *to = set.findClass(classKey);
    if (!to)
        return edit;
    for (const BoxEntry *box :
         chosen(image, boxes, [&](const BoxEntry &b) { return !b.locked && b.classKey != classKey; })) {
        BoxEntry entry = withoutExtra(*box);
        entry.classKey = classKey;
        edit.boxes.push_back({image.key, box->key, std::move(entry)});
    }
    const size_t n = edit.boxes.size();
    edit.words = n == 1 ? message("core", "Make a box {0}").with(to->name)
                        : message("core", "Make {0} boxes {1}").with(n, to->name);
    return edit;
}

LabelEdit setFlag(const ImageEntry &image, std::span<const Key> boxes, BoxFlag flag, bool to)
{
    bool BoxEntry::*const member = flag == BoxFlag::Locked      ? &BoxEntry::locked
                                   : flag == BoxFlag::Difficult ? &BoxEntry::difficult
                                                                : &BoxEntry::crowd;
    LabelEdit edit;
    for (const BoxEntry *box : chosen(image, boxes, [&](const BoxEntry &b) { return b.*member != to; })) {
        BoxEntry entry = withoutExtra(*box);
        entry.*member = to;
        edit.boxes.push_back({image.key, box->key, std::move(entry)});
    }
    edit.words = flagWords(edit.boxes.size(), flag, to);
    return edit;
}

LabelEdit propagate(const LabelSet &set, std::span<const BoxEntry> boxes, std::span<const ImageEntry *const> images)
{
    DraftEdit draft(set);
    size_t reached = 0;
    for (const ImageEntry *image : images) {
        std::vector<BoxEntry> copies;
        for (const BoxEntry &box : boxes) {
            const Size size = image->size;
            const Box to = size == Size{} ? box.box : clipped(box.box, size.width, size.height);
            // What a detector was sure of elsewhere, and the area of a mask there, say nothing about this image.
            const BoxEntry copy{0, box.classKey, to, {}, box.crowd, box.difficult, false, -1, {}};
            if (isUsable(to) && !isTaken(image->boxes, box.classKey, to) && !isTaken(copies, box.classKey, to))
                copies.push_back(copy);
        }
        reached += copies.empty() ? 0 : 1;
        draft.add(*image, std::move(copies));
    }
    draft.edit.words = counted(reached, message("core", "Propagate boxes to another image"),
                               message("core", "Propagate boxes to {0} images"));
    return draft.edit;
}

LabelEdit setStatus(std::span<const ImageEntry *const> images, ReviewStatus status)
{
    LabelEdit edit;
    for (const ImageEntry *image : images)
        if (image->status != status && canHave(*image, status))
            edit.statuses.push_back({image->key, status});
    edit.words = statusWords(edit.statuses.size(), status);
    return edit;
}

Touched touchedBy(const LabelEdit &edit)
{
    std::unordered_set<Key> boxes, images;
    for (const BoxChange &change : edit.boxes)
        boxes.insert(change.box), images.insert(change.image);
    for (const StatusChange &change : edit.statuses)
        images.insert(change.image);
    return {boxes.size(), images.size()};
}

LabelEdit acceptDetections(const LabelSet &set, const ImageEntry &image, std::span<const NewBox> detections)
{
    DraftEdit draft(set);
    std::vector<BoxEntry> accepted;
    for (const NewBox &box : detections) {
        draft.keepOff(box.classKey);
        if (isUsable(box.box) && !isTaken(image.boxes, box.classKey, box.box) &&
            !isTaken(accepted, box.classKey, box.box))
            accepted.push_back(entryOf(box));
    }
    draft.add(image, std::move(accepted));
    draft.edit.words = counted(draft.edit.boxes.size(), message("core", "Accept a detection"),
                               message("core", "Accept {0} detections"));
    return draft.edit;
}

LabelEdit acceptDetections(const LabelSet &set, std::span<const ImageDetections> found)
{
    DraftEdit draft(set);
    std::unordered_map<std::string, Key> keys;
    int rank = set.classes.empty() ? 0 : set.classes.back().rank + 1;
    for (const ClassEntry &entry : set.classes)
        keys.emplace(entry.name, entry.key);
    for (const ImageDetections &in : found) {
        std::vector<BoxEntry> accepted;
        for (const NamedDetection &one : in.detections) {
            if (!isUsable(one.box))
                continue;
            const auto [key, added] = keys.try_emplace(one.className, draft.nextKey);
            if (added)
                draft.edit.classes.push_back(
                    {draft.nextKey, ClassEntry{draft.nextKey, one.className, rank++, -1, 0, {}}});
            draft.nextKey += added ? 1 : 0;
            if (!isTaken(in.image->boxes, key->second, one.box) && !isTaken(accepted, key->second, one.box))
                accepted.push_back(entryOf({key->second, one.box, one.score, false, false}));
        }
        draft.add(*in.image, std::move(accepted));
    }
    draft.edit.words = counted(draft.edit.boxes.size(), message("core", "Accept a detection"),
                               message("core", "Accept {0} detections"));
    return draft.edit;
}

LabelEdit refuseDetections(const LabelSet &set, const ImageEntry &image, std::span<const NamedDetection> detections)
{
    DraftEdit draft(set);
    for (const NamedDetection &detection : detections) {
        if (!isUsable(detection.box))
            continue;
        const Refusal refusal{draft.nextKey++, image.key, detection.className, detection.box};
        draft.edit.refusals.push_back({refusal.key, refusal});
    }
    draft.edit.words = counted(draft.edit.refusals.size(), message("core", "Refuse a detection"),
                               message("core", "Refuse {0} detections"));
    return draft.edit;
}

}  // namespace fcoscope
