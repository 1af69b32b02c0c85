// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/zip_archive.h"

#include <algorithm>

#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {
namespace {

constexpr uint32_t localMark = 0x04034b50, centralMark = 0x02014b50, endMark = 0x06054b50, end64Mark = 0x06064b50,
                   locatorMark = 0x07064b50, descriptorMark = 0x08074b50;
constexpr uint64_t endBytes = 22, locatorBytes = 20, mostEntries = 100'000, longestName = 512;
constexpr uint16_t encrypted = 0x1 | 0x40 | 0x2000, patched = 0x20, descriptorFollows = 0x8, harmless = 0x80e;

struct Directory {
    uint64_t entries = 0, bytes = 0, offset = 0;
    uint64_t end = 0;  // where what follows the directory begins
};

/// A number that the old field gives, or, where that is full, the 64-bit one; they must not disagree.
uint64_t agreed(uint64_t old, uint64_t full, uint64_t wide, const std::filesystem::path &path)
{
    if (old != full && old != wide)
        throw contradictory(path, "the two ends of the archive disagree");
    return wide;
}

Directory wideDirectory(const ByteSource &source, Directory narrow, uint64_t locatorAt)
{
    ByteCursor locator(source, locatorAt + 4, locatorAt + locatorBytes);
    const uint64_t firstDisk = locator.number(4), recordAt = locator.number(8), disks = locator.number(4);
    if (firstDisk != 0 || disks != 1)
        throw contradictory(source.path(), "it is one part of an archive in several");
    if (recordAt > locatorAt || locatorAt - recordAt < 56)
        throw contradictory(source.path(), "the end of the archive points outside it");
    ByteCursor record(source, recordAt, locatorAt);
    if (record.number(4) != end64Mark || record.number(8) != locatorAt - recordAt - 12)
        throw contradictory(source.path(), "the two ends of the archive disagree");
    record.skip(4);
    if (record.number(4) != 0 || record.number(4) != 0)
        throw contradictory(source.path(), "it is one part of an archive in several");
    const uint64_t here = record.number(8), all = record.number(8), bytes = record.number(8), offset = record.number(8);
    if (here != all)
        throw contradictory(source.path(), "it is one part of an archive in several");
    narrow.entries = agreed(narrow.entries, 0xFFFF, all, source.path());
    narrow.bytes = agreed(narrow.bytes, 0xFFFFFFFF, bytes, source.path());
    narrow.offset = agreed(narrow.offset, 0xFFFFFFFF, offset, source.path());
    narrow.end = recordAt;
    return narrow;
}

Directory findDirectory(const ByteSource &source)
{
    const std::filesystem::path &path = source.path();
    if (source.size() < endBytes)
        throw damaged(path, "an archive has at least 22 bytes, and it has " + std::to_string(source.size()));
    const uint64_t at = source.size() - endBytes;
    ByteCursor end(source, at, source.size());
    if (end.number(4) != endMark) {
        // Of a file cut short the end is missing; with a comment or something appended it is elsewhere.
        const uint64_t tail = std::min<uint64_t>(source.size(), 65557);
        const bool elsewhere = source.text(source.size() - tail, tail).find("PK\5\6") != std::string::npos;
        throw elsewhere ? contradictory(path, "something is appended to the archive")
                        : damaged(path, "the end of the archive is missing, so it was cut short");
    }
    const uint64_t disk = end.number(2), startDisk = end.number(2), here = end.number(2);
    Directory found;
    found.entries = end.number(2);
    found.bytes = end.number(4);
    found.offset = end.number(4);
    found.end = at;
    if (disk != 0 || startDisk != 0 || here != found.entries)
        throw contradictory(path, "it is one part of an archive in several");
    if (end.number(2) != 0)
        throw contradictory(path, "something is appended to the archive");
    if (at >= locatorBytes && ByteCursor(source, at - locatorBytes, at).number(4) == locatorMark)
        found = wideDirectory(source, found, at - locatorBytes);
    if (found.offset > found.end || found.bytes != found.end - found.offset)
        throw contradictory(path, "the directory of the archive is not where its end says");
    if (found.entries > mostEntries || found.entries > found.bytes / 46)
        throw contradictory(path, "the archive says that it has " + std::to_string(found.entries) + " entries");
    return found;
}

/// Reads the 64-bit values of an extra field for those of `values` that are full in the old fields.
void readWide(std::string_view extra, std::initializer_list<uint64_t *> values, bool mayBeZero,
              const std::filesystem::path &path)
{
    const auto number = [](std::string_view bytes) {
        uint64_t value = 0;
        for (size_t i = bytes.size(); i-- > 0;)
            value = value << 8 | static_cast<uint8_t>(bytes[i]);
        return value;
    };
    const auto full = [](const uint64_t *value) { return *value == 0xFFFFFFFF; };
    bool read = std::none_of(values.begin(), values.end(), full);
    while (extra.size() >= 4) {
        const uint64_t tag = number(extra.substr(0, 2)), bytes = number(extra.substr(2, 2));
        if (bytes > extra.size() - 4)
            break;
        std::string_view field = extra.substr(4, bytes);
        extra.remove_prefix(4 + bytes);
        if (tag != 1)
            continue;
        if (read && !mayBeZero)
            throw contradictory(path, "a large entry of the archive has two sizes");
        read = true;
        for (uint64_t *value : values)
            if (full(value)) {
                if (field.size() < 8)
                    throw contradictory(path, "a large entry of the archive lacks its size");
                *value = number(field.substr(0, 8));
                field.remove_prefix(8);
            }
        if (!field.empty() && !mayBeZero)
            throw contradictory(path, "a large entry of the archive has too many sizes");
    }
    if (!read)
        throw contradictory(path, "a large entry of the archive lacks its size");
}

void checkName(const std::string &name, const std::filesystem::path &path)
{
    const bool odd = name.empty() || name.front() == '/' || name.find('\\') != std::string::npos ||
                     (name.size() > 1 && name[1] == ':') || ("/" + name + "/").find("/../") != std::string::npos ||
                     std::any_of(name.begin(), name.end(), [](char c) { return static_cast<uint8_t>(c) < 0x20; });
    if (odd)
        throw contradictory(path, "the archive has an entry named " + shown(name));
}

ZipEntry readCentral(ByteCursor &in)
{
    const std::filesystem::path &path = in.source().path();
    if (in.number(4) != centralMark)
        throw damaged(path, "the directory of the archive is broken");
    ZipEntry entry;
    const uint64_t madeBy = in.number(2);
    in.skip(2);
    entry.flags = static_cast<uint16_t>(in.number(2));
    entry.method = static_cast<uint16_t>(in.number(2));
    in.skip(4);
    entry.checksum = static_cast<uint32_t>(in.number(4));
    entry.packedBytes = in.number(4);
    entry.bytes = in.number(4);
    const uint64_t nameBytes = in.number(2), extraBytes = in.number(2), commentBytes = in.number(2),
                   disk = in.number(2);
    in.skip(2);
    const uint64_t attributes = in.number(4);
    entry.headerOffset = in.number(4);
    if (nameBytes > longestName || extraBytes > 4096)
        throw contradictory(path, "an entry of the archive has a name of " + std::to_string(nameBytes) + " bytes");
    entry.name = std::string(in.view(nameBytes));
    checkName(entry.name, path);
    readWide(std::string(in.view(extraBytes)), {&entry.bytes, &entry.packedBytes, &entry.headerOffset}, false, path);
    in.skip(commentBytes);
    if (entry.flags & encrypted)
        throw unsupported(path, "the archive is encrypted");
    if (entry.flags & patched || entry.flags & ~harmless)
        throw contradictory(path, "the entry " + shown(entry.name) + " of the archive has unknown flags");
    const uint64_t kind = madeBy >> 8 == 3 ? attributes >> 16 & 0170000 : 0;
    if (disk != 0 || entry.name.back() == '/' || attributes & 0x10 || (kind != 0 && kind != 0100000))
        throw contradictory(path, "the entry " + shown(entry.name) + " of the archive is no plain file");
    if (entry.method == 0 && entry.packedBytes != entry.bytes)
        throw contradictory(path, "the entry " + shown(entry.name) + " of the archive has two sizes");
    return entry;
}

/// Where the data of the entry begins, after comparing what stands in front of it with the directory.
void readLocal(const ByteSource &source, ZipEntry &entry, uint64_t end)
{
    const auto disagree = [&] {
        return contradictory(source.path(), "the archive describes the entry " + shown(entry.name) + " in two ways");
    };
    if (entry.headerOffset > end || end - entry.headerOffset < 30)
        throw contradictory(source.path(), "the entry " + shown(entry.name) + " lies outside the archive");
    ByteCursor in(source, entry.headerOffset, end, 1024);
    const uint64_t sign = in.number(4);
    in.skip(2);
    const uint64_t flags = in.number(2), method = in.number(2);
    in.skip(4);
    const uint64_t checksum = in.number(4);
    uint64_t packed = in.number(4), bytes = in.number(4);
    const uint64_t nameBytes = in.number(2), extraBytes = in.number(2);
    if (sign != localMark || flags != entry.flags || method != entry.method || nameBytes != entry.name.size() ||
        in.view(nameBytes) != entry.name)
        throw disagree();
    if (extraBytes > 0 && (packed == 0xFFFFFFFF || bytes == 0xFFFFFFFF))
        readWide(source.text(in.at(), std::min(extraBytes, in.left())), {&bytes, &packed}, true, source.path());
    in.skip(extraBytes);
    // Whoever writes as a stream knows size and checksum only afterwards, and leaves zeros here.
    const auto agrees = [&](uint64_t value, uint64_t said) {
        return value == said || (value == 0 && entry.flags & descriptorFollows);
    };
    if (!agrees(packed, entry.packedBytes) || !agrees(bytes, entry.bytes) || !agrees(checksum, entry.checksum))
        throw disagree();
    entry.offset = in.at();
    if (entry.packedBytes > in.left())
        throw contradictory(source.path(), "the entry " + shown(entry.name) + " lies outside the archive");
}

/// Bytes of what follows the data of a streamed entry, after comparing it with the directory.
uint64_t descriptorBytes(const ByteSource &source, const ZipEntry &entry, uint64_t room)
{
    if (!(entry.flags & descriptorFollows) || room == 0)
        return 0;
    const uint64_t at = entry.offset + entry.packedBytes;
    ByteCursor in(source, at, at + room);
    const int width = room >= 24 || room == 20 ? 8 : 4;
    const bool marked = room == 16 || room == 24;
    if ((marked && in.number(4) != descriptorMark) || in.number(4) != entry.checksum ||
        in.number(width) != entry.packedBytes || in.number(width) != entry.bytes)
        throw contradictory(source.path(), "the archive describes the entry " + shown(entry.name) + " in two ways");
    return in.at() - at;
}

}  // namespace

