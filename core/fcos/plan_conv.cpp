// SPDX-License-Identifier: GPL-3.0-or-later
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>

#include "core/fcos/arena.h"
#include "core/fcos/plan_layers.h"

namespace fcoscope {
namespace {

using Extents = std::vector<int64_t>;

/// What every kind of convolution keeps.
struct Prepared {
    at::Tensor weight, bias;
    int64_t groups;
    Extents stride, padding, dilation{1, 1};
    Then then;

    Prepared(const Conv &conv, Then after, const at::Device &device)
        : weight(conv.weight.detach().to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true,
                                         at::MemoryFormat::ChannelsLast)),
          groups(conv.groups), stride(2, conv.stride), padding{(weight.size(2) - 1) / 2, (weight.size(3) - 1) / 2},
          then(after)
    {
        bias = conv.bias.defined() ? conv.bias.detach().to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true)
                                   : at::zeros({weight.size(0)}, weight.options());
    }
};

class OperatorConv final : public PlannedConv {
public:
    explicit OperatorConv(Prepared prepared) : p_(std::move(prepared)) {}
    at::Tensor operator()(const at::Tensor &x) const override { return clipped(convolution(x)); }
    at::Tensor addingTo(at::Tensor residual, const at::Tensor &x) const override
    {
        return clipped(convolution(x).add_(residual));
    }

private:
    at::Tensor convolution(const at::Tensor &x) const
    {
        return at::conv2d(x, p_.weight, p_.bias, p_.stride, p_.padding, p_.dilation, p_.groups);
    }
    at::Tensor clipped(at::Tensor y) const { return p_.then == Then::Relu ? y.relu_() : y; }

    Prepared p_;
};

class CudnnConv final : public PlannedConv {
public:
    explicit CudnnConv(Prepared prepared) : p_(std::move(prepared)) {}
    at::Tensor operator()(const at::Tensor &x) const override
    {
        if (p_.then == Then::Relu)
            return at::cudnn_convolution_relu(x, p_.weight, p_.bias, p_.stride, p_.padding, p_.dilation, p_.groups);
        return at::conv2d(x, p_.weight, p_.bias, p_.stride, p_.padding, p_.dilation, p_.groups);
    }
    at::Tensor addingTo(at::Tensor residual, const at::Tensor &x) const override
    {
        if (p_.then == Then::Relu)
            return at::cudnn_convolution_add_relu(x, p_.weight, residual, 1, p_.bias, p_.stride, p_.padding,
                                                  p_.dilation, p_.groups);
        return (*this)(x).add_(residual);
    }

private:
    Prepared p_;
};

std::optional<c10::OperatorHandle> operatorNamed(const char *name, const char *overload = "")
{
    return c10::Dispatcher::singleton().findSchema({name, overload});
}

/// Calls an operator that has one answer.
template <typename... Arguments> at::Tensor called(const c10::OperatorHandle &handle, Arguments &&...arguments)
{
    torch::jit::Stack stack;
    stack.reserve(sizeof...(arguments));
    torch::jit::push(stack, std::forward<Arguments>(arguments)...);
    handle.callBoxed(stack);
    return stack.front().toTensor();
}

/// A convolution's weights as oneDNN's kernels want them. That depends on the size of the map, and weights in another
/// layout would be laid out anew at every call (up to a quarter of a ResNet-50's time). So each size is asked once, and
/// what it wants is kept; there are two or three layouts among all sizes.
class LaidOutWeight {
public:
    explicit LaidOutWeight(const Prepared &conv) : conv_(conv), plain_(conv.weight) {}

    const at::Tensor &forMap(const at::Tensor &x)
    {
        const std::array<int64_t, 2> size{x.size(2), x.size(3)};
        const std::scoped_lock lock(mutex_);
        const auto known = layoutOf_.find(size);
        return layouts_[known != layoutOf_.end() ? known->second : find(size)].weight;
    }

private:
    struct Layout {
        at::Tensor weight;
        std::vector<uint8_t> description;
    };

