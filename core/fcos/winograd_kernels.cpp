// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fcos/winograd_kernels.h"

namespace fcoscope {

#ifdef FCOSCOPE_X86_KERNELS
extern const WinogradKernels winogradKernelsAvx512, winogradKernelsAvx2;
#endif

const WinogradKernels *winogradKernels()
{
#ifdef FCOSCOPE_X86_KERNELS
    __builtin_cpu_init();
    static const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx512 || avx2)
        return avx512 ? &winogradKernelsAvx512 : &winogradKernelsAvx2;
#endif
    return nullptr;
}

}  // namespace fcoscope
