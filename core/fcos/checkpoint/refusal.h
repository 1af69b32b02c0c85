// SPDX-License-Identifier: GPL-3.0-or-later
// Why a weight file is not read, in one sentence: which file, what stands in it against what should, what to do.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"

namespace fcoscope {

/// It was whole once: cut short, checksum wrong. `found` continues "The file … is damaged: ".
UserError damaged(const std::filesystem::path &path, const std::string &found);
/// It contradicts itself or asks for too much, as no program writes it that only saves weights.
UserError contradictory(const std::filesystem::path &path, const std::string &found);
/// It is well formed, and holds what we do not read.
UserError unsupported(const std::filesystem::path &path, const std::string &found);

/// `text` as far as it can be shown: printable ASCII, at most 80 characters, in quotes.
std::string shown(std::string_view text);

}  // namespace fcoscope
