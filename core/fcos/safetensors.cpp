// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/safetensors.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/fcos/checkpoint/materialise.h"
#include "core/fcos/checkpoint/safetensors_header.h"

namespace fcoscope {

const at::Tensor *Safetensors::find(const std::string &name) const
{
    for (const auto &[known, tensor] : tensors)
        if (known == name)
            return &tensor;
    return nullptr;
}

Safetensors readSafetensors(const std::filesystem::path &path, bool headerOnly)
{
    const FileBytes source(path);
    SafetensorsHeader header = readSafetensorsHeader(source);
    Safetensors contents;
    contents.metadata = std::move(header.metadata);
    if (!headerOnly)
        requireMemory(source.size() - header.dataOffset, path);
    for (const SafetensorsEntry &entry : header.entries) {
        const at::ScalarType type = scalarType(entry.type);
        at::Tensor tensor = headerOnly ? at::empty(entry.shape, at::TensorOptions(type).device(at::kMeta))
                                       : allocate(entry.shape, type, path);
        if (!headerOnly && entry.end > entry.begin)
            source.read(header.dataOffset + entry.begin, static_cast<char *>(tensor.data_ptr()),
                        entry.end - entry.begin);
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
        const size_t begin = data.size();
        data.append(static_cast<const char *>(plain.data_ptr()), plain.nbytes());
        std::string shape;
        for (const int64_t extent : plain.sizes())
            shape += (shape.empty() ? "" : ",") + std::to_string(extent);
        header += (header.size() == 1 ? "" : ",") + jsonText(name) + ":{\"dtype\":\"" +
                  factsOf(elementType(plain.scalar_type())).safetensors + "\",\"shape\":[" + shape +
                  "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
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
