// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/formula_weights.h"

#include <cmath>

#include "core/fcos/checkpoint/crc32.h"
#include "core/fcos/model_file.h"

namespace fcoscope {
namespace {

double uniformAt(uint32_t crc, uint64_t i)
{
    uint32_t h = crc + static_cast<uint32_t>(i) * 0x9E3779B1u;
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    h ^= h >> 16;
    return h / 4294967296.0;
}

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

double formulaValue(const std::string &name, const at::Tensor &tensor, double u)
{
    if (tensor.dim() >= 2)
        return (2 * u - 1) * std::sqrt(6.0 / static_cast<double>(tensor.numel() / tensor.size(0)));
    if (name.ends_with("running_var"))
        return 1 + 0.5 * u;
    if (name.ends_with("running_mean"))
        return 0.2 * (2 * u - 1);
    if (name.ends_with("bias"))
        return 0.1 * (2 * u - 1) + (contains(name, "cls_logits") ? -3 : 0) +
               (contains(name, "bbox_reg") || contains(name, "bbox_pred") ? 1 : 0);
    return 0.5 + 0.25 * u;
}

}  // namespace

double formulaUniform(const std::string &name, uint64_t i) { return uniformAt(crc32(name), i); }

at::Tensor formulaTensor(const std::string &name, const std::vector<int64_t> &shape, double scale, double offset)
{
    at::Tensor tensor = at::empty(shape);
    const uint32_t crc = crc32(name);
    for (int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] = static_cast<float>(scale * uniformAt(crc, static_cast<uint64_t>(i)) + offset);
    return tensor;
}

at::Tensor formulaWeight(const std::string &name, const std::vector<int64_t> &shape)
{
    at::Tensor values = at::empty(shape);
    const uint32_t crc = crc32(name);
    for (int64_t i = 0; i < values.numel(); ++i)
        values.data_ptr<float>()[i] =
            static_cast<float>(formulaValue(name, values, uniformAt(crc, static_cast<uint64_t>(i))));
    return values;
}

ImportedModel formulaModel(const std::string &manifest, const std::string &profile, const Manifest &more)
{
    StateFile file;
    file.path = manifest;
    for (const Manifest &tensors : {readManifest(manifest), more})
        for (const auto &[name, shape] : tensors)
            file.tensors.emplace_back(name, name.ends_with("num_batches_tracked") ? at::zeros(shape, at::kLong)
                                                                                  : formulaWeight(name, shape));
    return importModel(file, profile);
}

Detector detectorOf(const ImportedModel &model)
{
    Detector detector = Detector::make(model.network, model.profile);
    Safetensors file;
    file.tensors = model.tensors;
    copyTensors(file, "", detector.tensors(), "formula", /*complete=*/true);
    return detector;
}

}  // namespace fcoscope
