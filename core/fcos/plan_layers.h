// SPDX-License-Identifier: GPL-3.0-or-later
// The prepared layers a plan is made of. This is the border behind which kernels are chosen: a plan knows layers and
// their order, a layer knows how it is computed, on what the device and its processor report. Faster kernels are
// further kinds of PlannedConv.
#pragma once

#include <memory>
#include <utility>

#include "core/base/values.h"
#include "core/fcos/layers.h"

namespace fcoscope {

/// Who computes a plan's layers.
enum class PlanBackend {
    Operators,  ///< LibTorch's own operators one by one, on any device
    Cudnn,      ///< the same, with cuDNN's convolutions that add and clip in one kernel
    OneDnn,     ///< on the CPU: oneDNN's fused convolutions with weights it has laid out, and our loops around them
};

/// The best one there is for a device.
PlanBackend planBackendFor(const at::Device &device);

/// A convolution ready to run. x is [1, in, H, W], channels-last.
class PlannedConv {
public:
    virtual ~PlannedConv() = default;
    /// The convolution, with bias, and ReLU if it was prepared so.
    virtual at::Tensor operator()(const at::Tensor &x) const = 0;
    /// The same with `residual` added before the ReLU; the residual's memory may become the result's.
    virtual at::Tensor addingTo(at::Tensor residual, const at::Tensor &x) const = 0;
};
using PlannedConvPtr = std::unique_ptr<const PlannedConv>;

enum class Then { Nothing, Relu };
/// Prepares a copy of the convolution's weights on the device: later changes of `conv` are not seen.
PlannedConvPtr planned(const Conv &conv, Then then, const at::Device &device, PlanBackend backend);

/// Group norm and ReLU over [1, C, H, W]: one pass for the statistics, one that scales, shifts and clips.
class PlannedGroupNorm {
public:
    PlannedGroupNorm(const GroupNorm &norm, const at::Device &device, PlanBackend backend);
    /// In place where it can be.
    at::Tensor operator()(at::Tensor x) const;
    /// The same, the first half of the channels and the second as maps of their own.
    std::pair<at::Tensor, at::Tensor> halves(at::Tensor x) const;

private:
    at::Tensor weight_, bias_;
    int64_t groups_;
    double epsilon_;
    bool own_;
};

/// ResNet's 3 × 3 maximum with stride 2 and padding 1.
at::Tensor maxPool(const at::Tensor &x, PlanBackend backend);

/// fine += coarse, enlarged to the size of fine by repeating the nearest pixel.
void addEnlarged(at::Tensor &fine, const at::Tensor &coarse, PlanBackend backend);

/// [1, C, H, W] in any layout, on any device → a Grid of C channels.
Grid gridOf(const at::Tensor &map);

}  // namespace fcoscope
