// SPDX-License-Identifier: GPL-3.0-or-later
// What kind of file this is, by its first bytes; names mean nothing.
#pragma once

#include <optional>
#include <string_view>

#include "core/fcos/checkpoint/byte_source.h"
#include "core/fcos/checkpoint/container.h"

namespace fcoscope {

/// The container, by the first 4 kB of the file. Throws UserError for what people take for weights and is none: an
/// empty file, a web page, a Git-LFS pointer, a picture, an archive.
Container containerOf(const ByteSource &source);

/// The same without reasons: nullopt for everything else.
std::optional<Container> sniffContainer(std::string_view first, uint64_t fileBytes);

}  // namespace fcoscope
