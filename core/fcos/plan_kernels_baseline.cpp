// SPDX-License-Identifier: GPL-3.0-or-later
#define FCOSCOPE_LANES 4
#include "core/fcos/plan_kernels_body.h"

namespace fcoscope {
extern const PlanKernels planKernelsBaseline;
const PlanKernels planKernelsBaseline = FCOSCOPE_PLAN_KERNELS("baseline");
}  // namespace fcoscope
