// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/layers.h"

namespace fcoscope {
namespace {

thread_local at::DeviceType newLayersAre = at::kCPU;

at::Tensor zeros(at::IntArrayRef sizes)
{
    return at::zeros(sizes, at::device(newLayersAre));
}
at::Tensor ones(at::IntArrayRef sizes)
{
    return at::ones(sizes, at::device(newLayersAre));
}

}  // namespace

ShapesAlone::ShapesAlone()
{
    newLayersAre = at::kMeta;
}
ShapesAlone::~ShapesAlone()
{
    newLayersAre = at::kCPU;
}

Conv Conv::make(int64_t in, int64_t out, int kernel, int stride, bool bias, int groups)
{
    Conv conv;
    conv.weight = zeros({out, in / groups, kernel, kernel});
    if (bias)
        conv.bias = zeros({out});
    conv.stride = stride;
    conv.groups = groups;
    return conv;
}

at::Tensor Conv::operator()(const at::Tensor &x) const
{
    return at::conv2d(x, weight, bias, stride, (weight.size(2) - 1) / 2, /*dilation=*/1, groups);
}

void Conv::collect(NamedTensors &names, const std::string &prefix)
{
    if (!exists())
        return;
    names.push_back({prefix + ".weight", &weight, frozen ? Role::Statistic : Role::Weight});
    if (bias.defined())
        names.push_back({prefix + ".bias", &bias, frozen ? Role::Statistic : Role::Offset});
}

BatchNorm BatchNorm::make(int64_t channels, double epsilon, bool frozen)
{
    return {ones({channels}), zeros({channels}), zeros({channels}), ones({channels}), epsilon, frozen};
}

at::Tensor BatchNorm::operator()(const at::Tensor &x, const Pass &pass) const
{
    return at::batch_norm(x, weight, bias, mean, var, pass.training && !frozen, 0.1, epsilon, true);
}

void BatchNorm::collect(NamedTensors &names, const std::string &prefix)
{
    const Role role = frozen ? Role::Statistic : Role::Offset;
    names.push_back({prefix + ".weight", &weight, role});
    names.push_back({prefix + ".bias", &bias, role});
    names.push_back({prefix + ".mean", &mean, Role::Statistic});
    names.push_back({prefix + ".var", &var, Role::Statistic});
}

at::Tensor ConvNorm::operator()(const at::Tensor &x, const Pass &pass) const
{
    pass.checkStop();
    return folded ? conv(x) : norm(conv(x), pass);
}

Conv folded(const Conv &conv, const BatchNorm &norm)
{
    // In double: the product is rounded once.
    const at::Tensor scale = norm.weight.to(at::kDouble) / at::sqrt(norm.var.to(at::kDouble) + norm.epsilon);
    at::Tensor shift = norm.bias.to(at::kDouble) - norm.mean.to(at::kDouble) * scale;
    if (conv.bias.defined())
        shift += conv.bias.to(at::kDouble) * scale;
    Conv both = conv;
    both.bias = shift.to(at::kFloat);
    both.weight = (conv.weight.to(at::kDouble) * scale.view({-1, 1, 1, 1})).to(at::kFloat);
    return both;
}

void ConvNorm::fold()
{
    conv = fcoscope::folded(conv, norm);
    folded = true;
}

GroupNorm GroupNorm::make(int64_t channels, int groups)
{
    return {ones({channels}), zeros({channels}), groups};
}

at::Tensor GroupNorm::operator()(const at::Tensor &x) const
{
    return at::group_norm(x, groups, weight, bias, 1e-5);
}

void GroupNorm::collect(NamedTensors &names, const std::string &prefix)
{
    names.push_back({prefix + ".weight", &weight, Role::Offset});
    names.push_back({prefix + ".bias", &bias, Role::Offset});
}

}  // namespace fcoscope
