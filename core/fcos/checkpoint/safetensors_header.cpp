// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/checkpoint/safetensors_header.h"

#include <algorithm>
#include <set>

#include "core/base/json.h"
#include "core/fcos/checkpoint/refusal.h"
#include "core/fcos/checkpoint/state_plan.h"
#include "core/fcos/checkpoint/weights.h"

namespace fcoscope {
namespace {

// The format allows 100 MB; ten thousand tensors take one.
constexpr uint64_t longestHeader = 32 << 20, mostMetadataBytes = 16 << 20, longestName = 4096;
constexpr size_t mostEntries = 1 << 16, mostDimensions = 8;

UserError malformed(const std::filesystem::path &path, const std::string &what)
{
    return UserError(message("core", "The file {0} is not a whole safetensors file: {1}.").with(path.string(), what));
}

/// Takes the header apart from front to back.
class HeaderReader {
public:
    HeaderReader(std::string_view text, const std::filesystem::path &path) : text_(text), path_(path) {}

    SafetensorsHeader whole()
    {
        each([&](const std::string &name) {
            if (!names_.insert(name).second)
                throw malformed(path_, "the name " + name + " occurs twice");
            if (names_.size() > mostEntries)
                throw malformed(path_, "it has more than " + std::to_string(mostEntries) + " entries");
            if (name == "__metadata__")
                metadata();
            else
                entry(name);
        });
        skipBlanks();
        if (at_ != text_.size())
            fail();
        return std::move(header_);
    }

private:
    [[noreturn]] void fail() const { throw malformed(path_, "not valid JSON at byte " + std::to_string(at_)); }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skipBlanks()
    {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')
            ++at_;
    }
    bool take(char c)
    {
        skipBlanks();
        if (peek() != c)
            return false;
        ++at_;
        return true;
    }
    void expect(char c)
    {
        if (!take(c))
            fail();
    }

    /// An object: calls `value` with each key, at its value.
    template <typename Value> void each(Value value)
    {
        expect('{');
        if (take('}'))
            return;
        do {
            const std::string key = string(longestName);
            expect(':');
            value(key);
        } while (take(','));
        expect('}');
    }

    std::string string(uint64_t longest)
    {
        skipBlanks();
        if (peek() != '"')
            fail();
        size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"')
            end += text_[end] == '\\' ? 2 : 1;
        if (end >= text_.size())
            fail();
        if (end - at_ > longest)
            throw malformed(path_, "a text in its header has " + std::to_string(end - at_) + " bytes");
        std::string parsed;
        try {
            parsed = parseJson(text_.substr(at_, end + 1 - at_)).text;
        } catch (const UserError &) {
            fail();
        }
        at_ = end + 1;
        return parsed;
    }

    uint64_t wholeNumber(const std::string &where)
    {
        skipBlanks();
        const size_t begin = at_;
        uint64_t value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + static_cast<uint64_t>(peek() - '0');
            ++at_;
            if (value >= uint64_t(1) << 53)
                throw malformed(path_, where + " is too large");
        }
        const char next = peek();
        if (at_ == begin || (text_[begin] == '0' && at_ - begin > 1) || next == '.' || next == 'e' || next == 'E')
            throw malformed(path_, where + " is not a whole number");
        return value;
    }

    std::vector<uint64_t> numbers(size_t most, const std::string &where)
    {
        std::vector<uint64_t> values;
        expect('[');
        if (take(']'))
            return values;
        do {
            if (values.size() == most)
                throw malformed(path_, where + " has more than " + std::to_string(most) + " numbers");
            values.push_back(wholeNumber(where));
        } while (take(','));
        expect(']');
        return values;
    }

    void metadata()
    {
        uint64_t bytes = 0;
        each([&](const std::string &key) {
            skipBlanks();
            if (peek() != '"')
                throw malformed(path_, "the metadata " + key + " is not text");
            std::string value = string(mostMetadataBytes);
            bytes += key.size() + value.size();
            if (bytes > mostMetadataBytes || header_.metadata.size() >= mostEntries)
                throw malformed(path_, "its metadata is larger than 16 MB");
            if (!header_.metadata.emplace(key, std::move(value)).second)
                throw malformed(path_, "the metadata " + key + " occurs twice");
        });
    }

