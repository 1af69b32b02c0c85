// SPDX-License-Identifier: GPL-3.0-or-later
// 3 × 3 convolutions of training on the CPU: Winograd's minimal filtering, forwards and in both gradients, with a
// quarter of the multiplications. The results differ from a direct convolution's in the last digits (some 1e-5 of the
// largest); the same on any number of threads.
#pragma once

#include <vector>

#include "core/fcos/torch.h"

namespace fcoscope {

/// While one lives, this thread's convolutions may be done so, if wanted.
class FastConvolutions {
public:
    explicit FastConvolutions(bool wanted);
    ~FastConvolutions();
    FastConvolutions(const FastConvolutions &) = delete;
    FastConvolutions &operator=(const FastConvolutions &) = delete;

private:
    bool before_;
};

/// Whether the convolution of these maps with this weight can be done so, and would be faster.
bool fastConvolutionSuits(at::ArrayRef<at::Tensor> maps, const at::Tensor &weight, int stride, int groups);

/// Convolution with padding 1 of each map [B, in, H, W] with the same weight [out, in, 3, 3] and bias (or undefined). A
/// function that autograd knows.
std::vector<at::Tensor> fastConvolution(at::ArrayRef<at::Tensor> maps, const at::Tensor &weight,
                                        const at::Tensor &bias);

}  // namespace fcoscope
