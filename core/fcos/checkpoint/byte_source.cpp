// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/byte_source.h"

#include <algorithm>
#include <cstring>

#include "core/fcos/checkpoint/refusal.h"

namespace fcoscope {

void ByteSource::read(uint64_t offset, char *to, uint64_t count) const
{
    uint64_t have = 0;
    while (have < count) {
        const uint64_t got = readSome(offset + have, to + have, count - have);
        if (got == 0)
            throw damaged(path_, "it ends after " + std::to_string(offset + have) + " bytes where " +
                                     std::to_string(offset + count) + " are needed");
        have += got;
    }
}

std::string ByteSource::text(uint64_t offset, uint64_t count) const
{
    std::string bytes(count, '\0');
    read(offset, bytes.data(), count);
    return bytes;
}

uint64_t MemoryBytes::readSome(uint64_t offset, char *to, uint64_t count) const
{
    if (offset >= bytes_.size())
        return 0;
    const uint64_t have = std::min<uint64_t>(count, bytes_.size() - offset);
    std::memcpy(to, bytes_.data() + offset, have);
    return have;
}

ByteCursor::ByteCursor(const ByteSource &source, uint64_t begin, uint64_t end, uint64_t windowBytes)
    : source_(source), at_(begin), end_(std::min(end, source.size())), windowBytes_(windowBytes)
{
    if (at_ > end_)
        at_ = end_;
}

void ByteCursor::need(uint64_t count) const
{
    if (count > left())
        throw damaged(source_.path(), "at byte " + std::to_string(at_) + " there should be " + std::to_string(count) +
                                          " more bytes, and there are " + std::to_string(left()));
}

void ByteCursor::fill(uint64_t count)
{
    need(count);
    if (at_ >= windowAt_ && at_ + count <= windowAt_ + window_.size())
        return;
    window_.resize(std::min(std::max(windowBytes_, count), left()));
    windowAt_ = at_;
    source_.read(at_, window_.data(), window_.size());
}

uint8_t ByteCursor::byte()
{
    fill(1);
    return static_cast<uint8_t>(window_[at_++ - windowAt_]);
}

uint64_t ByteCursor::number(int bytes)
{
    fill(static_cast<uint64_t>(bytes));
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
        value |= uint64_t(static_cast<uint8_t>(window_[at_++ - windowAt_])) << (8 * i);
    return value;
}

std::string_view ByteCursor::view(uint64_t count)
{
    fill(count);
    const std::string_view bytes = std::string_view(window_).substr(at_ - windowAt_, count);
    at_ += count;
    return bytes;
}

void ByteCursor::skip(uint64_t count)
{
    need(count);
    at_ += count;
}

}  // namespace fcoscope
