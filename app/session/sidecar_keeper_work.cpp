// SPDX-License-Identifier: GPL-3.0-or-later
// What the keeper's worker does with one image's file.
#include "app/session/sidecar_keeper.h"
#include "core/base/error.h"
#include "core/base/file.h"

namespace fcoscope {
namespace fs = std::filesystem;
namespace {

/// Classes and this image alone: what one file needs, and cheap to hand to a worker.
LabelSet partOf(const LabelSet &set, const ImageEntry &image)
{
    LabelSet part;
    part.root = set.root;
    part.classes = set.classes;
    part.images = {image};
    part.nextKey = set.nextKey;
    return part;
}

std::string textOf(const fs::path &file)
{
    std::error_code error;
    return fs::exists(file, error) ? readFile(file) : std::string();
}

/// YOLO's numbers mean what its list of names says, so the list comes first.
void writeNames(const SidecarLayout &layout, const LabelSet &set)
{
    if (layout.classFile.empty())
        return;
    const std::string before = textOf(layout.classFile), names = sidecarClasses(layout, set, before);
    if (names != before && !names.empty())
        writeFile(layout.classFile, names);
}

/// Whether the file could be made again, byte for byte, from the labels that it holds: as those we made can.
bool saysNoMoreThanLabels(const SidecarLayout &layout, const LabelSet &part, const std::string &bytes,
                          const ExtraOfKey &extraOf)
{
    LabelSet set = part;
    try {
        const ImageEntry said = readSidecar(layout, set, part.images.front());
        return sidecarText(layout, set, said, "", extraOf) == bytes;
    } catch (const UserError &) {
        return false;
    }
}

/// Writes the file of the only image of `part`. Where the image has no labels and no review, a file that says no more
/// than they did goes; another one came with the image, and stays as it is.
void bringInStep(const fs::path &file, const SidecarLayout &layout, const LabelSet &part, const ExtraOfKey &extraOf)
{
    std::error_code error;
    const ImageEntry &image = part.images.front();
    writeNames(layout, part);
    const std::string before = textOf(file), text = sidecarText(layout, part, image, before, extraOf);
    if (text.empty() && image.status == ReviewStatus::New) {
        if (saysNoMoreThanLabels(layout, part, before, extraOf))
            fs::remove(file, error);
    } else if (text != before || !fs::exists(file, error)) {
        fs::create_directories(file.parent_path(), error);
        writeFile(file, text);
    }
}

}  // namespace

/// Looks at or writes the image's file; on any thread.
Job<SidecarKeeper::Done>::Operation SidecarKeeper::work(const ImageEntry &image, Task task) const
{
    const auto record = known_->records.find(image.key);
    const auto known = record == known_->records.end() ? std::nullopt : std::optional(record->second);
    return [set = partOf(document_.set(), image), layout = known_->layout, task, known,
            extraOf = document_.extrasOf(image.key)](const RunContext &) {
        LabelSet part = set;
        const ImageEntry &present = set.images.front();
        const fs::path file = sidecarOf(layout, part, present);
        Done done;
        done.record = {present.key, pathBelow(part.root, file), {}};
        if (task == Task::Look || task == Task::Write) {
            const SidecarLook look = lookAtSidecar(layout, part, present, known ? &*known : nullptr);
            done.stranger =
                look.state == SidecarLook::Stranger || (look.state == SidecarLook::Fresh && task == Task::Write);
            done.record.fingerprint = look.fingerprint;
            done.theirs = look.theirs;
            if (done.stranger || task == Task::Look || look.state == SidecarLook::Same) {
                done.classes = std::move(part);
                return done;
            }
        }
        if (writes(task))
            bringInStep(file, layout, part, extraOf);
        else
            done.theirs = readSidecar(layout, part, present);
        done.record.fingerprint = fingerprintOf(file);
        done.classes = std::move(part);
        return done;
    };
}

}  // namespace fcoscope
