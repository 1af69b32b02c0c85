// SPDX-License-Identifier: GPL-3.0-or-later
// The layers a detector is made of: plain structs of tensors with a call operator, and one function that names their
// tensors. The names are the checkpoint format (specification, section 7.2), so they are chosen as one.
#pragma once

#include <string>
#include <vector>

#include "core/base/run_context.h"
#include "core/fcos/torch.h"

namespace fcoscope {

enum class Role {
    Weight,     ///< trained, with weight decay
    Offset,     ///< trained, without: biases, norms, scales
    Statistic,  ///< not trained by gradients: running means and variances, frozen norms
};

struct NamedTensor {
    std::string name;
    at::Tensor *tensor;
    Role role;
};
using NamedTensors = std::vector<NamedTensor>;

/// How a forward pass is run: whether norms use the batch's statistics, and whether to stop (asked between layers).
struct Pass {
    bool training = false;
    const RunContext *context = nullptr;
    void checkStop() const
    {
        if (context && context->shouldStop())
            throw Stopped{};
    }
};

/// While one lives, this thread makes layers of shapes alone (device "meta"): a network that is compared with a file
/// before memory is spent on it.
class ShapesAlone {
public:
    ShapesAlone();
    ~ShapesAlone();
    ShapesAlone(const ShapesAlone &) = delete;
    ShapesAlone &operator=(const ShapesAlone &) = delete;
};

/// Convolution. weight [out, in / groups, k, k], bias [out] or undefined; padding (k-1)/2. Without a weight it is one
/// that this network does not have.
struct Conv {
    at::Tensor weight, bias;
    int stride = 1;
    int groups = 1;
    bool frozen = false;  ///< nothing of it is trained

    static Conv make(int64_t in, int64_t out, int kernel, int stride, bool bias, int groups = 1);
    bool exists() const { return weight.defined(); }
    /// [B, in, H, W] → [B, out, ⌈H/stride⌉, ⌈W/stride⌉]
    at::Tensor operator()(const at::Tensor &x) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

/// Batch norm over [B, C, H, W]; frozen: always with its stored statistics, nothing trained.
struct BatchNorm {
    at::Tensor weight, bias, mean, var;
    double epsilon = 1e-5;
    bool frozen = false;

    static BatchNorm make(int64_t channels, double epsilon, bool frozen);
    at::Tensor operator()(const at::Tensor &x, const Pass &pass) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

/// The convolution that computes `conv` and then `norm` with its stored statistics.
Conv folded(const Conv &conv, const BatchNorm &norm);

/// A convolution without bias and its norm. fold() turns the pair into one convolution for inference.
struct ConvNorm {
    Conv conv;
    BatchNorm norm;
    bool folded = false;

    at::Tensor operator()(const at::Tensor &x, const Pass &pass) const;
    void fold();
};

/// Group norm over [B, C, H, W].
struct GroupNorm {
    at::Tensor weight, bias;
    int groups = 32;

    static GroupNorm make(int64_t channels, int groups);
    at::Tensor operator()(const at::Tensor &x) const;
    void collect(NamedTensors &names, const std::string &prefix);
};

}  // namespace fcoscope
