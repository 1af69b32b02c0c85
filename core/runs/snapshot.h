// SPDX-License-Identifier: GPL-3.0-or-later
// dataset.json of a run: an immutable snapshot of the data it learns from and is measured on. The window writes it from
// the labels it holds and the trainer reads it; the trainer never opens a project.
//
//     {"format": "fcoscope-dataset", "version": 1, "classes": […],
//      "train": {"name", "images": [
//     {"file", "bytes", "sha256", "width", "height", "labels": [{"box", "class", "crowd", "difficult", "area"}]},
//     …]}, "validation": {…}}
//
// Box in image coordinates, class by its number, area only where a data set gave one. Every image is written on a line
// of its own, so that a large file is read without being held in memory as a whole tree; any other JSON of this form
// is read, too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/message.h"
#include "core/base/run_context.h"
#include "core/data/dataset.h"

namespace fcoscope {

struct Snapshot {
    Dataset training;
    std::optional<Dataset> validation;  ///< with the classes of `training`
};

/// Reads and hashes every image. Throws Stopped if asked to stop, UserError for an image that cannot be read.
std::string snapshotText(const Snapshot &snapshot, const RunContext &context);

/// Throws UserError naming file and value for anything that is not such a file, or, unless `files` is false, for an
/// image that is not there or no longer has the bytes (size, then SHA-256) that it was made of.
Snapshot readSnapshot(const std::filesystem::path &file, bool files, const RunContext &context);

/// What of the data is not as it was, in words; nothing where both texts are the same data. `folder` is the run's, for
/// the sentence. A text of an earlier version, without areas, is not another's for that.
std::optional<Message> dataChanged(const std::string &before, const std::string &now,
                                   const std::filesystem::path &folder);

}  // namespace fcoscope
