// SPDX-License-Identifier: GPL-3.0-or-later
// dataset.json of a run: an immutable snapshot of the data it learns from and is measured on. The window writes it from
// the labels it holds and the trainer reads it; the trainer never opens a project.
//
//     {"format": "fcoscope-dataset", "version": 1, "classes": […],
//      "train": {"name", "images": [{"file", "bytes", "sha256", "width", "height", "labels": [{"box", "class", …}]}]},
//      "validation": {…}}
#pragma once

#include <filesystem>
#include <optional>
#include <string>

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

}  // namespace fcoscope
