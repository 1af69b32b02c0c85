// SPDX-License-Identifier: GPL-3.0-or-later
// Label sets and edits as rows of a project's tables. Nobody's affair but project_file's.
#pragma once

#include "core/data/project/project_database.h"

namespace fcoscope {

/// The column boxes.flags.
struct BoxFlags {
    enum { Crowd = 1, Difficult = 2, Locked = 4, All = 7 };
};

/// Everything of `set`, extras included, into the empty tables.
void insertSet(SQLite::Database &database, const LabelSet &set, const std::filesystem::path &file,
               const RunContext &context);

LabelSet readSet(const ProjectDatabase &database, bool extras, const RunContext &context);

/// The rows that `edit` names, and nothing else. Throws std::logic_error where it names an image or a class that the
/// file does not have: a file with such a row could not be read again.
void applyRows(ProjectDatabase &database, const LabelEdit &edit);

void putImageRows(ProjectDatabase &database, const std::vector<ImageEntry> &images);

}  // namespace fcoscope
