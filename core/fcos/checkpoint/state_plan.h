// SPDX-License-Identifier: GPL-3.0-or-later
// What a weight file holds and where in it the bytes are, before a byte of a tensor is read, and without Torch: this is
// what the fuzzers try to break. Whoever has a plan may read every storage in it and look through every tensor at it:
// all sizes, offsets and strides have been compared with the file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/fcos/checkpoint/byte_source.h"
#include "core/fcos/checkpoint/container.h"
#include "core/fcos/checkpoint/element_type.h"

namespace fcoscope {

/// Bytes that one tensor or several look at. No two of a plan overlap in the file.
struct PlannedStorage {
    uint64_t offset = 0, length = 0;   ///< in the file
    uint64_t bytes = 0;                ///< in memory; less than `length` if `latin1`
    bool latin1 = false;               ///< each byte was written as a character of UTF-8
    std::optional<uint32_t> checksum;  ///< CRC-32 of `length` bytes
    std::string name;                  ///< for messages
};

struct PlannedTensor {
    std::string name;
    ElementType type = ElementType::Float32;
    std::vector<int64_t> shape, strides;  ///< at most 8, none negative
    uint32_t storage = 0;
    uint64_t offset = 0;  ///< in elements, of the first element in its storage

    uint64_t count() const;  ///< of elements
};

struct StatePlan {
    Container container = Container::Safetensors;
    std::vector<PlannedStorage> storages;
    std::vector<PlannedTensor> tensors;
    // As in StateFile:
    std::string wrapper;
    std::vector<std::string> classNames;
    std::map<std::string, std::string> metadata;
    std::vector<std::string> leftOut;
    size_t metadataBytes = 0;  ///< so far
};

/// Throws UserError as readStateFile does.
StatePlan planStateFile(const ByteSource &source);

/// The bytes of one storage to where `bytes` of them have room; compares the checksum.
void readStorage(const ByteSource &source, const PlannedStorage &storage, char *to);

// The parts of planStateFile, by container:
StatePlan planZip(const ByteSource &source);
StatePlan planLegacy(const ByteSource &source);
StatePlan planPickle(const ByteSource &source);
StatePlan planSafetensors(const ByteSource &source);

}  // namespace fcoscope
