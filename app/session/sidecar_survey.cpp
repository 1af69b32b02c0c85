// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sidecar_survey.h"

#include "core/base/error.h"

namespace fcoscope {
namespace {

/// Classes alone: reading a file adds to them.
LabelSet classesOf(const LabelSet &set)
{
    LabelSet classes;
    classes.root = set.root;
    classes.classes = set.classes;
    classes.nextKey = set.nextKey;
    return classes;
}

/// What its file says, none where it cannot be read.
std::optional<ImageEntry> saidBy(const SidecarLayout &layout, LabelSet &set, const ImageEntry &image)
{
    try {
        return readSidecar(layout, set, image);
    } catch (const UserError &) {
        return std::nullopt;
    }
}

class Survey {
public:
    Survey(KnownSidecars &sidecars, LabelSet &set, bool mayTake)
        : sidecars_(sidecars), set_(set), mayTake_(mayTake), after_(classesOf(set))
    {
    }

    void take(const ImageEntry &image)
    {
        const std::filesystem::path file = sidecarOf(sidecars_.layout, set_, image);
        if (!sidecars_.owners.isOf(file, image.key))
            return;
        const auto record = sidecars_.records.find(image.key);
        const SidecarRecord *known = record == sidecars_.records.end() ? nullptr : &record->second;
        if (known && sidecars_.inStep)
            return;
        LabelSet scratch = after_;
        const SidecarLook look = lookAtSidecar(sidecars_.layout, scratch, image, known);
        if (look.state == SidecarLook::Stranger || (look.state == SidecarLook::Fresh && !mayTake_))
            return;  // asked when it is shown or written
        if (look.state == SidecarLook::Fresh)
            takeLabels(image, *look.theirs, scratch);
        else if (known && look.state == SidecarLook::Known && saidBy(sidecars_.layout, scratch, image) != image)
            sidecars_.behind.push_back(image.key);
        else if (mayTake_ && !known && look.state == SidecarLook::Known && image.status != ReviewStatus::New)
            sidecars_.behind.push_back(image.key);  // labelled, and killed before its file was written
        if (!known || known->fingerprint != look.fingerprint) {
            const SidecarRecord now{image.key, pathBelow(set_.root, file), look.fingerprint};
            sidecars_.records[image.key] = now;
            sidecars_.fresh.push_back(now);
        }
    }

private:
    void takeLabels(const ImageEntry &image, const ImageEntry &theirs, LabelSet &scratch)
    {
        const LabelEdit edit = editTowards(image, theirs, after_, scratch);
        LabelEdit &taken = sidecars_.taken;
        taken.words = message("core", "Read the label files of new images");
        taken.classes.insert(taken.classes.end(), edit.classes.begin(), edit.classes.end());
        taken.boxes.insert(taken.boxes.end(), edit.boxes.begin(), edit.boxes.end());
        taken.statuses.insert(taken.statuses.end(), edit.statuses.begin(), edit.statuses.end());
        after_ = std::move(scratch);
        set_.nextKey = after_.nextKey;
    }

    KnownSidecars &sidecars_;
    LabelSet &set_;
    bool mayTake_;
    LabelSet after_;  ///< classes, with those of the files that were taken
};

}  // namespace

void SidecarOwners::add(const std::filesystem::path &file, Key image)
{
    if (const auto [owner, first] = owners_.emplace(file.string(), image); !first && owner->second != image)
        owner->second = 0;
}

bool SidecarOwners::isOf(const std::filesystem::path &file, Key image) const
{
    const auto owner = owners_.find(file.string());
    return !file.empty() && owner != owners_.end() && owner->second == image;
}

SidecarLook lookAtSidecar(const SidecarLayout &layout, LabelSet &set, const ImageEntry &image,
                          const SidecarRecord *known)
{
    SidecarLook look;
    try {
        look.fingerprint = fingerprintOf(sidecarOf(layout, set, image));
    } catch (const UserError &) {
        look.state = SidecarLook::Stranger;
        look.unreadable = true;
        return look;
    }
    if (known ? known->fingerprint == look.fingerprint : look.fingerprint.empty())
        return look;
    std::optional<ImageEntry> theirs = saidBy(layout, set, image);
    if (theirs == image) {
        look.state = SidecarLook::Same;
    } else if (theirs && image.status == ReviewStatus::New && image.boxes.empty()) {
        look.state = SidecarLook::Fresh;
        look.theirs = std::move(theirs);
    } else {
        look.state = SidecarLook::Stranger;
        look.unreadable = !theirs;
    }
    return look;
}

LabelEdit editTowards(const ImageEntry &from, const ImageEntry &to, const LabelSet &before, const LabelSet &after)
{
    LabelEdit edit;
    edit.words = message("core", "Take over the labels of another program");
    for (const ClassEntry &entry : after.classes)
        if (!before.findClass(entry.key))
            edit.classes.push_back({entry.key, entry});
    for (const BoxEntry &box : from.boxes)
        if (!findBox(to, box.key))
            edit.boxes.push_back({from.key, box.key, std::nullopt});
    for (const BoxEntry &box : to.boxes)
        if (const BoxEntry *old = findBox(from, box.key); !old || *old != box)
            edit.boxes.push_back({from.key, box.key, box});
    if (from.status != to.status)
        edit.statuses.push_back({from.key, to.status});
    return edit;
}

void survey(KnownSidecars &sidecars, LabelSet &set, bool mayTake, const RunContext &context)
{
    for (const ImageEntry &image : set.images)
        sidecars.owners.add(sidecarOf(sidecars.layout, set, image), image.key);
    Survey looking(sidecars, set, mayTake);
    for (size_t i = 0; sidecars.kept && i < set.images.size(); ++i) {
        if (context.shouldStop())
            throw Stopped{};
        if (i % 256 == 0)
            context.report(double(i) / double(set.images.size()), message("core", "Comparing label files"));
        looking.take(set.images[i]);
    }
}

}  // namespace fcoscope