    size_t find(const std::array<int64_t, 2> &size)
    {
        static const c10::OperatorHandle layOut = operatorNamed("mkldnn::_reorder_convolution_weight").value();
        static const c10::OperatorHandle describe = operatorNamed("mkldnn::_get_mkldnn_serialized_md").value();
        const Arena::Pause outlivesTheRun;
        const at::Tensor plain = plain_.defined() ? plain_ : layouts_.front().weight.to_dense();
        Layout layout;
        layout.weight = called(layOut, plain, conv_.padding, conv_.stride, conv_.dilation, conv_.groups,
                               Extents{1, plain.size(1) * conv_.groups, size[0], size[1]});
        const at::Tensor description = called(describe, layout.weight);
        layout.description.assign(description.const_data_ptr<uint8_t>(),
                                  description.const_data_ptr<uint8_t>() + description.numel());
        plain_.reset();
        const auto same = std::find_if(layouts_.begin(), layouts_.end(),
                                       [&](const Layout &other) { return other.description == layout.description; });
        const auto index = static_cast<size_t>(same - layouts_.begin());
        if (same == layouts_.end())
            layouts_.push_back(std::move(layout));
        layoutOf_[size] = index;
        return index;
    }

    const Prepared &conv_;
    at::Tensor plain_;  ///< until the first layout is known
    std::mutex mutex_;
    std::deque<Layout> layouts_;
    std::map<std::array<int64_t, 2>, size_t> layoutOf_;
};

/// oneDNN's operators that LibTorch keeps for its own compiler. They are called by name, with boxed arguments: their
/// C++ types change between versions, their schema does not. Unlike conv2d they lay out the weights once, never fall
/// back to a matrix product for small maps, and add and clip while the result is in registers.
class OneDnnConv final : public PlannedConv {
public:
    explicit OneDnnConv(Prepared prepared) : p_(std::move(prepared)), weight_(p_) { p_.weight.reset(); }

    at::Tensor operator()(const at::Tensor &x) const override
    {
        static const c10::OperatorHandle pointwise = operatorNamed("mkldnn::_convolution_pointwise").value();
        return called(pointwise, x, weight_.forMap(x), p_.bias, p_.padding, p_.stride, p_.dilation, p_.groups,
                      std::string(p_.then == Then::Relu ? "relu" : "none"), noScalars(), std::string());
    }

    at::Tensor addingTo(at::Tensor residual, const at::Tensor &x) const override
    {
        static const c10::OperatorHandle adding = operatorNamed("mkldnn::_convolution_pointwise_", "binary").value();
        const c10::IValue nothing;
        return called(adding, std::move(residual), x, weight_.forMap(x), p_.bias, p_.padding, p_.stride, p_.dilation,
                      p_.groups, std::string("add"), nothing,
                      p_.then == Then::Relu ? c10::IValue(std::string("relu")) : nothing, noScalars(), nothing);
    }

    static bool available()
    {
        return at::globalContext().hasMKLDNN() && operatorNamed("mkldnn::_reorder_convolution_weight") &&
               operatorNamed("mkldnn::_get_mkldnn_serialized_md") && operatorNamed("mkldnn::_convolution_pointwise") &&
               operatorNamed("mkldnn::_convolution_pointwise_", "binary");
    }

private:
    static c10::List<std::optional<at::Scalar>> noScalars() { return c10::List<std::optional<at::Scalar>>(); }

    Prepared p_;
    mutable LaidOutWeight weight_;
};

}  // namespace

PlanBackend planBackendFor(const at::Device &device)
{
    if (device.is_cuda())
        return at::globalContext().userEnabledCuDNN() ? PlanBackend::Cudnn : PlanBackend::Operators;
    return device.is_cpu() && OneDnnConv::available() ? PlanBackend::OneDnn : PlanBackend::Operators;
}

PlannedConvPtr planned(const Conv &conv, Then then, const at::Device &device, PlanBackend backend)
{
    Prepared prepared(conv, then, device);
    switch (backend) {
    case PlanBackend::OneDnn:
        return std::make_unique<OneDnnConv>(std::move(prepared));
    case PlanBackend::Cudnn:
        return std::make_unique<CudnnConv>(std::move(prepared));
    case PlanBackend::Operators:
        break;
    }
    return std::make_unique<OperatorConv>(std::move(prepared));
}

}  // namespace fcoscope