    void entry(const std::string &name)
    {
        SafetensorsEntry read;
        read.name = name;
        std::string type;
        std::vector<uint64_t> shape, offsets;
        int seen = 0;
        each([&](const std::string &key) {
            const int bit = key == "dtype" ? 1 : key == "shape" ? 2 : key == "data_offsets" ? 4 : 0;
            if (bit == 0 || seen & bit)
                throw malformed(path_, "the entry " + name + " has an unknown or doubled field " + shown(key));
            seen |= bit;
            if (bit == 1)
                type = string(64);
            else if (bit == 2)
                shape = numbers(mostDimensions, "the shape of " + name);
            else
                offsets = numbers(2, "the offset of " + name);
        });
        if (seen != 7 || offsets.size() != 2)
            throw malformed(path_, "the entry " + name + " lacks dtype, shape or data_offsets");
        const ElementTypeFacts *facts = findElementType(&ElementTypeFacts::safetensors, type);
        if (!facts)
            throw malformed(path_, "the type " + type + " of " + name + " is not supported");
        read.type = facts->type;
        uint64_t bytes = facts->bytes, span = bytes;  // span: as if no extent were 0, as strides are made
        for (const uint64_t extent : shape) {
            if (__builtin_mul_overflow(span, std::max<uint64_t>(extent, 1), &span) || span >= uint64_t(1) << 62)
                throw malformed(path_, "the shape of " + name + " is too large");
            bytes *= extent;
            read.shape.push_back(static_cast<int64_t>(extent));
        }
        read.begin = offsets[0];
        read.end = offsets[1];
        if (read.end < read.begin || read.end - read.begin != bytes)
            throw malformed(path_, name + " does not fit its offsets");
        header_.entries.push_back(std::move(read));
    }

    std::string_view text_;
    const std::filesystem::path &path_;
    size_t at_ = 0;
    SafetensorsHeader header_;
    std::set<std::string> names_;
};

void checkOrder(std::vector<SafetensorsEntry> &entries, uint64_t dataBytes, const std::filesystem::path &path)
{
    std::stable_sort(entries.begin(), entries.end(), [](const SafetensorsEntry &a, const SafetensorsEntry &b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    uint64_t end = 0;
    for (const SafetensorsEntry &entry : entries) {
        if (entry.end > dataBytes)
            throw malformed(path, entry.name + " does not fit its offsets");
        if (entry.begin != end)
            throw malformed(path, "there is a gap or an overlap before " + entry.name);
        end = entry.end;
    }
    if (end != dataBytes)
        throw malformed(path, std::to_string(dataBytes) + " bytes of data, " + std::to_string(end) + " expected");
}

}  // namespace

SafetensorsHeader readSafetensorsHeader(const ByteSource &source)
{
    const std::filesystem::path &path = source.path();
    if (source.size() < 10)
        throw malformed(path, "it has only " + std::to_string(source.size()) + " bytes");
    ByteCursor in(source, 0, 9);
    const uint64_t length = in.number(8);
    if (length > longestHeader && length <= source.size() - 8)
        throw malformed(path, "its header has " + std::to_string(length) + " bytes, and at most " +
                                  std::to_string(longestHeader) + " are read");
    if (in.byte() != '{' || length > longestHeader)
        throw UserError(message("core", "The file {0} is not a safetensors file.").with(path.string()));
    if (length > source.size() - 8)
        throw malformed(path, "it is cut short inside its header");
    const std::string text = source.text(8, length);
    SafetensorsHeader header = HeaderReader(text, path).whole();
    header.dataOffset = 8 + length;
    checkOrder(header.entries, source.size() - header.dataOffset, path);
    return header;
}

StatePlan planSafetensors(const ByteSource &source)
{
    SafetensorsHeader header = readSafetensorsHeader(source);
    StatePlan plan;
    plan.container = Container::Safetensors;
    plan.metadata = std::move(header.metadata);
    for (SafetensorsEntry &entry : header.entries) {
        const uint64_t bytes = entry.end - entry.begin;
        plan.storages.push_back({header.dataOffset + entry.begin, bytes, bytes, false, {}, entry.name});
        PlannedTensor tensor;
        tensor.name = std::move(entry.name);
        tensor.type = entry.type;
        tensor.strides.resize(entry.shape.size());
        int64_t step = 1;
        for (size_t i = entry.shape.size(); i-- > 0; step *= std::max<int64_t>(entry.shape[i], 1))
            tensor.strides[i] = step;
        tensor.shape = std::move(entry.shape);
        tensor.storage = static_cast<uint32_t>(plan.storages.size() - 1);
        plan.tensors.push_back(std::move(tensor));
    }
    if (plan.tensors.empty())
        throw malformed(source.path(), "it holds no tensors");
    dropWrapperPrefixes(plan.tensors);
    return plan;
}

}  // namespace fcoscope
