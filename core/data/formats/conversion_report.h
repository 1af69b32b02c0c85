// SPDX-License-Identifier: GPL-3.0-or-later
// A conversion report in words: what was written, and every note, alike ones together.
#pragma once

#include <string>
#include <vector>

#include "core/data/formats/label_format.h"

namespace fcoscope {

/// Notes of one kind that say the same about different things.
struct NoteGroup {
    ConversionNote::Kind kind = ConversionNote::Kind::Changed;
    std::vector<const ConversionNote *> notes;  ///< in the report's order; at least one
};
/// Dropped first, then changed, then left out; in each the largest group first. Points into `report`.
std::vector<NoteGroup> groupedNotes(const ConversionReport &report);

/// "changed", "dropped", "left out".
const char *nameOf(ConversionNote::Kind kind);

/// Plain text: of each group at most `most` different sentences, each with how often it is said, and the number of the
/// others.
std::string reportText(const ConversionReport &report, size_t most = 20);
/// One object: images, boxes, classes, imagesLeftOut, boxesLeftOut, lossless, files, notes [{kind, file, what}].
std::string reportJson(const ConversionReport &report);

/// The sum of reports of parts.
void append(ConversionReport &report, ConversionReport &&more);

}  // namespace fcoscope
