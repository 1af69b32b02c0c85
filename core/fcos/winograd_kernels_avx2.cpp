// SPDX-License-Identifier: GPL-3.0-or-later
#define FCOSCOPE_LANES 8
#include "core/fcos/winograd_kernels_body.h"

namespace fcoscope {
extern const WinogradKernels winogradKernelsAvx2;
const WinogradKernels winogradKernelsAvx2 = FCOSCOPE_WINOGRAD_KERNELS("AVX2");
}  // namespace fcoscope
