// SPDX-License-Identifier: GPL-3.0-or-later
// Files of other codebases as they would be read, made from the manifests in tests/golden.
#pragma once

#include <algorithm>

#include "core/base/error.h"
#include "core/fcos/checkpoint/codebase.h"
#include "tests/fcos/formula_weights.h"
#include "tests/fcos/manifest.h"

namespace fcoscope {

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Every tensor of the manifest, without values.
inline StateFile emptyFile(const std::string &manifest, const std::string &name)
{
    StateFile file;
    file.path = name;
    for (const auto &[key, shape] : readManifest(manifest))
        file.tensors.emplace_back(
            key, at::empty(shape, at::device(at::kMeta).dtype(key.ends_with("tracked") ? at::kLong : at::kFloat)));
    return file;
}

/// The same with the formula's weights.
inline StateFile formulaFile(const std::string &manifest, const std::string &name)
{
    StateFile file = emptyFile(manifest, name);
    for (auto &[key, tensor] : file.tensors)
        tensor = key.ends_with("tracked") ? at::zeros({}, at::kLong) : formulaWeight(key, tensor.sizes().vec());
    return file;
}

inline void add(StateFile &file, const std::string &key, const std::vector<int64_t> &shape)
{
    file.tensors.emplace_back(key, at::empty(shape, at::device(at::kMeta).dtype(at::kFloat)));
}

inline void remove(StateFile &file, const std::string &part)
{
    std::erase_if(file.tensors, [&](const auto &entry) { return entry.first.find(part) != std::string::npos; });
}

inline void replace(StateFile &file, const std::string &part, const std::string &with)
{
    for (auto &[key, tensor] : file.tensors)
        if (const size_t at = key.find(part); at != std::string::npos)
            key.replace(at, part.size(), with);
}

/// The words of the refusal, or "" if there was none.
template <typename Call> std::string refusal(Call call)
{
    try {
        call();
    } catch (const UserError &error) {
        return error.what();
    }
    return {};
}

inline std::string sentences(const std::vector<Message> &messages)
{
    std::string text;
    for (const Message &message : messages)
        text += message.english() + "\n";
    return text;
}

}  // namespace fcoscope
