// SPDX-License-Identifier: GPL-3.0-or-later
// What the window writes about published weights.
#pragma once

#include <QString>

#include <filesystem>

#include "core/weights/catalogue.h"

class QPalette;

namespace fcoscope {

inline bool isDetector(const PublishedWeights &entry)
{
    return entry.kind == PublishedWeights::Kind::Detector;
}

/// "130 MB", or "" where it is not known.
QString sizeText(uint64_t bytes);

/// Everything the catalogue knows, as rich text, with the terms themselves where they have to be accepted and the file
/// is not here yet. `file`: where it is; empty: not here.
QString weightsDetails(const PublishedWeights &entry, const std::filesystem::path &file, const QPalette &palette);

}  // namespace fcoscope
