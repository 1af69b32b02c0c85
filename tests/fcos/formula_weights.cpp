// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fcos/formula_weights.h"

#include <cmath>
#include <regex>

namespace fcoscope {
namespace {

uint32_t crc32(const std::string &text)  // ISO 3309, as zlib's
{
    uint32_t crc = 0xFFFFFFFFu;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

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

std::string torchvisionName(const std::string &name)
{
    static const std::pair<std::regex, const char *> rules[] = {
        {std::regex(R"(backbone\.stem\.conv\.weight)"), "backbone.body.conv1.weight"},
        {std::regex(R"(backbone\.stem\.bn\.(.*))"), "backbone.body.bn1.$1"},
        {std::regex(R"(backbone\.(layer\d\.\d+)\.down\.conv\.weight)"), "backbone.body.$1.downsample.0.weight"},
        {std::regex(R"(backbone\.(layer\d\.\d+)\.down\.bn\.(.*))"), "backbone.body.$1.downsample.1.$2"},
        {std::regex(R"(backbone\.(layer.*))"), "backbone.body.$1"},
        {std::regex(R"(fpn\.lateral\.(\d)\.(.*))"), "backbone.fpn.inner_blocks.<$1>.0.$2"},
        {std::regex(R"(fpn\.output\.(\d)\.(.*))"), "backbone.fpn.layer_blocks.<$1>.0.$2"},
        {std::regex(R"(fpn\.(p\d)\.(.*))"), "backbone.fpn.extra_blocks.$1.$2"},
        {std::regex(R"(head\.cls_tower\.(\d)\.conv\.(.*))"), "head.classification_head.conv.[$1]0.$2"},
        {std::regex(R"(head\.cls_tower\.(\d)\.norm\.(.*))"), "head.classification_head.conv.[$1]1.$2"},
        {std::regex(R"(head\.reg_tower\.(\d)\.conv\.(.*))"), "head.regression_head.conv.[$1]0.$2"},
        {std::regex(R"(head\.reg_tower\.(\d)\.norm\.(.*))"), "head.regression_head.conv.[$1]1.$2"},
        {std::regex(R"(head\.cls_pred\.(.*))"), "head.classification_head.cls_logits.$1"},
        {std::regex(R"(head\.reg_pred\.(.*))"), "head.regression_head.bbox_reg.$1"},
        {std::regex(R"(head\.ctr_pred\.(.*))"), "head.regression_head.bbox_ctrness.$1"},
    };
    std::string mapped;
    for (const auto &[pattern, replacement] : rules)
        if (std::regex_match(name, pattern)) {
            mapped = std::regex_replace(name, pattern, replacement);
            break;
        }
    // <3> counts levels from 3; [2]1 is position 3·2 + 1 in torchvision's sequence of convolution, norm, ReLU.
    if (const size_t at = mapped.find('<'); at != std::string::npos)
        mapped.replace(at, 3, std::to_string(mapped[at + 1] - '3'));
    if (const size_t at = mapped.find('['); at != std::string::npos)
        mapped.replace(at, 4, std::to_string(3 * (mapped[at + 1] - '0') + (mapped[at + 3] - '0')));
    mapped = std::regex_replace(mapped, std::regex(R"((bn\d|downsample\.1)\.mean$)"), "$1.running_mean");
    return std::regex_replace(mapped, std::regex(R"((bn\d|downsample\.1)\.var$)"), "$1.running_var");
}

void fillWithFormula(Detector &detector)
{
    for (const NamedTensor &entry : detector.tensors()) {
        const std::string name = torchvisionName(entry.name);
        at::Tensor values = at::empty(entry.tensor->sizes());
        const uint32_t crc = crc32(name);
        for (int64_t i = 0; i < values.numel(); ++i)
            values.data_ptr<float>()[i] =
                static_cast<float>(formulaValue(name, values, uniformAt(crc, static_cast<uint64_t>(i))));
        *entry.tensor = values;
    }
}

}  // namespace fcoscope
