// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/safetensors.h"

#include <cstring>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace fcoscope {
namespace {

struct TypeName {
    const char *name;
    at::ScalarType type;
};
constexpr TypeName typeNames[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
    {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},  {"U8", at::kByte},       {"BOOL", at::kBool}};

UserError malformed(const std::filesystem::path &path, const std::string &what)
{
    return UserError(message("core", "The file {0} is not a whole safetensors file: {1}.").with(path.string(), what));
}

struct Entry {
    std::string name;
    at::ScalarType type;
    std::vector<int64_t> shape;
    uint64_t begin, end;
};

uint64_t wholeNumber(const Json &value, const std::filesystem::path &path, const std::string &where)
{
    // Doubles hold every whole number below 2^53; no file is larger.
    if (value.kind != Json::Kind::Number || value.number < 0 || value.number >= 9007199254740992.0 ||
        value.number != static_cast<double>(static_cast<uint64_t>(value.number)))
        throw malformed(path, where + " is not a whole number");
    return static_cast<uint64_t>(value.number);
}

Entry entryOf(const std::string &name, const Json &value, uint64_t dataBytes, const std::filesystem::path &path)
{
    const Json *type = value.find("dtype"), *shape = value.find("shape"), *offsets = value.find("data_offsets");
    if (!type || !shape || !offsets || type->kind != Json::Kind::String || shape->kind != Json::Kind::Array ||
        offsets->kind != Json::Kind::Array || offsets->items.size() != 2 || shape->items.size() > 8)
        throw malformed(path, "the entry " + name + " lacks dtype, shape or data_offsets");
    Entry entry{name, at::kFloat, {}, 0, 0};
    const auto *known = std::find_if(std::begin(typeNames), std::end(typeNames),
                                     [&](const TypeName &t) { return type->text == t.name; });
    if (known == std::end(typeNames))
        throw malformed(path, "the type " + type->text + " of " + name + " is not supported");
    entry.type = known->type;
    uint64_t bytes = c10::elementSize(entry.type), span = bytes;  // span: as if no extent were 0, as strides are made
    for (const Json &dimension : shape->items) {
        const uint64_t extent = wholeNumber(dimension, path, "the shape of " + name);
        if (__builtin_mul_overflow(span, std::max<uint64_t>(extent, 1), &span) || span >= uint64_t(1) << 62)
            throw malformed(path, "the shape of " + name + " is too large");
        bytes *= extent;
        entry.shape.push_back(static_cast<int64_t>(extent));
    }
    entry.begin = wholeNumber(offsets->items[0], path, "the offset of " + name);
    entry.end = wholeNumber(offsets->items[1], path, "the offset of " + name);
    if (entry.end < entry.begin || entry.end > dataBytes || entry.end - entry.begin != bytes)
        throw malformed(path, name + " does not fit its offsets");
    return entry;
}

std::vector<Entry> entriesOf(const Json &header, Safetensors &contents, uint64_t dataBytes,
                             const std::filesystem::path &path)
{
    std::vector<Entry> entries;
    std::set<std::string> seen;
    for (const auto &[name, value] : header.members) {
        if (!seen.insert(name).second)
            throw malformed(path, "the name " + name + " occurs twice");
        if (name != "__metadata__") {
            entries.push_back(entryOf(name, value, dataBytes, path));
            continue;
        }
        for (const auto &[key, text] : value.members) {
            if (text.kind != Json::Kind::String)
                throw malformed(path, "the metadata " + key + " is not text");
            contents.metadata[key] = text.text;
        }
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    uint64_t end = 0;
    for (const Entry &entry : entries) {
        if (entry.begin != end)
            throw malformed(path, "there is a gap or an overlap before " + entry.name);
        end = entry.end;
    }
    if (end != dataBytes)
        throw malformed(path, std::to_string(dataBytes) + " bytes of data, " + std::to_string(end) + " expected");
    return entries;
}

}  // namespace

const at::Tensor *Safetensors::find(const std::string &name) const
{
    for (const auto &[known, tensor] : tensors)
        if (known == name)
            return &tensor;
    return nullptr;
}

namespace {

/// How long the header says it is.
uint64_t headerLength(const FilePart &file, const std::filesystem::path &path)
{
    if (file.bytes.size() < 10)
        throw malformed(path, "it has only " + std::to_string(file.bytes.size()) + " bytes");
    uint64_t length = 0;
    std::memcpy(&length, file.bytes.data(), 8);
    if (file.bytes[8] != '{' || length > 100'000'000)
        throw UserError(message("core", "The file {0} is not a safetensors file.").with(path.string()));
    return length;
}

/// The whole file, or at least its header. In one piece, because the file may be replaced between two.
FilePart readBytes(const std::filesystem::path &path, bool headerOnly)
{
    if (!headerOnly) {
        std::string bytes = readFile(path, uint64_t(16) << 30);
        const uint64_t size = bytes.size();
        return {std::move(bytes), size};
    }
    FilePart file = readFilePart(path, 0, 1 << 20);
    if (const uint64_t length = headerLength(file, path); length > file.bytes.size() - 8)
        file = readFilePart(path, 0, length + 8);
    return file;
}

}  // namespace

Safetensors readSafetensors(const std::filesystem::path &path, bool headerOnly)
{
    const FilePart file = readBytes(path, headerOnly);
    const std::string &bytes = file.bytes;
    const uint64_t headerBytes = headerLength(file, path);
    if (headerBytes > bytes.size() - 8)
        throw malformed(path, "it is cut short inside its header");

    Safetensors contents;
    Json header;
    try {
        header = parseJson(std::string_view(bytes).substr(8, headerBytes));
    } catch (const UserError &error) {
        throw malformed(path, error.what());
    }
    if (header.kind != Json::Kind::Object)
        throw malformed(path, "its header is not an object");
    const char *data = bytes.data() + 8 + headerBytes;
    for (const Entry &entry : entriesOf(header, contents, file.fileBytes - 8 - headerBytes, path)) {
        at::Tensor tensor =
            at::empty(entry.shape, at::TensorOptions(entry.type).device(headerOnly ? at::kMeta : at::kCPU));
        if (!headerOnly && entry.end > entry.begin)
            std::memcpy(tensor.data_ptr(), data + entry.begin, entry.end - entry.begin);
        contents.tensors.emplace_back(entry.name, std::move(tensor));
    }
    return contents;
}

void writeSafetensors(const std::filesystem::path &path, const Safetensors &contents)
{
    std::string header = "{", data;
    if (!contents.metadata.empty()) {
        header += "\"__metadata__\":{";
        for (const auto &[key, text] : contents.metadata)
            header += (header.back() == '{' ? "" : ",") + jsonText(key) + ":" + jsonText(text);
        header += "}";
    }
    for (const auto &[name, tensor] : contents.tensors) {
        const at::Tensor plain = tensor.detach().cpu().contiguous();
        const auto *type = std::find_if(std::begin(typeNames), std::end(typeNames),
                                        [&](const TypeName &t) { return plain.scalar_type() == t.type; });
        const size_t begin = data.size();
        data.append(static_cast<const char *>(plain.data_ptr()), plain.nbytes());
        std::string shape;
        for (const int64_t extent : plain.sizes())
            shape += (shape.empty() ? "" : ",") + std::to_string(extent);
        header += (header.size() == 1 ? "" : ",") + jsonText(name) + ":{\"dtype\":\"" + type->name + "\",\"shape\":[" +
                  shape + "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');  // data starts on a multiple of eight
    const uint64_t headerBytes = header.size();
    std::string bytes(reinterpret_cast<const char *>(&headerBytes), 8);
    bytes += header;
    bytes += data;
    writeFile(path, bytes);
}

}  // namespace fcoscope