std::vector<ZipEntry> readZipDirectory(const ByteSource &source)
{
    const Directory directory = findDirectory(source);
    std::vector<ZipEntry> entries;
    ByteCursor in(source, directory.offset, directory.end);
    for (uint64_t i = 0; i < directory.entries; ++i) {
        entries.push_back(readCentral(in));
        readLocal(source, entries.back(), directory.offset);
    }
    if (in.left() != 0)
        throw contradictory(source.path(), "the directory of the archive is longer than its entries");

    std::sort(entries.begin(), entries.end(),
              [](const ZipEntry &a, const ZipEntry &b) { return a.headerOffset < b.headerOffset; });
    uint64_t free = 0;  // where the next entry must begin
    for (size_t i = 0; i < entries.size(); ++i) {
        const ZipEntry &entry = entries[i];
        if (entry.headerOffset != free)
            throw contradictory(source.path(), "entries of the archive overlap, or something stands between them");
        const uint64_t end = entry.offset + entry.packedBytes;
        const uint64_t next = i + 1 < entries.size() ? entries[i + 1].headerOffset : directory.offset;
        free = next < end ? next + 1 : end + descriptorBytes(source, entry, next - end);
    }
    if (free != directory.offset)
        throw contradictory(source.path(), "entries of the archive overlap, or something stands between them");

    std::sort(entries.begin(), entries.end(), [](const ZipEntry &a, const ZipEntry &b) { return a.name < b.name; });
    for (size_t i = 1; i < entries.size(); ++i)
        if (entries[i].name == entries[i - 1].name)
            throw contradictory(source.path(), "the archive has two entries named " + shown(entries[i].name));
    return entries;
}

const ZipEntry *findEntry(const std::vector<ZipEntry> &entries, const std::string &name)
{
    const auto found =
        std::lower_bound(entries.begin(), entries.end(), name,
                         [](const ZipEntry &entry, const std::string &wanted) { return entry.name < wanted; });
    return found != entries.end() && found->name == name ? &*found : nullptr;
}

}  // namespace fcoscope
