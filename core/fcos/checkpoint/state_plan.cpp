// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/state_plan.h"

#include <algorithm>

#include "core/fcos/checkpoint/crc32.h"
#include "core/fcos/checkpoint/file_kind.h"
#include "core/fcos/checkpoint/refusal.h"
#include "core/fcos/checkpoint/weights.h"

namespace fcoscope {

const char *nameOf(Container container)
{
    switch (container) {
    case Container::Safetensors: return "safetensors";
    case Container::Zip: return "zip archive of PyTorch";
    case Container::Legacy: return "legacy file of PyTorch";
    case Container::Pickle: return "pickle with NumPy arrays";
    }
    return "";
}

StatePlan planStateFile(const ByteSource &source)
{
    switch (containerOf(source)) {
    case Container::Safetensors: return planSafetensors(source);
    case Container::Zip: return planZip(source);
    case Container::Legacy: return planLegacy(source);
    case Container::Pickle: break;
    }
    return planPickle(source);
}

namespace {

/// Bytes that were written as characters: those from 128 on take two bytes of UTF-8, 0xC2 or 0xC3 first.
void readLatin1(const ByteSource &source, const PlannedStorage &storage, char *to)
{
    const auto wrong = [&] {
        return contradictory(source.path(),
                             "the bytes of the array " + shown(storage.name) + " are not what its size asks for");
    };
    ByteCursor in(source, storage.offset, storage.offset + storage.length);
    uint64_t written = 0;
    uint8_t first = 0;
    while (in.left() > 0)
        for (const char c : in.view(std::min<uint64_t>(in.left(), 4096))) {
            const auto byte = static_cast<uint8_t>(c);
            if (first == 0 && byte >= 0x80) {
                if (byte != 0xC2 && byte != 0xC3)
                    throw wrong();
                first = byte;
                continue;
            }
            if (written == storage.bytes || (first != 0 && (byte & 0xC0) != 0x80))
                throw wrong();
            to[written++] = static_cast<char>(first == 0 ? byte : (first & 3) << 6 | (byte & 0x3F));
            first = 0;
        }
    if (written != storage.bytes || first != 0)
        throw wrong();
}

}  // namespace

void readStorage(const ByteSource &source, const PlannedStorage &storage, char *to)
{
    if (storage.latin1)
        return readLatin1(source, storage, to);
    uint32_t sum = 0;
    // In pieces that stay in the cache between reading and checking.
    for (uint64_t at = 0; at < storage.length;) {
        const uint64_t piece = std::min<uint64_t>(storage.length - at, 1 << 18);
        source.read(storage.offset + at, to + at, piece);
        if (storage.checksum)
            sum = crc32({to + at, piece}, sum);
        at += piece;
    }
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    if (storage.checksum && sum != *storage.checksum)
        throw damaged(source.path(), "the checksum of " + shown(storage.name) + " is wrong");
#endif
}

}  // namespace fcoscope
