// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/plan_kernels.h"

namespace fcoscope {

extern const PlanKernels planKernelsBaseline;
#ifdef FCOSCOPE_X86_KERNELS
extern const PlanKernels planKernelsAvx512, planKernelsAvx2;
#endif

int usablePlanKernels(const PlanKernels **list, int room)
{
    int count = 0;
    const auto add = [&](bool can, const PlanKernels &kernels) {
        if (can && count < room)
            list[count++] = &kernels;
    };
#ifdef FCOSCOPE_X86_KERNELS
    // What the operating system saves is asked too, by the compiler's own function.
    __builtin_cpu_init();
    add(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw"),
        planKernelsAvx512);
    add(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), planKernelsAvx2);
#endif
    add(true, planKernelsBaseline);
    return count;
}

const PlanKernels &planKernels()
{
    static const PlanKernels &fastest = []() -> const PlanKernels & {
        const PlanKernels *list[1];
        usablePlanKernels(list, 1);
        return *list[0];
    }();
    return fastest;
}

}  // namespace fcoscope
