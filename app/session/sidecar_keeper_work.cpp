// SPDX-License-Identifier: GPL-3.0-or-later
// What the keeper's worker does with one image's file.
#include "app/session/sidecar_keeper.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/sha256.h"

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

/// Writes the file of the only image of `part`, which holds `before`, and answers what it holds then. Where the image
/// has no labels and no review, a file that we have made and that says no more than they did goes; another one came
/// with the image, and stays as it is.
std::string bringInStep(const fs::path &file, const SidecarLayout &layout, const LabelSet &part,
                        const ExtraOfKey &extraOf, const std::string &before, bool made)
{
    std::error_code error;
    const ImageEntry &image = part.images.front();
    writeNames(layout, part);
    const std::string text = sidecarText(layout, part, image, before, extraOf);
    const bool there = fs::exists(file, error);
    if (text.empty() && image.status == ReviewStatus::New) {
        if (!there || !made || fs::is_symlink(file, error) || !saysNoMoreThanLabels(layout, part, before, extraOf))
            return before;
        if (!fs::remove(file, error) && error)
            throw cannotWrite(file, error.value());
        return "";
    }
    if (text != before || !there) {
        fs::create_directories(file.parent_path(), error);
        writeFile(file, text);
    }
    return text;
}

/// Of a file that holds these bytes, and is there.
std::string fingerprintOfBytes(const fs::path &file, const std::string &bytes)
{
    std::error_code error;
    return bytes.empty() && !fs::exists(file, error) ? std::string() : sha256(bytes);
}

}  // namespace

/// Looks at or writes the image's file; on any thread.
Job<SidecarKeeper::Done>::Operation SidecarKeeper::work(const ImageEntry &image, Task task) const
{
    const auto record = known_->records.find(image.key);
    const auto known = record == known_->records.end() ? std::nullopt : std::optional(record->second);
    return [set = partOf(document_.set(), image), layout = known_->layout, task, known,
            made = made_.contains(image.key), extraOf = document_.extrasOf(image.key)](const RunContext &) {
        LabelSet part = set;
        const ImageEntry &present = set.images.front();
        const fs::path file = sidecarOf(layout, part, present);
        Done done;
        done.record = {present.key, pathBelow(part.root, file), {}};
        done.classesBefore = part.classes;
        done.nextKeyBefore = part.nextKey;
        const std::string before = writes(task) ? textOf(file) : std::string();
        if (task == Task::Look || task == Task::Write) {
            const SidecarLook look = lookAtSidecar(layout, part, present, known ? &*known : nullptr);
            if (look.unreadable) {
                if (task == Task::Write)
                    throw UserError(message("core", "The label file {0} cannot be read, so it is left as it is.")
                                        .with(file.string()));
                done.nothing = true;
                return done;
            }
            done.stranger =
                look.state == SidecarLook::Stranger || (look.state == SidecarLook::Fresh && task == Task::Write);
            if (task == Task::Write && look.state == SidecarLook::Known &&
                fingerprintOfBytes(file, before) != look.fingerprint)
                done.stranger = true;  // between the two looks
            done.record.fingerprint = look.fingerprint;
            done.theirs = look.theirs;
            if (done.stranger || task == Task::Look || look.state == SidecarLook::Same) {
                done.classes = std::move(part);
                return done;
            }
        }
        if (writes(task)) {
            // Not of the file that is there then: it may be another program's by now.
            const bool there = !before.empty() || !fingerprintOf(file).empty();
            const std::string after = bringInStep(file, layout, part, extraOf, before, made);
            done.record.fingerprint = fingerprintOfBytes(file, after);
            done.made = made || (!there && !done.record.fingerprint.empty());
        } else {
            done.record.fingerprint = fingerprintOf(file);
            done.theirs = readSidecar(layout, part, present);
        }
        done.classes = std::move(part);
        return done;
    };
}

}  // namespace fcoscope
