// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/label_desk.h"

#include <algorithm>

#include "widgets/labels/label_arithmetic.h"
#include "widgets/labels/tighten.h"

namespace fcoscope {
namespace {

constexpr double copyOffset = 12;  // image px from a box to its copy

std::vector<Box> boxesOf(const std::vector<BoxEntry> &entries)
{
    std::vector<Box> boxes;
    for (const BoxEntry &entry : entries)
        boxes.push_back(entry.box);
    return boxes;
}

bool flagOf(const BoxEntry &box, BoxFlag flag)
{
    return flag == BoxFlag::Locked ? box.locked : flag == BoxFlag::Difficult ? box.difficult : box.crowd;
}

LabelDesk::Keys addedBy(const LabelEdit &edit)
{
    LabelDesk::Keys keys;
    for (const BoxChange &change : edit.boxes)
        if (change.to)
            keys.push_back(change.box);
    return keys;
}

}  // namespace

LabelDesk::LabelDesk(Session &session, QObject *parent)
    : QObject(parent), session_(session), document_(session.labels())
{
    connect(&document_, &LabelDocument::changed, this, [this](const LabelsChange &change) {
        if (change.has(LabelsChange::Set)) {
            clipboard_.clear();
            drawingClass_ = 0;
        }
        if (change.has(LabelsChange::Set) || change.has(LabelsChange::Classes))
            Q_EMIT drawingClassChanged();
    });
}

const ImageEntry *LabelDesk::image() const
{
    return session_.picture() ? document_.find(session_.current()) : nullptr;
}

std::vector<BoxEntry> LabelDesk::boxes(const Keys &keys) const
{
    std::vector<BoxEntry> found;
    if (const ImageEntry *entry = image())
        for (Key key : keys)
            if (const BoxEntry *box = findBox(*entry, key))
                found.push_back(*box);
    return found;
}

// --- Classes

Key LabelDesk::drawingClass() const
{
    const LabelSet &set = document_.set();
    if (set.findClass(drawingClass_))
        return drawingClass_;
    return set.classes.empty() ? 0 : set.classes.front().key;
}

void LabelDesk::setDrawingClass(Key classKey)
{
    drawingClass_ = classKey;
    Q_EMIT drawingClassChanged();
}

std::optional<Key> LabelDesk::classAt(int place) const
{
    const auto &classes = document_.set().classes;
    return place < 0 || static_cast<size_t>(place) >= classes.size()
               ? std::nullopt
               : std::optional(classes[static_cast<size_t>(place)].key);
}

void LabelDesk::setClass(const Keys &keys, Key classKey)
{
    setDrawingClass(classKey);
    if (const ImageEntry *entry = image())
        document_.apply(fcoscope::setClass(document_.set(), *entry, keys, classKey));
}

void LabelDesk::setClass(const Keys &keys, const std::string &newClass)
{
    const ImageEntry *entry = image();
    if (!entry)
        return;
    const auto [added, then, classKey] = withClass(document_.set(), newClass);
    document_.apply(joined(added, fcoscope::setClass(then, *entry, keys, classKey)));
    setDrawingClass(classKey);
}

// --- Boxes

/// `then` holds the classes and the next key as they are when `classes` was applied.
LabelDesk::Keys LabelDesk::add(const LabelEdit &classes, const LabelSet &then, const std::vector<NewBox> &boxes,
                               Message words)
{
    const ImageEntry *entry = image();
    if (!entry)
        return {};
    for (const NewBox &box : boxes)
        if (const auto reason = reasonAgainst(box.box, entry->size)) {
            Q_EMIT said(*reason);
            return {};
        }
    const LabelEdit edit = addBoxes(then, *entry, boxes, std::move(words));
    return document_.apply(joined(classes, edit)) ? addedBy(edit) : Keys();
}

LabelDesk::Keys LabelDesk::draw(const Box &box)
{
    return add({}, document_.set(), {NewBox{drawingClass(), box, {}, false, false}}, message("core", "Draw a box"));
}

LabelDesk::Keys LabelDesk::draw(const Box &box, const std::string &newClass)
{
    const auto [added, then, classKey] = withClass(document_.set(), newClass);
    const Keys drawn = add(added, then, {NewBox{classKey, box, {}, false, false}}, message("core", "Draw a box"));
    setDrawingClass(classKey);
    return drawn;
}

void LabelDesk::move(const std::vector<MovedBox> &moved)
{
    const ImageEntry *entry = image();
    if (!entry)
        return;
    for (const MovedBox &box : moved)
        if (const auto reason = reasonAgainst(box.to, entry->size))
            return Q_EMIT said(*reason);
    document_.apply(moveBoxes(*entry, moved));
}

void LabelDesk::remove(const Keys &keys)
{
    const ImageEntry *entry = image();
    if (!entry)
        return;
    const std::vector<BoxEntry> meant = boxes(keys);
    document_.apply(deleteBoxes(document_.set(), *entry, keys));
    if (std::any_of(meant.begin(), meant.end(), [](const BoxEntry &box) { return box.locked; }))
        Q_EMIT said(message("core", "Locked boxes were not deleted: unlock them first."));
}

void LabelDesk::toggle(const Keys &keys, BoxFlag flag)
{
    const std::vector<BoxEntry> meant = boxes(keys);
    setFlag(keys, flag,
            !std::all_of(meant.begin(), meant.end(), [&](const BoxEntry &box) { return flagOf(box, flag); }));
}

void LabelDesk::setFlag(const Keys &keys, BoxFlag flag, bool to)
{
    if (const ImageEntry *entry = image())
        document_.apply(fcoscope::setFlag(*entry, keys, flag, to));
}

void LabelDesk::copy(const Keys &keys)
{
    if (std::vector<BoxEntry> meant = boxes(keys); !meant.empty()) {
        clipboard_ = std::move(meant);
        clipboardFrom_ = session_.current();
        pastes_ = 0;
    }
}

LabelDesk::Keys LabelDesk::addCopies(const std::vector<BoxEntry> &boxes, const std::vector<Box> &places, Message words)
{
    std::vector<NewBox> copies;
    for (size_t i = 0; i < boxes.size(); ++i)
        if (const BoxEntry &box = boxes[i]; document_.set().findClass(box.classKey))  // it may have been deleted since
            copies.push_back({box.classKey, places[i], box.score, box.crowd, box.difficult});
    return copies.empty() ? Keys() : add({}, document_.set(), copies, std::move(words));
}

LabelDesk::Keys LabelDesk::paste()
{
    const ImageEntry *entry = image();
    if (!entry || clipboard_.empty())
        return {};
    // Into another image at the same place, into its own beside it.
    if (clipboardFrom_ != session_.current())
        pastes_ = 0;
    else
        ++pastes_;
    clipboardFrom_ = session_.current();
    const double offset = pastes_ * copyOffset;
    return addCopies(clipboard_, pasted(boxesOf(clipboard_), {offset, offset}, entry->size),
                     message("core", "Paste boxes"));
}

LabelDesk::Keys LabelDesk::duplicate(const Keys &keys)
{
    const ImageEntry *entry = image();
    if (!entry)
        return {};
    const std::vector<BoxEntry> meant = boxes(keys);
    return addCopies(meant, duplicated(boxesOf(meant), copyOffset, entry->size), message("core", "Duplicate boxes"));
}

void LabelDesk::propagate(const Keys &keys, int count)
{
    const std::vector<size_t> &listed = session_.listed();
    const int row = document_.rowOf(session_.current());
    const auto here = std::find(listed.begin(), listed.end(), static_cast<size_t>(row));
    if (row < 0 || here == listed.end())
        return;
    std::vector<const ImageEntry *> images;
    for (auto at = here + 1; at != listed.end() && count-- > 0; ++at)
        images.push_back(&document_.set().images[*at]);
    if (!document_.apply(fcoscope::propagate(document_.set(), boxes(keys), images)))
        Q_EMIT said(
            message("core", "Nothing was copied: the next images have these boxes already, or there are none."));
}

void LabelDesk::tighten(const Keys &keys)
{
    if (!image())
        return;
    const QImage picture = shownImage(session_.picture());
    std::vector<MovedBox> moved;
    for (const BoxEntry &box : boxes(keys))
        if (!box.locked)
            moved.push_back({box.key, tightened(picture, box.box)});
    move(moved);
}

// --- Status

void LabelDesk::setStatus(ReviewStatus status)
{
    const ImageEntry *entry = image();
    if (!entry)
        return;
    if (status == ReviewStatus::Empty && !entry->boxes.empty())
        return Q_EMIT said(message("core", "The image has boxes: delete them before you call it empty."));
    document_.apply(fcoscope::setStatus(std::span(&entry, 1), status));
}

void LabelDesk::toggleStatus(ReviewStatus status)
{
    const ImageEntry *entry = image();
    if (!entry)
        return;
    const ReviewStatus without = entry->boxes.empty() ? ReviewStatus::New : ReviewStatus::Labelled;
    setStatus(entry->status == status ? without : status);
}

void LabelDesk::toggleVerified()
{
    toggleStatus(ReviewStatus::Verified);
}

void LabelDesk::toggleEmpty()
{
    toggleStatus(ReviewStatus::Empty);
}

}  // namespace fcoscope
