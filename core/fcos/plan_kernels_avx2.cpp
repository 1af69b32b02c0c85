// SPDX-License-Identifier: GPL-3.0-or-later
#define FCOSCOPE_LANES 8
#include "core/fcos/plan_kernels_body.h"

namespace fcoscope {
extern const PlanKernels planKernelsAvx2;
const PlanKernels planKernelsAvx2 = FCOSCOPE_PLAN_KERNELS("AVX2");
}  // namespace fcoscope
