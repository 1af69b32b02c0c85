// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing safetensors files: eight bytes of header length, a JSON header, raw little-endian data.
// The reader is strict: a header of at most 32 MB, no duplicate names, sizes that agree with shape and type, data that
// follows on without gap or overlap to the very end of the file (checkpoint/safetensors_header.h). It reads the file
// (never maps it), each tensor straight to where it stays, so a file that is changed meanwhile cannot fault.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/fcos/torch.h"

namespace fcoscope {

struct Safetensors {
    std::map<std::string, std::string> metadata;
    std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< in the order of the data

    const at::Tensor *find(const std::string &name) const;
};

/// With `headerOnly` the tensors have shapes and types, but no data (device "meta"), and no more is read than that.
Safetensors readSafetensors(const std::filesystem::path &path, bool headerOnly = false);
/// Tensors are written as they are, in the order given; the file is synced, and renamed into place.
void writeSafetensors(const std::filesystem::path &path, const Safetensors &contents);

}  // namespace fcoscope
