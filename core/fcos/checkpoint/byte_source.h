// SPDX-License-Identifier: GPL-3.0-or-later
// Where the bytes of a weight file come from: a file that is read piece by piece, or memory in tests and fuzzers.
//
// A weight file may be larger than half the memory, so it is never read as a whole: its structure is read through a
// small window, and each tensor's bytes go straight to where they stay. It is never mapped either: a mapped file that
// somebody cuts short kills the process, a file that is read only gives fewer bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/file.h"

namespace fcoscope {

class ByteSource {
public:
    explicit ByteSource(std::filesystem::path path) : path_(std::move(path)) {}
    virtual ~ByteSource() = default;
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;

    const std::filesystem::path &path() const { return path_; }  ///< for messages
    virtual uint64_t size() const = 0;

    /// Exactly `count` bytes from `offset` on; a UserError if the file does not have them (any more).
    void read(uint64_t offset, char *to, uint64_t count) const;
    /// The same as text, for pieces whose length has been found reasonable.
    std::string text(uint64_t offset, uint64_t count) const;

protected:
    /// As many bytes as there are, at most `count`.
    virtual uint64_t readSome(uint64_t offset, char *to, uint64_t count) const = 0;

private:
    std::filesystem::path path_;
};

/// A regular file, open as long as this lives. Throws UserError if it cannot be read.
class FileBytes : public ByteSource {
public:
    explicit FileBytes(const std::filesystem::path &path) : ByteSource(path), file_(path) {}
    uint64_t size() const override { return file_.bytes(); }

protected:
    uint64_t readSome(uint64_t offset, char *to, uint64_t count) const override
    {
        return file_.readSome(offset, to, count);
    }

private:
    OpenFile file_;
};

/// Bytes that somebody else keeps alive.
class MemoryBytes : public ByteSource {
public:
    explicit MemoryBytes(std::string_view bytes) : ByteSource("memory"), bytes_(bytes) {}
    uint64_t size() const override { return bytes_.size(); }

protected:
    uint64_t readSome(uint64_t offset, char *to, uint64_t count) const override;

private:
    std::string_view bytes_;
};

/// Reads a stretch of a source from front to back through a window. Asking for more than the stretch has
/// throws the UserError that the file is cut short.
class ByteCursor {
public:
    ByteCursor(const ByteSource &source, uint64_t begin, uint64_t end, uint64_t windowBytes = 64 << 10);

    uint64_t at() const { return at_; }
    uint64_t left() const { return end_ - at_; }
    uint8_t byte();
    uint64_t number(int bytes);             ///< little-endian, 1 to 8 bytes
    std::string_view view(uint64_t count);  ///< at most 4 kB, valid until the next call
    void skip(uint64_t count);
    const ByteSource &source() const { return source_; }

private:
    void need(uint64_t count) const;
    void fill(uint64_t count);

    const ByteSource &source_;
    uint64_t at_, end_;
    uint64_t windowBytes_;
    std::string window_;
    uint64_t windowAt_ = 0;
};

}  // namespace fcoscope
