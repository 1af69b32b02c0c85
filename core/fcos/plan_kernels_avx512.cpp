// SPDX-License-Identifier: GPL-3.0-or-later
#define FCOSCOPE_LANES 16
#include "core/fcos/plan_kernels_body.h"

namespace fcoscope {
extern const PlanKernels planKernelsAvx512;
const PlanKernels planKernelsAvx512 = FCOSCOPE_PLAN_KERNELS("AVX-512");
}  // namespace fcoscope
