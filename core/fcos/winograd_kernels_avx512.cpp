// SPDX-License-Identifier: GPL-3.0-or-later
#define FCOSCOPE_LANES 16
#include "core/fcos/winograd_kernels_body.h"

namespace fcoscope {
extern const WinogradKernels winogradKernelsAvx512;
const WinogradKernels winogradKernelsAvx512 = FCOSCOPE_WINOGRAD_KERNELS("AVX-512");
}  // namespace fcoscope
