// SPDX-License-Identifier: GPL-3.0-or-later
// Label files of single images against the labels of a project, when these are opened: which files are as we last read
// or wrote them, which say something else, and which no image has to itself. Times of files are not looked at: a copy
// brings its old one along.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/run_context.h"
#include "core/data/formats/sidecars.h"
#include "core/data/project/label_edit.h"
#include "core/data/project/project_file.h"

namespace fcoscope {

/// Whose each label file is. One that two images would share (a.jpg and a.png) is nobody's.
class SidecarOwners {
public:
    void add(const std::filesystem::path &file, Key image);
    bool isOf(const std::filesystem::path &file, Key image) const;

private:
    std::unordered_map<std::string, Key> owners_;  // 0: several
};

struct SidecarLook {
    enum State {
        Known,     ///< as last read or written; or not there, and nothing is known of one
        Same,      ///< by another hand, but it says what the labels say
        Stranger,  ///< it says something else, or cannot be read: a person decides
        Fresh,     ///< it has labels of an image that has none and that nobody has looked at: nothing can be lost
    } state = Known;
    std::string fingerprint;
    bool unreadable = false;           ///< a Stranger of which nothing is known
    std::optional<ImageEntry> theirs;  ///< for Fresh
};
/// `known` may be null. Classes that only the file has are added to `set`.
SidecarLook lookAtSidecar(const SidecarLayout &layout, LabelSet &set, const ImageEntry &image,
                          const SidecarRecord *known);

/// From what is there to what a file says: boxes of equal keys are the same.
LabelEdit editTowards(const ImageEntry &from, const ImageEntry &to, const LabelSet &before, const LabelSet &after);

/// What is known of a set's label files.
struct KnownSidecars {
    SidecarLayout layout;
    bool kept = true;  ///< false: the person wants them left alone
    std::map<Key, SidecarRecord> records;
    bool inStep = false;  ///< when the project was last closed, every file was
    SidecarOwners owners;
    std::vector<SidecarRecord> fresh;  ///< of the records, those that the project does not have yet
    std::vector<Key> behind;           ///< images whose files are ours, but older than the labels
    LabelEdit taken;                   ///< labels of images that came with their files
};
/// Looks at the files of images without a record, and at all of them if they were left out of step. `mayTake`: what is
/// Fresh is taken, as an edit with keys from set.nextKey on. Files that are left alone are not read.
void survey(KnownSidecars &sidecars, LabelSet &set, bool mayTake, const RunContext &context);

}  // namespace fcoscope
