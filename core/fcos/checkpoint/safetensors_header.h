// SPDX-License-Identifier: GPL-3.0-or-later
// The header of a safetensors file, strictly: at most 32 MB, no duplicate names, sizes that agree with shape and type,
// data that follows on without gap or overlap to the very end of the file. It is read as it comes, without a tree of
// JSON values, because a hostile header would make such a tree forty times as large as itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/fcos/checkpoint/byte_source.h"
#include "core/fcos/checkpoint/element_type.h"

namespace fcoscope {

struct SafetensorsEntry {
    std::string name;
    ElementType type = ElementType::Float32;
    std::vector<int64_t> shape;
    uint64_t begin = 0, end = 0;  ///< in the data
};

struct SafetensorsHeader {
    std::map<std::string, std::string> metadata;
    std::vector<SafetensorsEntry> entries;  ///< in the order of the data
    uint64_t dataOffset = 0;                ///< in the file
};

SafetensorsHeader readSafetensorsHeader(const ByteSource &source);

}  // namespace fcoscope
